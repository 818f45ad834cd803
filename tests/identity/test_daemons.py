"""Engine processes that find their keystone in a configuration file, and are killed in the middle of using it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from heatlite.resources.keystone.entity import MARK
from tests.deployment import Daemons, running
from tests.identity.keystone_server import PASSWORD, Keystone
from tests.identity.test_stack_users import in_domain, waiting
from tests.identity.test_trusts import trusts
from tests.identity.test_types import typed
from tests.servers import Server
from tests.story import Story, hot

PROJECTS = 12
pytestmark = pytest.mark.slow
OPTIONS = {
    "stack_user_domain_name": "heat",
    "stack_domain_admin": "heat_domain_admin",
    "stack_domain_admin_password": PASSWORD,
    "trusts_delegated_roles": "admin",
}


@pytest.fixture
def daemons(keystone: Keystone, mariadb: Server, rabbitmq: Server, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    """Two workers."""
    deployment = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), **OPTIONS)
    trustee = {"auth_url": keystone.url.removesuffix("/v3"), "username": "heat", "password": PASSWORD}
    with deployment.config.open("a") as config:
        config.write("\n".join(["[trustee]", *(f"{name} = {value}" for name, value in trustee.items()), ""]))
    with running(deployment):
        yield deployment


def made_by_stacks(keystone: Keystone) -> dict[str, str]:
    """The projects that resources have made, with their uuids."""
    return {it["id"]: it[MARK] for it in keystone.identity().listed("project") if it.get(MARK)}


def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_twice_and_no_orphan(
    daemons: Daemons, keystone: Keystone
) -> None:
    before = trusts(keystone), in_domain(keystone)
    story = Story(daemons)
    story.context = keystone.context("admin", "admin")
    handle = waiting("TOKEN_SIGNAL")["resources"]["handle"]
    story.create(hot(handle=handle, **{f"p{n}": typed("Project", name=f"killed-{n}") for n in range(PROJECTS)}))
    story.step_until("p3", "CREATE_IN_PROGRESS")
    daemons.workers()[0].kill()
    story.settle("CREATE_COMPLETE")

    recorded = {it["physical_resource_id"] for name, it in story.resources().items() if name != "handle"}
    assert made_by_stacks(keystone).keys() == recorded
    assert len(recorded) == PROJECTS
    story.delete()
    daemons.workers()[0].kill()
    story.settle("DELETE_COMPLETE")
    assert made_by_stacks(keystone) == {}
    assert (trusts(keystone), in_domain(keystone)) == before
