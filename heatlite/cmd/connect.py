"""Carry a command's calls over oslo.messaging: to the daemons, or to an engine in this process."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, replace

from oslo_config import cfg

from heatlite.cmd import quiet

quiet.without_eventlet()  # before anything else imports futurist, which looks for it

from oslo_service import backend  # noqa: E402

backend.init_backend(backend.BackendType.THREADING)  # before oslo.messaging is imported, or it would choose another

import oslo_messaging  # noqa: E402

from heatlite.engine.common import configured  # noqa: E402
from heatlite.engine.ports import cloud_settings  # noqa: E402
from heatlite.engine.runtime import embedded  # noqa: E402
from heatlite.rpc import broker, messages, transport  # noqa: E402
from heatlite.rpc.engine_client import EngineClient, MessagingCaller  # noqa: E402
from heatlite.rpc.serializer import PlainSerializer  # noqa: E402

LOCAL_ONLY = ("enable_stack_adopt", "enable_stack_abandon")
"""Options that are on in the embedded engine by default: its one user owns everything in its database."""


@dataclass
class RemoteSession:
    """A client of the daemons."""

    client: EngineClient
    transport: oslo_messaging.Transport
    embedded: bool = False

    def unfinished(self) -> int:
        """Return 0: the daemons finish their own operations."""
        return 0

    def resume(self) -> None:
        """Do nothing: the daemons work all the time."""

    def close(self) -> None:
        """Close the connection."""
        broker.close(self.transport)


def to_daemons(conf: cfg.ConfigOpts) -> RemoteSession:
    """Connect to the daemons behind ``transport_url``.

    :raises HeatliteError: when it can't be used
    """
    remote = transport.get(conf)
    return RemoteSession(client_of(remote), remote)


def start_engine(conf: cfg.ConfigOpts, directory: pathlib.Path) -> embedded.Embedded:
    """Start an engine in this process, on the database in this state directory.

    :raises HeatliteError: when the configuration or the directory can't be used
    """
    quiet.about_memory()
    for name in LOCAL_ONLY:
        conf.set_default(name, True)
    local = replace(configured.engine_settings(conf), sweep_interval=1.0, recast_after=5.0)
    keys, encrypts = conf.auth_encryption_key, conf.encrypt_parameters_and_properties
    return embedded.open_engine(conf, directory, local, keys, encrypts, cloud_settings.cloud_settings(conf))


def client_of(bus: oslo_messaging.Transport, timeout: float | None = None) -> EngineClient:
    """Return a client of the engines on this transport. ``timeout`` applies to every call, in seconds."""
    return EngineClient(caller_of(bus), timeout)


def caller_of(bus: oslo_messaging.Transport) -> MessagingCaller:
    """Return what carries calls over this transport."""
    target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=messages.ENGINE_TOPIC, version="1.0")
    client = oslo_messaging.get_rpc_client(bus, target, serializer=PlainSerializer())
    return MessagingCaller(client, bus.conf.rpc_response_timeout, lambda: trouble(bus))


def trouble(bus: oslo_messaging.Transport) -> str | None:
    """Return why the broker can't serve, or None when it can."""
    found = broker.examine(bus)
    return None if found is None else found.reason
