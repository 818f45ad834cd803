"""Connection of a command to an engine: the daemons behind ``transport_url``, or an engine in this process."""

from __future__ import annotations

import os
import pathlib
from dataclasses import dataclass, replace

from oslo_config import cfg

from heatlite.cmd import quiet

quiet.without_eventlet()  # before anything else imports futurist, which looks for it

from oslo_service import backend  # noqa: E402

backend.init_backend(backend.BackendType.THREADING)  # before oslo.messaging is imported, or it would choose another

import oslo_messaging  # noqa: E402

from heatlite import conf as options  # noqa: E402
from heatlite.engine.common import configured  # noqa: E402
from heatlite.engine.ports import cloud_settings  # noqa: E402
from heatlite.engine.runtime import embedded  # noqa: E402
from heatlite.rpc import broker, messages, transport  # noqa: E402
from heatlite.rpc.engine_client import EngineClient, MessagingCaller  # noqa: E402
from heatlite.rpc.serializer import PlainSerializer  # noqa: E402

STATE_DIRECTORY = "HEATLITE_STATE_DIR"
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

    def close(self) -> None:
        """Close the connection."""
        broker.close(self.transport)


@dataclass
class EmbeddedSession:
    """An engine in this process, with a client on the in-memory transport."""

    client: EngineClient
    engine: embedded.Embedded
    embedded: bool = True

    def unfinished(self) -> int:
        """Count the operations in progress in the local database."""
        return self.engine.unfinished()

    def close(self) -> None:
        """Give unfinished work back and leave."""
        self.engine.close()


def connect(conf: cfg.ConfigOpts) -> RemoteSession | EmbeddedSession:
    """Connect to the engine that a configuration describes.

    :raises HeatliteError: when it can't be used
    """
    options.register(conf)
    oslo_messaging.set_transport_defaults(messages.EXCHANGE)
    if has_transport(conf):
        remote = transport.get(conf)
        return RemoteSession(client_of(remote), remote)
    quiet.about_memory()
    for name in LOCAL_ONLY:
        conf.set_default(name, True)
    local = replace(configured.engine_settings(conf), sweep_interval=1.0, recast_after=5.0)
    keys, encrypts = conf.auth_encryption_key, conf.encrypt_parameters_and_properties
    engine = embedded.open_engine(conf, state_directory(), local, keys, encrypts, cloud_settings.cloud_settings(conf))
    return EmbeddedSession(client_of(engine.transport), engine)


def has_transport(conf: cfg.ConfigOpts) -> bool:
    """Tell whether the configuration names the daemons' broker."""
    oslo_messaging.TransportURL.parse(conf, "fake://")  # registers transport_url
    location = conf.get_location("transport_url")
    return location is not None and location.location.is_user_controlled


def state_directory() -> pathlib.Path:
    """Return the directory of the embedded engine's database:

    ``$HEATLITE_STATE_DIR``, else the user's state directory.
    """
    if directory := os.environ.get(STATE_DIRECTORY):
        return pathlib.Path(directory)
    state = os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state"
    return pathlib.Path(state) / "heatlite"


def client_of(bus: oslo_messaging.Transport, timeout: float | None = None) -> EngineClient:
    """Return a client of the engines on this transport. ``timeout`` applies to every call, in seconds."""
    target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=messages.ENGINE_TOPIC, version="1.0")
    client = oslo_messaging.get_rpc_client(bus, target, serializer=PlainSerializer())
    return EngineClient(MessagingCaller(client, bus.conf.rpc_response_timeout, lambda: trouble(bus)), timeout)


def trouble(bus: oslo_messaging.Transport) -> str | None:
    """Return why the broker can't serve, or None when it can."""
    found = broker.examine(bus)
    return None if found is None else found.reason
