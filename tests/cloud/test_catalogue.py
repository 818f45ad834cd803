"""The resource types that a user is offered are those that a real Heat offers him on the same cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.resources.schema import SUPPORT_STATUSES
from tests.cloud.reached import Reached
from tests.cloud.real_heat import RealHeat, heat_context, real_heat
from tests.deployment import InProcess
from tests.servers import MariaDB, RabbitMQ, ServerUnavailable

FEWEST = 60
"""More types than Heat has by itself."""
pytestmark = pytest.mark.slow
ONLY_HERE = {"OS::Heat::Dummy": "heatlite's own"}
"""Types that Heat doesn't list here, each with the reason."""
OF_CHAINS = (
    "Neutron's extension for service chains isn't there; Heat looks for it only at the other two types of chains"
)
OF_PACKAGES = "a template that Heat's packages bring with an environment for operators"
ONLY_THERE = {
    "OS::Neutron::FlowClassifier": OF_CHAINS,
    "OS::Neutron::PortPair": OF_CHAINS,
    "OS::Neutron::NetworkGateway": "Neutron's extension for gateways isn't there; Heat doesn't look for it",
    "AWS::CloudWatch::Alarm": OF_PACKAGES,
    "AWS::RDS::DBInstance": OF_PACKAGES,
}
"""Types that only Heat may list, each with the reason."""


@pytest.fixture(scope="module")
def heat(
    cloud: Reached, mariadb: MariaDB, rabbitmq: RabbitMQ, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealHeat]:
    directory = tmp_path_factory.mktemp("heat")
    try:
        with real_heat(cloud, directory, mariadb.fresh_database(), rabbitmq.fresh_vhost()) as heat:
            yield heat
    except ServerUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("user", ["demo", "admin"])
@pytest.mark.parametrize("status", [None, *SUPPORT_STATUSES])
def test_the_types_that_are_listed_are_heats(
    status: str | None, user: str, heat: RealHeat, engine: InProcess, cloud: Reached
) -> None:
    asked: dict[str, Any] = {"support_status": status}
    heats = set(heat.client.list_resource_types(heat_context(cloud, user), **asked))
    ours = set(engine.client.list_resource_types(cloud.context(user, user), **asked))
    if status is None:
        assert len(heats) > FEWEST, "the services of the catalogue are found"
        assert ours - heats == ONLY_HERE.keys()
    assert ours - heats <= ONLY_HERE.keys()
    assert heats - ours <= ONLY_THERE.keys()
