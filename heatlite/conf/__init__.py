"""The options of heatlite. Nothing here reads the global configuration: callers pass a ``ConfigOpts``."""

from __future__ import annotations

from collections.abc import Collection

from oslo_config import cfg
from oslo_db import options as oslo_db_options

from heatlite.conf import clients, cloud_notifications, engine, observer


def register(conf: cfg.ConfigOpts, command_line: Collection[str] = ()) -> cfg.ConfigOpts:
    """Register heatlite's options on ``conf``, and return ``conf``.

    :param command_line: names of options that may also be given on the command line
    """
    for group, options in [*list_opts(), ("database", oslo_db_options.database_opts)]:
        for option in options:
            if group != "DEFAULT":
                conf.register_opt(option, group=group)
            elif option.name in command_line:
                conf.register_cli_opt(option)
            else:
                conf.register_opt(option)
    return conf


def list_opts() -> list[tuple[str, list[cfg.Opt]]]:
    """List heatlite's own options as (group, options), for the sample configuration file. [database] is oslo.db's."""
    return [
        ("DEFAULT", [*engine.OPTIONS, *engine.NOTIFICATION_OPTIONS, *engine.SECRET_OPTIONS, *clients.OPTIONS]),
        ("yaql", engine.YAQL_OPTIONS),
        ("observer", observer.OPTIONS),
        ("cloud_notifications", cloud_notifications.OPTIONS),
        *clients.GROUPS,
    ]
