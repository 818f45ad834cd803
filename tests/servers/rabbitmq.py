"""RabbitMQ for tests: a fresh virtual host in milliseconds, and the broker's own count of what was published.

All its parts have free ports of 127.0.0.1: AMQP, the node's own, epmd, management (makes virtual hosts without
starting an Erlang each time) and Prometheus (counts as of now, where management's are seconds old).

A RabbitMQ that can do so (from 3.12 on) denies every feature that it calls deprecated. Then the URLs ask for the queues
that it takes, as doc/deployment.md's configuration does; an older one gets those of oslo.messaging's defaults. A
``PermissiveRabbitMQ`` denies none.
"""

from __future__ import annotations

import base64
import glob
import json
import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus
from typing import Any

from pifpaf.drivers import rabbitmq

from tests.servers.guard import free_port
from tests.servers.private import PrivateDriver
from tests.servers.server import Server

PUBLISHED = "rabbitmq_global_messages_received_total{"
QUORUM = "rabbit_quorum_queue=true&rabbit_transient_quorum_queue=true"
"""What doc/deployment.md configures, as the query of a transport URL."""
DEPRECATED = ("transient_nonexcl_queues", "global_qos", "classic_queue_mirroring", "ram_node_type")
DENIES_FROM = (3, 12)
INSTALLED = "/usr/lib/rabbitmq/lib/rabbitmq_server-*"
ANSWER_TIME = 30  # seconds
CONFIGURATION = """\
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {metrics_port}
collect_statistics = none
management_agent.disable_metrics_collector = true
"""


def installed_version() -> tuple[int, ...]:
    """The newest RabbitMQ that Debian installed; empty where there is none."""
    found = [re.search(r"-(\d+(?:\.\d+)*)", path.rsplit("/", 1)[1]) for path in glob.glob(INSTALLED)]
    return max((tuple(int(part) for part in it[1].split(".")) for it in found if it), default=())


def published(metrics: str) -> int:
    """How many messages the metrics say were published: RabbitMQ 4.3 writes counts as floats, ``1.2e3``."""
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in metrics.splitlines() if line.startswith(PUBLISHED))


def denies() -> bool:
    """Whether this machine's RabbitMQ can deny what it calls deprecated."""
    return installed_version() >= DENIES_FROM


def denials() -> str:
    """The lines of its configuration that do so."""
    return "".join(f"deprecated_features.permit.{name} = false\n" for name in DEPRECATED) if denies() else ""


class RabbitMQDriver(rabbitmq.RabbitMQDriver, PrivateDriver):
    """pifpaf's driver, kept to the loopback and to one process that is the server."""

    account = "rabbitmq"
    program = "rabbitmq-server"
    programs_in = ["/usr/lib/rabbitmq/bin", "/usr/libexec/rabbitmq"]  # Debian's own wrapper wants root
    denials = staticmethod(denials)

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
            file.write(CONFIGURATION.format_map(vars(self)) + self.denials())
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


class PermissiveRabbitMQDriver(RabbitMQDriver):
    """A driver whose server denies nothing."""

    denials = staticmethod(lambda: "")


def vhost_of(url: str) -> str:
    """The virtual host of a transport URL."""
    return urllib.parse.urlsplit(url).path.lstrip("/")


