"""Serve metrics in Prometheus's text format, and a health check, on a port of each engine process.

    GET /metrics ──▶ counters (``counts``)      events in this process
                 └─▶ gauges (``db.gauges``)     the state of the deployment; every engine shows the same
    GET /health  ──▶ 200 or 503: whether this engine can work, and if not, why (``Health``)

It is off by default. The port is bound to the loopback address by default, since everyone who can connect can read it.
The processes of one machine take the first free port from ``metrics_port`` on, so a launcher's children need no list.
doc/metrics.md suggests alarms.
"""

from __future__ import annotations

import errno
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from heatlite.db import gauges, outage
from heatlite.db.gauges import Gauges, Ready
from heatlite.engine.common.counts import Count
from heatlite.engine.shared import Shared

LOG = logging.getLogger(__name__)

PREFIX = "heatlite_"
HEALTH_PATH = "/health"
OK = "ok"
MOST_PROCESSES = 64
"""Number of ports that are tried, one after the other."""


class EngineCollector(Collector):
    """Collects one engine's metrics at each scrape; if the database is unreachable, only those of the process itself.

    :param waiting: returns the number of steps that wait for a thread here
    :param overdue: tells whether a step here has exceeded its time limit
    """

    def __init__(self, shared: Shared, waiting: Callable[[], int], overdue: Callable[[], bool]) -> None:
        self._shared = shared
        self._waiting = waiting
        self._overdue = overdue

    def describe(self) -> Iterable[Metric]:
        """Return nothing, since registering a collector must not read the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics, as they are now."""
        yield from self._own()
        try:
            read = gauges.read(self._shared.context(), self._shared.inputs.now())
        except Exception as error:
            LOG.warning("Metrics of the deployment can't be read now: %s", error)
            yield gauge("database_up", "Whether this engine can read the database", 0)
            return
        yield gauge("database_up", "Whether this engine can read the database", 1)
        yield from self._deployments(read)

    def _own(self) -> Iterator[Metric]:
        for count in Count:
            yield CounterMetricFamily(PREFIX + count.value, count.text, value=self._shared.counts[count])
        yield gauge("lease_valid", "Whether this engine may start steps", self._shared.lease.is_valid)
        yield gauge("claims", "Open claims of this engine", len(self._shared.claims))
        yield gauge("steps_waiting", "Steps of plugins that wait for a thread here", self._waiting())
        yield gauge("step_hangs", "Whether a step of a plugin has exceeded its time limit here", self._overdue())

    def _deployments(self, read: Gauges) -> Iterator[Metric]:
        now, after = self._shared.inputs.now(), self._shared.inputs.recast_after
        yield gauge("stacks_in_progress", "Stacks whose operation hasn't ended", read.in_progress)
        yield gauge("stacks_oldest_seconds", "Age of the oldest operation that hasn't ended", age(read.oldest, now))
        yield gauge("stacks_overdue", "Operations that are past their time and not FAILED yet", read.overdue)
        ready = {"cast": read.cast, "held": read.held}
        family = GaugeMetricFamily(PREFIX + "nodes_ready", "Ready nodes that no engine has claimed", labels=["how"])
        oldest = GaugeMetricFamily(PREFIX + "nodes_ready_oldest_seconds", "Age of the oldest of them", labels=["how"])
        for how, those in ready.items():
            family.add_metric([how], those.nodes)
            oldest.add_metric([how], waited(those, now, after))
        yield family
        yield oldest
        yield gauge("nodes_cast_again", "Ready nodes whose message was late or lost", read.cast.cast_again)
        yield gauge("projects_held", "Projects that have more ready nodes than their share", read.holding)
        yield gauge("stacks_drifted", "Root stacks in which the observer saw something differ", read.drifted_stacks)
        yield gauge("resources_drifted", "Resources that the observer saw differ", read.drifted_resources)
        leases = GaugeMetricFamily(
            PREFIX + "lease_age_seconds", "Seconds since an engine's last renewal", labels=["engine"]
        )
        for engine_id, renewed in read.renewed.items():
            leases.add_metric([engine_id], age(renewed, now))
        yield leases


