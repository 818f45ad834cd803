"""RabbitMQ for tests: a fresh virtual host in milliseconds, and the broker's own count of what was published.

All its parts have free ports of 127.0.0.1: AMQP, the node's own, epmd, management (makes virtual hosts without
starting an Erlang each time) and Prometheus (counts as of now, where management's are seconds old).
"""

from __future__ import annotations

import base64
import json
import signal
import urllib.parse
import urllib.request

from pifpaf.drivers import rabbitmq

from tests.servers.guard import free_port
from tests.servers.private import PrivateDriver
from tests.servers.server import Server

PUBLISHED = "rabbitmq_global_messages_received_total{"
ANSWER_TIME = 30  # seconds
CONFIGURATION = """\
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {metrics_port}
collect_statistics = none
management_agent.disable_metrics_collector = true
"""


def published(metrics: str) -> int:
    """How many messages the metrics say were published: RabbitMQ 4.3 writes counts as floats, ``1.2e3``."""
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in metrics.splitlines() if line.startswith(PUBLISHED))


class RabbitMQDriver(rabbitmq.RabbitMQDriver, PrivateDriver):
    """pifpaf's driver, kept to the loopback and to one process that is the server."""

    account = "rabbitmq"
    program = "rabbitmq-server"
    programs_in = ["/usr/lib/rabbitmq/bin", "/usr/libexec/rabbitmq"]  # Debian's own wrapper wants root

    def __init__(self) -> None:
        super().__init__(port=free_port(), username="guest", password="guest")
        self.epmd_port, self.node_port = free_port(), free_port()
        self.management_port, self.metrics_port = free_port(), free_port()

    def environment(self) -> dict[str, str]:
        return {
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{self.tempdir}/none",
            "RABBITMQ_CONF_ENV_FILE": f"{self.tempdir}/none",
            "RABBITMQ_CONFIG_FILE": f"{self.tempdir}/rabbitmq.conf",
            "RABBITMQ_DIST_PORT": str(self.node_port),  # by default port + 20000, which need not exist
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self.tempdir}/plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "detached": "true",  # the start script becomes the server, instead of waiting for it
        }

    def prepare(self) -> None:
        with open(f"{self.tempdir}/rabbitmq.conf", "w") as file:
            file.write(CONFIGURATION.format_map(vars(self)))
        with open(f"{self.tempdir}/plugins", "w") as file:
            file.write("[rabbitmq_management,rabbitmq_prometheus].\n")
        self.putenv("HOME", self.tempdir, raw=True)
        # Where none runs, Erlang starts an epmd that outlives it.
        command = ["epmd", "-d", "-address", "127.0.0.1", "-port", str(self.epmd_port)]
        self._exec(command, wait_for_line="epmd running")

    def rabbitmqctl(self, nodename: str, command: list[str]) -> None:
        """Nothing: a new server has the user guest already, and each call would take a second."""

    def kill_node(self, nodename: str, signal: int = signal.SIGTERM, ignore_not_exists: bool = False) -> None:
        """Nothing: the server is ended as the others are; pifpaf would use the pid of the first start."""


class RabbitMQ(Server):
    """A RabbitMQ server: a ``fresh_vhost()`` for each test, ``messages_published()`` before and after."""

    name = "RabbitMQ"
    package = "rabbitmq-server"
    driver_class = RabbitMQDriver

    @property
    def url(self) -> str:
        return self._url("")

    def fresh_vhost(self) -> str:
        """The oslo.messaging transport URL of a new, empty virtual host."""
        name = f"heatlite_{next(self._numbers)}"
        self._http("PUT", self.driver.management_port, f"/api/vhosts/{name}")
        return self._url(name)

    def messages_published(self) -> int:
        """How many messages the server has taken from publishers since it started, in all its virtual hosts.

        Casts, calls and replies alike. A message that the broker has confirmed to its publisher is counted.
        """
        return published(self._http("GET", self.driver.metrics_port, "/metrics"))

    def delete_queues(self, vhost: str) -> list[str]:
        """Delete all queues of a virtual host, whoever consumes from them; returns their names."""
        path = f"/api/queues/{vhost}"
        listed = self._http("GET", self.driver.management_port, f"{path}?disable_stats=true&enable_queue_totals=true")
        names = [str(queue["name"]) for queue in json.loads(listed)]
        for name in names:
            self._http("DELETE", self.driver.management_port, f"{path}/{urllib.parse.quote(name, safe='')}")
        return names

    def _url(self, vhost: str) -> str:
        driver = self.driver
        return f"rabbit://{driver.username}:{driver.password}@127.0.0.1:{driver.port}/{vhost}"

    def _http(self, method: str, port: int, path: str) -> str:
        who = base64.b64encode(f"{self.driver.username}:{self.driver.password}".encode()).decode()
        headers = {"Authorization": f"Basic {who}"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, headers=headers)
        no_proxy = urllib.request.ProxyHandler({})  # a proxy of the environment can't reach our loopback
        with urllib.request.build_opener(no_proxy).open(request, timeout=ANSWER_TIME) as reply:
            return reply.read().decode()
