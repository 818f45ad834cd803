"""A RabbitMQ cluster of three nodes on the loopback, one of which can be lost. It takes Erlang half a minute.

The nodes find one another by their configuration (``classic_config``), so that nobody has to tell them to join. Each is
told of those that were started before it, and of itself: RabbitMQ 4 waits for every node that its configuration names.
"""

from __future__ import annotations

import contextlib
import pathlib

import psutil

from tests.servers.guard import free_port
from tests.servers.rabbitmq import RabbitMQDriver
from tests.servers.server import GRACE, Server

NODES = tuple(f"pifpaf-{number}@localhost" for number in (1, 2, 3))


def configuration(node: str) -> str:
    """A node's configuration: which others it is to join."""
    names = NODES[: NODES.index(node) + 1]
    lines = [f"cluster_formation.classic_config.nodes.{number} = {name}" for number, name in enumerate(names, 1)]
    return "\n".join(["cluster_formation.peer_discovery_backend = classic_config", *lines, ""])


class ClusterDriver(RabbitMQDriver):
    """pifpaf's driver, with ports of its own for each node."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = True
        self.starting = NODES[0]
        self.node_ports = {node: free_port() for node in NODES}
        self._ports = {node: free_port() for node in NODES}

    def environment(self) -> dict[str, str]:
        own = {
            "RABBITMQ_CONFIG_FILE": f"{self.tempdir}/{self.starting}.conf",
            "RABBITMQ_DIST_PORT": str(self.node_ports[self.starting]),
        }
        return {**super().environment(), **own}

    def prepare(self) -> None:
        super().prepare()  # and its epmd
        for node in NODES:
            pathlib.Path(self.tempdir, f"{node}.conf").write_text(configuration(node))
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
