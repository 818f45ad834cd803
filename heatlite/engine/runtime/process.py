"""One engine with all its parts. A daemon has one in each of its processes, an embedded engine in the caller's process.

    start   lease ─▶ renewal, timers, casts, RPC servers, sweeps, puller, notifications
    stop    RPC servers ─▶ sweeps ─▶ give waiting nodes back ─▶ let steps end ─▶ send the last casts ─▶ release lease

Taking the lease waits for the database. Each later part has its own thread and waits for no other part. Without a
broker an engine has no servers, but it sweeps, and works on the nodes that it finds. Each part can be stopped at any
moment, even before it has started.

To stop is to drain: afterwards, the engine has no claim and no lock in the database. If a step doesn't end in time, the
other engines take over its node, as after a crash.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import oslo_messaging

from heatlite.clients import settings as cloud_settings
from heatlite.clients.sessions import Sessions
from heatlite.context import RequestContext
from heatlite.db import outage
from heatlite.db.api import Database
from heatlite.engine.api.catalogue import CatalogueEndpoint
from heatlite.engine.api.insight import InsightEndpoint
from heatlite.engine.api.life import LifeEndpoint
from heatlite.engine.api.other_callers import OtherCallersEndpoint
from heatlite.engine.api.previews import PreviewEndpoint
from heatlite.engine.api.reading import ReadingEndpoint
from heatlite.engine.api.service import EngineEndpoint
from heatlite.engine.api.signals import SignalEndpoint
from heatlite.engine.api.software import SoftwareEndpoint
from heatlite.engine.common import executors
from heatlite.engine.common.counts import Count
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.policy import TypePolicy
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.evaluate import Evaluator
from heatlite.engine.definitions.implied_dependencies import linker
from heatlite.engine.definitions.provider import provider_classes
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.membership.engine_claims import Claims
from heatlite.engine.membership.lease import Lease, Renewal
from heatlite.engine.membership.liveness import FileLocks, LeaseWatch
from heatlite.engine.membership.project_quota import ProjectQuota, Share
from heatlite.engine.nested.begin import Children
from heatlite.engine.nested.endpoint import NestedEndpoint
from heatlite.engine.observability.event_sender import EventSender
from heatlite.engine.observability.notification_sender import NotificationSender
from heatlite.engine.observability.sender import Sender
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.ports.clouds import Clouds, no_cloud
from heatlite.engine.ports.nested_stacks import Ports
from heatlite.engine.ports.siblings import siblings_of
from heatlite.engine.ports.software import software_of
from heatlite.engine.runtime.backlog_puller import BacklogPuller, Room
from heatlite.engine.runtime.cloud_listener import CloudListener
from heatlite.engine.runtime.forgetting import Forgetting
from heatlite.engine.runtime.listener import ListenerEndpoint
from heatlite.engine.runtime.local_fallback import LocalFallback
from heatlite.engine.runtime.observer import Observer
from heatlite.engine.runtime.recovery import Sweeper, Sweeps
from heatlite.engine.runtime.rpc_servers import RPCServers
from heatlite.engine.runtime.worker import WorkerEndpoint
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.announcements import Announcements
from heatlite.engine.traversal.checker import Checker
from heatlite.engine.traversal.fair_thread_pool import FairThreadPool
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.step_runner import StepRunner
from heatlite.notifications import Notifier
from heatlite.resources.builtin import (
    deployed_server_with_user,
    deployment_with_user,
    handle_with_user,
    policy_with_user,
)
from heatlite.resources.openstack.aws import load_balancer
from heatlite.resources.openstack.mistral import workflow
from heatlite.resources.registry import Registry
from heatlite.rpc import broker, messages
from heatlite.rpc.casting import Casting
from heatlite.rpc.serializer import PlainSerializer
from heatlite.rpc.server import BoundedRPCServer, Fairness, serve
from heatlite.rpc.worker_client import WorkerClient
from heatlite.template import yaql_process

LOG = logging.getLogger(__name__)

LAST_LOOK = 5.0
"""Seconds that an engine waits for a pending answer of the database, when it is stopped during its start."""
CALLS_SHARE = 75
"""Percentage of the threads for clients' calls that one project may use."""
THREADS_FOR_RESULTS = 1
"""Threads besides those for steps, which write down what steps came to."""
LAST_CASTS = 3.0
"""Seconds that a stopping engine waits for the broker to accept its last casts."""


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of an engine process.

    ``file_locks``: liveness by file locks, for engines on one machine; None: by leases. ``leave``: called to make the
    process drain and exit, when a step hangs. ``when_serving``: called each time the engine begins to serve.
    ``notifier``: sends notifications; None: none are sent. ``cloud``: how the cloud's services are reached; None: not
    at all. ``policy``: decides who may use which types. ``services_bus``: where the cloud's services send their
    notifications; None: nobody listens to them.
    """

    database: Database
    transport: oslo_messaging.Transport
    settings: Settings
    inputs: Inputs = field(default_factory=Inputs)
    registry: Registry = field(default_factory=Registry.load)
    file_locks: FileLocks | None = None
    notifier: Notifier | None = None
    leave: Callable[[], None] = lambda: None
    when_serving: Callable[[], None] = lambda: None
    cloud: cloud_settings.Settings | None = None
    policy: TypePolicy = field(default_factory=TypePolicy)
    services_bus: oslo_messaging.Transport | None = None


class EngineProcess:
    """One engine with its parts."""

    def __init__(self, surroundings: Surroundings) -> None:
        if surroundings.cloud is not None and surroundings.cloud.stack_domain is not None:
            registry = surroundings.registry.with_others(
                {
                    **handle_with_user.IN_PLACE_OF,
                    **deployment_with_user.IN_PLACE_OF,
                    **deployed_server_with_user.IN_PLACE_OF,
                    **policy_with_user.IN_PLACE_OF,
                    **workflow.IN_PLACE_OF,
                }
            )
            surroundings = dataclasses.replace(surroundings, registry=registry)
        if templates := surroundings.settings.operator_templates:
            registry = surroundings.registry.with_others(provider_classes(templates))
            surroundings = dataclasses.replace(surroundings, registry=registry)
        if operators := load_balancer.in_place_of(surroundings.settings.loadbalancer_template):
            surroundings = dataclasses.replace(surroundings, registry=surroundings.registry.with_others(operators))
        inputs = dataclasses.replace(surroundings.inputs, recast_after=surroundings.settings.recast_after)
        self._surroundings = surroundings = dataclasses.replace(surroundings, inputs=inputs)
        self._settings = surroundings.settings
        self._casting = Casting(WorkerClient(surroundings.transport))
        self.servers = RPCServers(lambda: broker.examine(surroundings.transport), self._starters, self._serves)
        self.shared = self._share()
        self._pool = executors.pool(self._settings.step_threads + THREADS_FOR_RESULTS)
        self.recorder = ResultRecorder(self.shared)
        self.lanes = FairThreadPool(
            self._pool.submit,
            self._settings.step_threads,
            for_own=THREADS_FOR_RESULTS,
            when_room=lambda: self._puller.ask(),
        )
        self._cloud_listener, self._announcements = self._listens()
        self.runner = StepRunner(self.shared, self.recorder, self.lanes, announcements=self._announcements)
        self.checker = Checker(self.shared, self.recorder, self.runner)
        self.runner.watchdog.leave = surroundings.leave
        self.runner.watchdog.when_told = lambda: self.shared.counts.add(Count.OVERRUNS)
        sweeper = Sweeper(self.shared, self.recorder, self.runner)
        self._sweeps = Sweeps(self.shared, sweeper, self.runner.watchdog.hanging_steps)
        self._sweeps.add(Forgetting(surroundings.database, surroundings.inputs).old_calls)
        self._renewal = Renewal(self.shared.lease, self._settings)
        notifier = surroundings.notifier
        self._senders: list[Sender] = []
        if notifier is not None:
            self._senders.append(NotificationSender(surroundings.database, surroundings.inputs, notifier))
        if self.shared.clouds is not None:
            self._senders.append(EventSender(self.shared, self.shared.clouds))
        self._worker = WorkerEndpoint(self.checker, lambda: self.shared.lease.is_valid)
        self._puller = self._pulls()
        self._observer = self._observes()
        self._leaves, self._has_begun = threading.Event(), threading.Event()
        self._has_begun.set()

    def _share(self) -> Shared:
        it = self._surroundings
        watch = LeaseWatch(it.database, it.inputs.monotonic, it.settings.lease_seconds, self._holds_since)
        library, wakes = Library(it.settings.operator_registry, linker(it.registry)), self._casting
        ports = Ports(it.database, it.inputs, it.settings, library, it.registry, wakes)
        siblings = siblings_of(it.database, it.registry, it.inputs)
        liveness = it.file_locks or watch
        share = Share(it.settings.casts_per_project, it.settings.batch_size)
        clouds = Clouds(it.database, Sessions(it.cloud)) if it.cloud else None
        cloud_of = clouds.of_stack if clouds else no_cloud
        software = software_of(it.database, it.inputs)
        return Shared(
            database=it.database,
            inputs=it.inputs,
            settings=it.settings,
            registry=it.registry,
            library=library,
            evaluator=Evaluator(
                it.registry, it.inputs, it.settings.max_attempts, ports.of, siblings, cloud_of, software
            ),
            lease=Lease(
                it.database,
                it.inputs,
                it.settings,
                when_taken=self._taken,
                when_lost=self._lost,
                serves=lambda: self.servers.is_serving,
            ),
            liveness=liveness,
            claims=Claims(),
            wakes=wakes,
            quota=ProjectQuota(it.database, it.inputs, share, lambda: liveness.alive),
            clouds=clouds,
            policy=it.policy,
        )

    def _pulls(self) -> BacklogPuller:
        quota, settings, counts = self.shared.quota, self._settings, self.shared.counts
        assert quota is not None, "a process that serves has a quota"
        room = Room(
            settings.worker_threads,
            may_act=lambda: self.shared.lease.is_valid,
            is_full=self.runner.is_full,
            is_busy=lambda: self.servers.is_busy,
        )
        puller = BacklogPuller(
            quota,
            self.checker,
            executors.pool(settings.worker_threads).submit,
            room,
            when_taken=lambda nodes: counts.add(Count.PULLED, nodes),
        )

        def queued(nodes: int) -> None:
            counts.add(Count.HELD, nodes)
            puller.ask()

        quota.when_queued = queued
        return puller

    def _listens(self) -> tuple[CloudListener | None, Announcements | None]:
        bus, settings, counts = self._surroundings.services_bus, self._settings.cloud_notifications, self.shared.counts
        if bus is None:
            return None, None
        listener = CloudListener(bus, settings, counts)
        monotonic = self._surroundings.inputs.monotonic
        return listener, Announcements(settings.poll_interval, counts, lambda: listener.hears, monotonic)

    def _observes(self) -> Observer | None:
        if not (self._settings.role.converges and self._settings.observer.resources_per_second):
            return None
        return Observer(self.shared, Lifecycle(self.shared, self.recorder))

    def _taken(self, engine_id: str) -> None:
        """Prepare file lock and servers for this engine's new id."""
        if self._surroundings.file_locks is not None:
            self._surroundings.file_locks.hold(engine_id)
        self.servers.serve_again()

    @property
    def broker_is_stuck(self) -> bool:
        """True if the broker accepts no message from this engine."""
        return self._casting.is_stuck

    def _lost(self, engine_id: str) -> None:
        """Drop all work after this engine was declared dead: other engines own it now."""
        self.shared.counts.add(Count.LEASES_LOST)
        self.runner.drop()
        self.shared.claims.clear()

    def start(self) -> None:
        """Take a lease, and start every part. This returns before the broker is reached: see ``servers.ready``."""
        self._has_begun.clear()
        try:
            if not self.shared.lease.acquire_patiently(self._leaves):
                return
            if self._leaves.is_set():
                self._say_goodbye()
            else:
                self._start_parts()
        finally:
            self._has_begun.set()

    def _start_parts(self) -> None:
        yaql_process.EVALUATOR.limits = self._settings.yaql
        self._renewal.start()
        self.runner.start()
        self._stand_in_for_the_broker()
        self.servers.start()
        self._sweeps.start()
        if self._settings.role.converges:
            self._puller.start()
        for sender in self._senders:
            sender.start()
        if self._observer is not None:
            self._observer.start()
        if self._cloud_listener is not None and self._announcements is not None:
            self._announcements.start()
            self._cloud_listener.start(self._announcements, self.runner.deafened)

    def _serves(self) -> None:
        """Record that the broker delivers messages to this engine from now on."""
        LOG.info("Engine %s serves as %s", self.shared.lease.engine_id, self._settings.role)
        try:
            self.shared.lease.renew()  # records that it serves
        except Exception as error:
            outage.log_failure(LOG, error, "The next renewal of the lease will record that this engine serves")
        self._surroundings.when_serving()

    def _starters(self) -> list[Callable[[], BoundedRPCServer]]:
        """Return functions that start the servers, each under this engine's current id."""
        host, threads = self.shared.lease.engine_id, self._settings.worker_threads
        return [
            partial(
                serve,
                self._surroundings.transport,
                topic,
                served,
                host=host,
                threads=threads,
                serializer=PlainSerializer(self._request_context if topic == messages.ENGINE_TOPIC else dict),
                when_idle=self._puller.ask if topic == messages.WORKER_TOPIC else lambda: None,
                fair=self._fairness() if topic == messages.ENGINE_TOPIC else None,
            )
            for topic, served in self._endpoints().items()
        ]

    def _endpoints(self) -> dict[str, list[object]]:
        endpoints: dict[str, list[object]] = {}
        children = Children(self.shared, self.recorder)
        if self._settings.role.converges:
            endpoints[messages.WORKER_TOPIC] = [self._worker]
        if self._settings.role.serves_clients:
            lifecycle = Lifecycle(self.shared, self.recorder)
            endpoints[messages.ENGINE_TOPIC] = [
                EngineEndpoint(self.shared, lifecycle),
                ReadingEndpoint(self.shared),
                CatalogueEndpoint(self.shared),
                PreviewEndpoint(self.shared),
                SignalEndpoint(self.shared, self.recorder, children),
                LifeEndpoint(self.shared, lifecycle),
                InsightEndpoint(self.shared, lifecycle),
                OtherCallersEndpoint(),
                SoftwareEndpoint(self.shared),
            ]
        endpoints[messages.NESTED_TOPIC] = [NestedEndpoint(children, self._request_context)]
        endpoints[messages.LISTENER_TOPIC] = [ListenerEndpoint(self.runner)]
        return endpoints

    def _fairness(self) -> Fairness:
        """Return how projects share the threads for clients' calls: one project can never use all of them."""
        threads = self._settings.worker_threads
        most = max(1, threads * CALLS_SHARE // 100)
        return Fairness(partial(FairThreadPool, most_of_one=most), self._settings.calls_per_project)

    def _request_context(self, wire: Mapping[str, Any]) -> RequestContext:
        return RequestContext(self._surroundings.database, wire)

    def _holds_since(self) -> float | None:
        return self.shared.lease.holds_since

    def _stand_in_for_the_broker(self) -> None:
        """Let this engine do the work of casts that the broker doesn't accept, and start sending the others."""
        children = Children(self.shared, self.recorder)
        here = LocalFallback(self._surroundings.database, self.checker, children, self._settings.worker_threads)
        self._casting.check_here = here.check if self._settings.role.converges else None
        self._casting.begin_here = here.begin
        self._casting.when_leaving = here.stop
        self._sweeps.add(self._casting.held_back_casts)
        self._casting.start()

    def _say_goodbye(self) -> None:
        try:
            if self.shared.lease.was_taken:
                self.shared.lease.release()
        except Exception as error:
            outage.log_failure(LOG, error, "The lease can't be released: other engines will see it expire")

    def stop(self) -> None:
        """Drain: take in nothing more, give waiting nodes back, let running steps end, and release the lease.

        This may be called at any stage of the start.
        """
        self._leaves.set()
        if not self._has_begun.wait(LAST_LOOK):
            LOG.warning("The database doesn't answer: this engine stops without waiting for it")
        self._casting.leave()
        self._puller.end()
        self.servers.stop(self._settings.graceful_shutdown_timeout)
        self._sweeps.stop()
        if self._observer is not None:
            self._observer.stop()
        if self._cloud_listener is not None and self._announcements is not None:
            self._cloud_listener.stop()
            self._announcements.stop()
        self._puller.stop(self._settings.graceful_shutdown_timeout)
        self.runner.drain()
        if not self.shared.claims.wait_until_empty(self._settings.graceful_shutdown_timeout):
            LOG.warning("Some steps didn't end in time: other engines will take over their nodes")
        for sender in self._senders:
            sender.stop()
        self._pool.shutdown(wait=False)
        self._casting.stop(LAST_CASTS)
        self._renewal.stop()
        self._say_goodbye()
        if self._surroundings.file_locks is not None and self.shared.lease.engine_id:
            self._surroundings.file_locks.drop(self.shared.lease.engine_id)
        LOG.info("Engine %s has stopped", self.shared.lease.engine_id)
