"""``heatlite-manage``: an operator's commands on the database, with heat-manage's subcommands and more.

db_sync, db_version                                          here
service list, check, clean                                   ``manage_service``
observer stop, start, status                                 ``manage_observer``
purge_deleted, update_params, resource_data_list             ``manage_data``
stack explain, stack repair, reset_stack_status              ``manage_stack``
import-from-heat                                             ``manage_import``
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

from oslo_config import cfg

import heatlite
from heatlite import conf as options
from heatlite import exception
from heatlite.cmd import manage_data, manage_import, manage_observer, manage_service, manage_stack
from heatlite.cmd.streams import VisibleStream

NOTHING_TO_MIGRATE = ("migrate_convergence_1", "migrate_properties_data")
"""Subcommands of heat-manage that convert data which Heat once stored differently."""


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand. Return the exit status."""
    conf = options.register(cfg.CONF)
    conf.register_cli_opt(cfg.SubCommandOpt("command", title="Commands", handler=add_parsers))
    conf(argv, project="heatlite", prog="heatlite-manage", version=heatlite.__version__)
    out, errors = VisibleStream(sys.stdout), VisibleStream(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            conf.command.function(conf)
        except exception.HeatliteError as error:
            print(f"ERROR: {error}", file=sys.stderr)
            return 1
    return 0


def add_parsers(subparsers: Any) -> None:
    """Add the subcommands."""
    sync = subparsers.add_parser("db_sync", help="bring the database to the schema of this heatlite")
    sync.add_argument("version", nargs="?", default="head", help="revision to stop at")
    sync.set_defaults(function=db_sync)
    version = subparsers.add_parser("db_version", help="print the revision of the database's schema")
    version.set_defaults(function=db_version)
    manage_service.add_parsers(subparsers, with_database)
    manage_observer.add_parsers(subparsers, with_database)
    manage_stack.add_parsers(subparsers, with_database)
    manage_data.add_parsers(subparsers, with_database)
    manage_import.add_parsers(subparsers, with_database)
    for name in NOTHING_TO_MIGRATE:
        parser = subparsers.add_parser(name, help="do nothing: heatlite has always stored this data in the new form")
        parser.add_argument("stack_id", nargs="?")
        parser.set_defaults(
            function=lambda conf: print(
                "There is nothing to migrate: heatlite has always stored this data in the new form"
            )
        )


def with_database(function: Callable[[Any], None], conf: cfg.ConfigOpts, vault: Any = None) -> None:
    """Call a function with the configured database, and close the database.

    Pass ``vault`` if the function reads secrets.
    """
    from heatlite.db.api import Database
    from heatlite.engine.common import configured

    database = Database(configured.database_settings(conf), vault)
    try:
        function(database)
    finally:
        database.dispose()


def db_sync(conf: cfg.ConfigOpts) -> None:
    """Migrate the database."""
    from heatlite.db import migration

    with_database(lambda database: migration.sync(database.engine, conf.command.version), conf)


def db_version(conf: cfg.ConfigOpts) -> None:
    """Print the database's revision. An empty database has none."""
    from heatlite.db import migration

    with_database(lambda database: print(migration.version(database.engine) or "no schema yet"), conf)


if __name__ == "__main__":
    sys.exit(main())