class RabbitMQ(Server):
    """A RabbitMQ server: a ``fresh_vhost()`` for each test, ``messages_published()`` before and after."""

    name = "RabbitMQ"
    package = "rabbitmq-server"
    driver_class = RabbitMQDriver

    @property
    def url(self) -> str:
        return self._url("")

    def fresh_vhost(self) -> str:
        """The oslo.messaging transport URL of a new, empty virtual host, with the queues that this broker takes."""
        url = self.bare_vhost()
        return f"{url}?{QUORUM}" if denies() else url

    def bare_vhost(self) -> str:
        """The same, without a word of queues."""
        name = f"heatlite_{next(self._numbers)}"
        self._http("PUT", self.driver.management_port, f"/api/vhosts/{name}")
        return self._url(name)

    def powerless_vhost(self) -> str:
        """The URL of a new virtual host for a user who may declare nothing in it."""
        url, name = self.bare_vhost(), f"powerless_{next(self._numbers)}"
        self._http("PUT", self.driver.management_port, f"/api/users/{name}", {"password": name, "tags": ""})
        rights = {"configure": "^$", "write": ".*", "read": ".*"}
        self._http("PUT", self.driver.management_port, f"/api/permissions/{vhost_of(url)}/{name}", rights)
        return url.replace(f"{self.driver.username}:{self.driver.password}@", f"{name}:{name}@")

    def messages_published(self) -> int:
        """How many messages the server has taken from publishers since it started, in all its virtual hosts.

        Casts, calls and replies alike. A message that the broker has confirmed to its publisher is counted.
        """
        return published(self._http("GET", self.driver.metrics_port, "/metrics"))

    def delete_queues(self, vhost: str) -> list[str]:
        """Delete all queues of a virtual host, whoever consumes from them; return the names of those deleted.

        A queue that expires or loses its last consumer meanwhile is gone already, and isn't among them.
        """
        return [
            name for name in self.queues(vhost) if self._delete(f"queues/{vhost}/{urllib.parse.quote(name, safe='')}")
        ]

    def _delete(self, path: str) -> bool:
        """Delete what the management API has at a path; return whether it was there."""
        try:
            self._http("DELETE", self.driver.management_port, f"/api/{path}")
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
            return False
        return True

    def queues(self, vhost: str) -> dict[str, dict[str, Any]]:
        """Name → what the broker says of each queue of a virtual host: ``type``, ``durable``, ``arguments``, …"""
        path = f"/api/queues/{vhost}?disable_stats=true&enable_queue_totals=true"
        return {it["name"]: it for it in json.loads(self._http("GET", self.driver.management_port, path))}

    def exchanges(self, vhost: str) -> dict[str, dict[str, Any]]:
        """Name → what the broker says of each exchange that isn't its own: ``durable``, ``type``, …"""
        listed = json.loads(self._http("GET", self.driver.management_port, f"/api/exchanges/{vhost}"))
        return {it["name"]: it for it in listed if it["name"] and not it["name"].startswith("amq.")}

    def delete_exchange(self, vhost: str, name: str) -> None:
        """Delete an exchange, whoever publishes to it; one that is gone already is no error."""
        self._delete(f"exchanges/{vhost}/{name}")

    def _url(self, vhost: str) -> str:
        driver = self.driver
        return f"rabbit://{driver.username}:{driver.password}@127.0.0.1:{driver.port}/{vhost}"

    def restrict(self, vhost: str, user: str, exchange: str, routing_key: str) -> None:
        """Make a user, with its name for a password, who may publish by these routing keys alone.

        :param routing_key: a pattern, which holds for a topic exchange
        """
        port, anything = self.driver.management_port, dict.fromkeys(("configure", "write", "read"), ".*")
        topics = {"exchange": exchange, "write": routing_key, "read": ".*"}
        self._http("PUT", port, f"/api/users/{user}", {"password": user, "tags": ""})
        self._http("PUT", port, f"/api/permissions/{vhost}/{user}", anything)
        self._http("PUT", port, f"/api/topic-permissions/{vhost}/{user}", topics)

    def _http(self, method: str, port: int, path: str, body: Any = None) -> str:
        who = base64.b64encode(f"{self.driver.username}:{self.driver.password}".encode()).decode()
        headers = {"Authorization": f"Basic {who}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, method=method, headers=headers)
        no_proxy = urllib.request.ProxyHandler({})  # a proxy of the environment can't reach our loopback
        with urllib.request.build_opener(no_proxy).open(request, timeout=ANSWER_TIME) as reply:
            return reply.read().decode()


class PermissiveRabbitMQ(RabbitMQ):
    """A RabbitMQ server that takes every kind of queue that its release still has."""

    driver_class = PermissiveRabbitMQDriver
