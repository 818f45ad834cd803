"""A RabbitMQ cluster of three nodes on the loopback, one of which can be lost. It takes Erlang half a minute.

The nodes find one another by their configuration (``classic_config``), so that nobody has to tell them to join.
"""

from __future__ import annotations

import contextlib
import pathlib

import psutil

from tests.servers.guard import free_port
from tests.servers.rabbitmq import RabbitMQDriver
from tests.servers.server import GRACE, Server

NODES = tuple(f"pifpaf-{number}@localhost" for number in (1, 2, 3))
CONFIGURATION = "cluster_formation.peer_discovery_backend = classic_config\n" + "".join(
    f"cluster_formation.classic_config.nodes.{number} = {node}\n" for number, node in enumerate(NODES, 1)
)


class ClusterDriver(RabbitMQDriver):
    """pifpaf's driver, with ports of its own for each node."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = True
        self.starting = NODES[0]
        self.node_ports = {node: free_port() for node in NODES}
        self._ports = {node: free_port() for node in NODES}

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "RABBITMQ_DIST_PORT": str(self.node_ports[self.starting])}

    def prepare(self) -> None:
        super().prepare()  # and its epmd
        pathlib.Path(self.tempdir, "rabbitmq.conf").write_text(CONFIGURATION)
        pathlib.Path(self.tempdir, "plugins").write_text("[].\n")

    def start_node(self, nodename: str) -> int:
        self.starting = nodename
        return int(super().start_node(nodename))

    def join_cluster(self, nodename: str, master: str) -> None:
        """Nothing: it has joined as it started."""

    def lose(self, nodename: str) -> None:
        """Kill a node, as a machine that dies does."""
        process = self._process[nodename]
        family = [process, *process.children(recursive=True)]
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(family, timeout=GRACE)
        self._guards.pop(process.pid).release()


class RabbitMQCluster(Server):
    """Three nodes of RabbitMQ."""

    name = "a RabbitMQ cluster"
    package = "rabbitmq-server"
    driver_class = ClusterDriver

    @property
    def url(self) -> str:
        driver = self.driver
        who = f"{driver.username}:{driver.password}"
        return "rabbit://" + ",".join(f"{who}@127.0.0.1:{driver.get_port(node)}" for node in NODES) + "/"

    def queues(self, node: str) -> dict[str, tuple[str, int]]:
        """What a node says of each queue: its type, and on how many nodes it is."""
        command = ["rabbitmqctl", "-n", node, "--quiet", "--no-table-headers", "list_queues", "name", "type", "members"]
        _, output = self.driver._exec(command, stdout=True)
        rows = [line.split("\t") for line in output.decode().splitlines() if "\t" in line]
        return {name: (kind, members.count("@")) for name, kind, members in rows}
