"""``heatlite-manage``: what an operator does to the database, with heat-manage's subcommands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from oslo_config import cfg

import heatlite
from heatlite import conf as options
from heatlite import exception


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit status."""
    conf = options.register(cfg.CONF)
    conf.register_cli_opt(cfg.SubCommandOpt("command", title="Commands", handler=add_parsers))
    conf(argv, project="heatlite", prog="heatlite-manage", version=heatlite.__version__)
    try:
        conf.command.function(conf)
    except exception.HeatliteError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


def add_parsers(subparsers: Any) -> None:
    """The subcommands."""
    sync = subparsers.add_parser("db_sync", help="bring the database to the schema of this heatlite")
    sync.add_argument("version", nargs="?", default="head", help="revision to stop at")
    sync.set_defaults(function=db_sync)
    version = subparsers.add_parser("db_version", help="the schema that the database has")
    version.set_defaults(function=db_version)
    service = subparsers.add_parser("service", help="engine processes")
    actions = service.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="list them, with their leases")
    listing.set_defaults(function=service_list)


def with_database(function: Callable[[Any], None], conf: cfg.ConfigOpts) -> None:
    """Call a function with the configured database, closed afterwards."""
    from heatlite.db.api import Database
    from heatlite.engine import configured

    database = Database(configured.database_settings(conf))
    try:
        function(database)
    finally:
        database.dispose()


def db_sync(conf: cfg.ConfigOpts) -> None:
    """Migrate."""
    from heatlite.db import migration

    with_database(lambda database: migration.sync(database.engine, conf.command.version), conf)


def db_version(conf: cfg.ConfigOpts) -> None:
    """Print the revision; an empty database has none."""
    from heatlite.db import migration

    with_database(lambda database: print(migration.version(database.engine) or "no schema yet"), conf)


def service_list(conf: cfg.ConfigOpts) -> None:
    """Print the engine processes."""

    def show(database: Any) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table

        from heatlite.context import EngineContext
        from heatlite.db import services

        table = Table(box=box.ASCII, title=None)
        for column in ("Hostname", "Binary", "Engine Id", "Host", "Topic", "Lease", "State", "Updated At"):
            table.add_column(column)
        for record in services.listed(EngineContext(database)):
            state = "up" if record.deleted_at is None else "gone"
            updated = str(record.updated_at or record.created_at)
            names = (record.hostname, record.binary, record.engine_id, record.host, record.topic)
            table.add_row(*names, str(record.lease_counter), state, updated)
        Console(width=200, file=sys.stdout).print(table)

    with_database(show, conf)


if __name__ == "__main__":
    sys.exit(main())
