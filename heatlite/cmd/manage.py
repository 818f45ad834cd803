"""``heatlite-manage``: what an operator does to the database, with heat-manage's subcommands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from oslo_config import cfg

import heatlite
from heatlite import conf as options
from heatlite import exception
from heatlite.cmd import manage_stack


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
    listing = actions.add_parser("list", help="list them, with their leases and what they hold")
    listing.set_defaults(function=service_list)
    manage_stack.add_parsers(subparsers, with_database)
    update = subparsers.add_parser("update_params", help="write stored secrets anew, by the first auth_encryption_key")
    update.add_argument(
        "crypt_operation",
        choices=["encrypt", "decrypt"],
        help="whether hidden parameters and resources' data are encrypted then; credentials are in any case",
    )
    update.add_argument("previous_encryption_key", nargs="?", help="a key that isn't in the configuration any more")
    update.add_argument("--verbose-update-params", action="store_true", help="tell of each batch of rows")
    update.set_defaults(function=update_params)


def with_database(function: Callable[[Any], None], conf: cfg.ConfigOpts, vault: Any = None) -> None:
    """Call a function with the configured database, closed afterwards; ``vault`` where it deals with secrets."""
    from heatlite.db.api import Database
    from heatlite.engine import configured

    database = Database(configured.database_settings(conf), vault)
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
        from heatlite.db import services, standing

        table = Table(box=box.ASCII, title=None)
        for column in ("Hostname", "Binary", "Engine Id", "Host", "Topic", "Lease", "State", "Updated At", "Holds"):
            table.add_column(column)
        held = standing.holdings(EngineContext(database))
        for record in services.listed(EngineContext(database)):
            state = "up" if record.deleted_at is None else "gone"
            holds = str(held.pop(record.engine_id, standing.Holdings()))
            updated = str(record.updated_at or record.created_at)
            names = (record.hostname, record.binary, record.engine_id, record.host, record.topic)
            table.add_row(*names, str(record.lease_counter), state, updated, holds)
        for engine_id, left in held.items():  # it said goodbye with a step still running
            table.add_row("", "", engine_id, "", "", "", "left", "", str(left))
        Console(width=230, file=sys.stdout).print(table)

    with_database(show, conf)


def update_params(conf: cfg.ConfigOpts) -> None:
    """Encrypt or decrypt what is stored, and say how many rows that were."""
    from heatlite.context import EngineContext
    from heatlite.db import crypt, reencryption

    said = conf.command
    previous = [said.previous_encryption_key] if said.previous_encryption_key else []
    configured = crypt.required(conf.auth_encryption_key, encrypts=False)
    vault = crypt.Vault((*configured.keys, *previous), said.crypt_operation == "encrypt")
    told = print if said.verbose_update_params else lambda text: None

    def rewrite(database: Any) -> None:
        written = reencryption.everything(EngineContext(database), told)
        for table, count in asdict(written).items():
            print(f"{table}: {count} rows written")

    with_database(rewrite, conf, vault)


if __name__ == "__main__":
    sys.exit(main())
