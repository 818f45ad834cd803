"""A command's session: an engine to call, the caller's context, and the clock.

The engine may be a remote daemon or in this process. Only ``embedded`` tells a command which: unfinished work of an
embedded engine pauses when this process ends.

A session imports what it needs when it needs it: a help text no engine, a list of stacks no messaging and no resource
types. ``tests/unit/cmd/test_starts.py`` holds this.
"""

from __future__ import annotations

import argparse
import getpass
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from oslo_config import cfg

    from heatlite.rpc.engine_client import Context, EngineClient


class Session(Protocol):
    """An open connection to an engine."""

    client: EngineClient
    embedded: bool

    def close(self) -> None:
        """Give unfinished work back and leave. Calling it again does nothing."""

    def unfinished(self) -> int:
        """Count the operations in progress in the local database. Return 0 when the engine is elsewhere."""

    def resume(self) -> None:
        """Let the engine in this process work on the unfinished operations, if it doesn't yet."""


@dataclass(frozen=True)
class Clock:
    """Time for commands, in seconds: a monotonic clock, a sleep, and the time of day.

    ``now`` returns seconds since the epoch, for display only.
    """

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    now: Callable[[], float] = time.time


def let_time_pass(seconds: float) -> None:
    """Sleep with the ``time.sleep`` of *now*: connecting may switch the process to green threads."""
    time.sleep(seconds)


REAL_CLOCK = Clock(time.monotonic, let_time_pass)


def login_name() -> str:
    """Return the name of the user of this process, or ``user`` when the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no entry in passwd
        return "user"


def request_context(options: argparse.Namespace, request_id: str) -> Context:
    """Build the context of one command, in the form of Heat's ``RequestContext.to_dict()``.

    ``options`` has ``os_project_id`` and ``os_username``. An engine trusts its broker, and needs a token only for the
    cloud's services. With ``os_token``, keystone at ``os_auth_url`` says project, user and roles.

    :raises CommandError: when it doesn't
    """
    project, user = options.os_project_id, options.os_username
    known: dict[str, Any] = {
        "user": user,
        "user_id": user,
        "username": user,
        "project": project,
        "project_id": project,
        "project_name": project,
        "tenant": project,
        "tenant_id": project,
        "roles": ["admin", "member"],
        "auth_token": None,
        "request_id": request_id,
        "user_identity": f"{user} {project} - - -",
        "is_admin_project": True,
    }
    flags = dict.fromkeys(("is_admin", "read_only", "show_deleted"), False)
    if options.os_token:
        from heatlite.cmd import token_facts

        known |= token_facts.facts_of(options.os_token, options.os_auth_url)
        known["user_identity"] = f"{known['user']} {known['project']} - - -"
    return dict.fromkeys(UNKNOWN) | flags | known


UNKNOWN = (
    "auth_token_info",
    "auth_url",
    "aws_creds",
    "domain",
    "global_request_id",
    "password",
    "project_domain",
    "region_name",
    "resource_uuid",
    "system_scope",
    "trust_id",
    "trustor_user_id",
    "user_domain",
)  # values that only an identity service knows


def connect(config_files: list[str]) -> Session:
    """Read the configuration and connect to the engine that it describes.

    Without files, the usual places are searched (``~/.heatlite/``, ``/etc/heatlite/`` …).

    :raises HeatliteError: when the configuration can't be used
    """
    from heatlite import conf as options

    conf = options.register(read_configuration(config_files))
    if has_transport(conf):
        from heatlite.cmd import connect as daemons  # oslo.messaging, which an embedded engine may not need

        return daemons.to_daemons(conf)
    from heatlite.cmd.embedded_session import EmbeddedSession, state_directory

    return EmbeddedSession(conf, state_directory())


def has_transport(conf: cfg.ConfigOpts) -> bool:
    """Tell whether the configuration names the daemons' broker.

    The option is read separately: it is oslo.messaging's, which takes long to import.
    """
    from oslo_config import cfg

    apart = cfg.ConfigOpts()
    apart.register_opt(cfg.StrOpt("transport_url", secret=True))
    apart([], default_config_files=conf.config_file, default_config_dirs=conf.config_dir or [])
    location = apart.get_location("transport_url")
    return location is not None and location.location.is_user_controlled


def read_configuration(config_files: list[str]) -> cfg.ConfigOpts:
    """Read the process-wide configuration from these files.

    :raises ConfigurationError: when a file is missing or can't be parsed
    """
    from oslo_config import cfg

    from heatlite import exception

    try:
        cfg.CONF([], project="heatlite", prog="heatlite", default_config_files=config_files or None)
    except cfg.Error as error:
        raise exception.ConfigurationError(reason=str(error)) from error
    return cfg.CONF
