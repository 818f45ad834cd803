"""Run engine processes under oslo.service's launcher.

    heatlite-engine ── launcher ──┬── process: database, transport, EngineProcess
                                  ├── process: …          each builds its parts after the fork, in the child
                                  └── …                   the launcher replaces a process that is killed

``start`` creates everything with a socket or a thread. The launcher calls it in the child.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from oslo_config import cfg
from oslo_service import service, systemd

from heatlite import notifications
from heatlite.db.api import Database
from heatlite.engine.common import configured
from heatlite.engine.common.policy import TypePolicy
from heatlite.engine.common.settings import Settings
from heatlite.engine.ports.cloud_settings import cloud_settings
from heatlite.engine.runtime.process import EngineProcess, Surroundings
from heatlite.rpc import notification_listener, transport

LOG = logging.getLogger(__name__)


def leave() -> None:
    """Make this process drain and exit, as its launcher would. The launcher then starts another."""
    LOG.error("A step hangs, and a thread can't be killed: this process drains and exits")
    os.kill(os.getpid(), signal.SIGTERM)


class EngineService(service.ServiceBase):
    """The service that the launcher starts and stops in each process."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._engine: EngineProcess | None = None
        self._database: Database | None = None
        self._hide_metrics: Callable[[], None] = lambda: None
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._leaves = False

    def start(self) -> None:
        """Build this process's engine, and start it. ``stop`` may be called at any moment meanwhile."""
        settings = configured.engine_settings(self._conf)
        database, engine = self._make(settings)
        with self._lock:
            if self._leaves:
                database.dispose()
                return
            self._database, self._engine = database, engine
        engine.start()
        if settings.metrics_port:
            self._hide_metrics = self._show_metrics(engine, settings)

    def _make(self, settings: Settings) -> tuple[Database, EngineProcess]:
        notifier = notifications.configured(self._conf, settings.host)
        database = Database(
            replace(configured.database_settings(self._conf), max_retries=0),  # the lease waits, and can be interrupted
            configured.vault(self._conf),
            notifies=notifier is not None,
            when_made=self._profile(settings.host),
        )
        transport.bound_prefetch(self._conf, self._conf.intake_prefetch)
        told, role = self._conf.cloud_notifications, settings.role
        listens = told.enabled and role.converges
        surroundings = Surroundings(
            database,
            transport.get(self._conf),
            settings,
            notifier=notifier,
            leave=leave,
            when_serving=systemd.notify_once,  # the first to serve notifies for all; without systemd, nothing
            cloud=cloud_settings(self._conf),
            policy=TypePolicy(self._conf),
            services_bus=notification_listener.transport_of(self._conf, told.transport_url) if listens else None,
        )
        return database, EngineProcess(surroundings)

    def _profile(self, host: str) -> Callable[[sa.Engine], None]:
        """Set up profiling, if it is enabled. Return a function that adds tracing to an SQLAlchemy engine."""
        if not configured.profiles(self._conf):
            return lambda engine: None
        from heatlite.engine.observability import profiling

        profiling.set_up(self._conf, host)
        return profiling.trace_statements if self._conf.profiler.trace_sqlalchemy else lambda engine: None

    def _show_metrics(self, engine: EngineProcess, settings: Settings) -> Callable[[], None]:
        """Serve the engine's metrics and health. If the port can't be opened, the engine works without them."""
        from heatlite.engine.observability import metrics

        collector = metrics.EngineCollector(
            engine.shared, lambda: len(engine.lanes), lambda: engine.runner.watchdog.has_overdue
        )
        health = metrics.Health(
            engine.shared, lambda: engine.runner.watchdog.has_overdue, lambda: engine.broker_is_stuck
        )
        try:
            port, stop = metrics.serve(collector, health, settings.metrics_host, settings.metrics_port)
        except OSError:
            LOG.exception(
                "Metrics can't be served on port %d and above of %s", settings.metrics_port, settings.metrics_host
            )
            return lambda: None
        LOG.info("Metrics are served at http://%s:%d/metrics, health at /health", settings.metrics_host, port)
        return stop

    def stop(self) -> None:
        """Drain the engine, and close everything that this process opened."""
        with self._lock:
            self._leaves = True
        if self._engine is not None:
            self._engine.stop()
        self._hide_metrics()
        if self._database is not None:
            self._database.dispose()
        self._stopped.set()
        if self._engine is not None and self._engine.runner.watchdog.has_overdue:
            LOG.error("A step still hangs: this process exits without it")
            os._exit(1)  # a normal exit would wait for its thread

    def wait(self) -> None:
        """Wait until the engine has been stopped."""
        self._stopped.wait()

    def reset(self) -> None:
        """Handle SIGHUP, after the configuration has been read again. No setting can change at run time yet."""
        LOG.info("The configuration was read again")