class Health:
    """Tells whether one engine can work. A process that hangs doesn't answer at all.

    :param overdue: tells whether a step here has exceeded its time limit, so that the process is about to exit
    :param broker_stuck: tells whether the broker accepts no message from this engine
    """

    def __init__(self, shared: Shared, overdue: Callable[[], bool], broker_stuck: Callable[[], bool]) -> None:
        self._shared = shared
        self._overdue = overdue
        self._broker_stuck = broker_stuck

    def checks(self) -> dict[str, str]:
        """Return part → ``ok``, or its problem, without names and addresses."""
        checked = {
            "database": lambda: None if self._reads() else "it can't be read",
            "lease": lambda: None if self._shared.lease.is_valid else "it isn't held: no step is started",
            "broker": lambda: "it takes no messages" if self._broker_stuck() else None,
            "steps": lambda: "one has exceeded its time limit: this process exits" if self._overdue() else None,
        }
        return {name: look() or OK for name, look in checked.items()}

    def _reads(self) -> bool:
        context = self._shared.context()
        try:
            with self._shared.database.reader(context):
                context.connection.execute(sa.text("SELECT 1")).one()
        except Exception as error:
            outage.log_failure(LOG, error, "The database can't be read for the health check")
            return False
        return True

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer ``GET /health``, as a WSGI application."""
        found = self.checks()
        can_work = set(found.values()) == {OK}
        content = json.dumps({"can_work": can_work, **found}).encode()
        status = "200 OK" if can_work else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
        return [content]


def gauge(name: str, text: str, value: float) -> Metric:
    """Build a gauge: a number that may rise and fall."""
    return GaugeMetricFamily(PREFIX + name, text, value=float(value))


def age(began: datetime | None, now: float) -> float:
    """Return the seconds since a time of the database (UTC, without a zone); 0 if there is none."""
    return 0.0 if began is None else max(0.0, now - began.replace(tzinfo=UTC).timestamp())


def waited(ready: Ready, now: float, recast_after: float) -> float:
    """Return the seconds since the oldest of these nodes became ready, or was last cast."""
    return 0.0 if ready.since is None else max(0.0, now - (ready.since - recast_after))


def application(collector: Collector, health: Health) -> Callable[..., Any]:
    """Build the WSGI application. Every path but that of the health check shows the metrics, for compatibility."""
    registry = CollectorRegistry()
    registry.register(collector)
    shows_metrics = make_wsgi_app(registry)

    def application(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Any:
        return (health if environ.get("PATH_INFO") == HEALTH_PATH else shows_metrics)(environ, start_response)

    return application


class Server(ThreadingMixIn, WSGIServer):
    """Handles each request in its own thread, so that a slow scrape doesn't delay a health check."""

    daemon_threads = True


class SixServer(Server):
    """The same server on an IPv6 address."""

    address_family = socket.AF_INET6


class Handler(WSGIRequestHandler):
    """Logs no requests, and closes a connection that sends none within ``timeout`` seconds."""

    timeout = 30.0

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing."""


def serve(
    collector: Collector, health: Health, host: str, first_port: int, most: int = MOST_PROCESSES
) -> tuple[int, Callable[[], None]]:
    """Serve metrics and health. Return the port, and a function that stops the server.

    :raises OSError: when none of the ports is free, or the address isn't this machine's
    """
    answers = application(collector, health)
    for port in range(first_port, first_port + most):
        try:
            server = make_server(host, port, answers, SixServer if ":" in host else Server, Handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == first_port + most - 1:
                raise
        else:
            threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
            return port, partial(_end, server)
    raise AssertionError("the last port either serves or raises")


def _end(server: WSGIServer) -> None:
    server.shutdown()
    server.server_close()
