"""What a stack of servers asks of the services: changing calls are counted at them, times never are."""

from __future__ import annotations

from tests.bench.on_cloud import PROJECT, network, with_two_ports
from tests.cloud.reached import Reached
from tests.deployment import InProcess
from tests.story import Story

NUMBER = 4


def test_a_stack_asks_for_each_change_once_and_for_all_ports_together(engine: InProcess, cloud: Reached) -> None:
    cloud.requires("nova", "cinder")
    cloud.fresh_project(PROJECT)
    story = Story(engine)
    story.patience, story.context = 300, cloud.context(PROJECT, PROJECT)
    with network(cloud):
        with cloud.changes() as created:
            story.create(with_two_ports(NUMBER))
            story.settle("CREATE_COMPLETE")
        with cloud.changes() as updated:
            story.update(with_two_ports(NUMBER))
            story.settle("UPDATE_COMPLETE")
        with cloud.changes() as deleted:
            story.delete()
            story.settle("DELETE_COMPLETE")
    kinds = {service: sum(it.startswith(f"{service} ") for it in created) for service in ("neutron", "nova", "cinder")}
    assert kinds == {"neutron": 1, "nova": NUMBER, "cinder": NUMBER}
    assert updated == []
    assert len(deleted) == 4 * NUMBER, "no service has a request that deletes several"
