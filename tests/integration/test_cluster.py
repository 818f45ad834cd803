"""A cluster of brokers with quorum queues loses a node: stacks go on, and calls are answered."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployment import Daemons
from tests.integration.broken import begun, completes
from tests.servers.cluster import NODES, RabbitMQCluster
from tests.waiting import PATIENCE, wait_until

LEASE = 8
OPTIONS = "rabbit_quorum_queue=true&rabbit_transient_quorum_queue=true&kombu_reconnect_delay=0.5"


@pytest.fixture
def cluster() -> Iterator[RabbitMQCluster]:
    server = RabbitMQCluster()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def daemons(mariadb: Any, cluster: RabbitMQCluster, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    made = Daemons(tmp_path, mariadb.fresh_database(), f"{cluster.url}?{OPTIONS}", workers=1, lease_seconds=LEASE)
    try:
        for _ in range(2):
            made.spawn()
        wait_until(lambda: len(made.engines()) >= 2, PATIENCE, "engines to register", made.tail)
        yield made
    finally:
        made.stop()


@pytest.mark.slow
def test_a_node_of_the_brokers_cluster_is_lost(cluster: RabbitMQCluster, daemons: Daemons) -> None:
    lost, other, _ = NODES
    assert {cluster.queues(other)[topic] for topic in ("engine", "engine_worker")} == {("quorum", 3)}
    engines, story = sorted(daemons.engines()), begun(daemons)
    cluster.driver.lose(lost)
    completes(story)
    wait_until(daemons.answers, PATIENCE, "engines to answer", daemons.tail)
    completes(begun(daemons))
    assert sorted(daemons.engines()) == engines
