"""``heatlite-manage`` commands on stored data: ``purge_deleted``, ``update_params``, ``resource_data_list``."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from oslo_config import cfg

WithDatabase = Callable[..., None]
GRANULARITIES = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
"""In seconds."""


def add_parsers(subparsers: Any, with_database: WithDatabase) -> None:
    """Add the subcommands. ``with_database`` calls a function with the configured database.

    No argument may have the name of an option, because oslo.config would confuse the two.
    """
    purge = subparsers.add_parser("purge_deleted", help="remove the rows of stacks that were deleted long ago")
    purge.add_argument(
        "age", nargs="?", type=positive, default=90, help="age from which deleted stacks are removed; default: 90"
    )
    purge.add_argument("-g", "--granularity", choices=[*GRANULARITIES], default="days", help="the unit of age")
    purge.add_argument("-p", "--project-id", help="project of the stacks; default: all projects")
    purge.add_argument(
        "-b", "--batch_size", dest="most", type=at_least_one, default=20, help="stacks in one transaction"
    )
    purge.set_defaults(function=lambda conf: with_database(lambda database: purge_deleted(conf, database), conf))
    data = subparsers.add_parser(
        "resource_data_list", help="print the data that a resource's plugin stores, including secrets"
    )
    data.add_argument("resource_id", help="id or uuid of the resource")
    data.set_defaults(
        function=lambda conf: with_database(lambda database: resource_data(conf, database), conf, vault(conf))
    )
    update = subparsers.add_parser(
        "update_params", help="write stored secrets again, with the first auth_encryption_key"
    )
    update.add_argument(
        "crypt_operation",
        choices=["encrypt", "decrypt"],
        help="whether to encrypt hidden parameters and resources' data; credentials are always encrypted",
    )
    update.add_argument(
        "previous_encryption_key", nargs="?", help="a former key that the configuration doesn't have any more"
    )
    update.add_argument("--verbose-update-params", action="store_true", help="report each batch of rows")
    update.set_defaults(function=lambda conf: update_params(conf, with_database))


def positive(text: str) -> int:
    """Read a number of 0 or more.

    :raises argparse.ArgumentTypeError: when it isn't one
    """
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} should be a positive integer")
    return int(text)


def at_least_one(text: str) -> int:
    """Read a number of 1 or more.

    :raises argparse.ArgumentTypeError: when it isn't one
    """
    if positive(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} should be 1 or more")
    return int(text)


def purge_deleted(conf: cfg.ConfigOpts, database: Any) -> None:
    """Purge, and print the number of rows."""
    from heatlite.context import EngineContext
    from heatlite.db import purge
    from heatlite.engine.common.inputs import Inputs

    arguments, now = conf.command, Inputs().utcnow()
    before = now - datetime.timedelta(seconds=arguments.age * GRANULARITIES[arguments.granularity])
    purged = purge.purge(
        EngineContext(database), before, now, project=arguments.project_id, batch_size=arguments.most, report=print
    )
    for table, count in asdict(purged).items():
        print(f"{table}: {count} rows purged")


def resource_data(conf: cfg.ConfigOpts, database: Any) -> None:
    """Print the data that the plugin stores.

    :raises EntityNotFound: when there is no such resource
    """
    from heatlite import exception
    from heatlite.context import EngineContext
    from heatlite.db import resources

    context, named = EngineContext(database), conf.command.resource_id
    found = resources.by_ids(context, [int(named)]) if named.isdigit() else [resources.by_uuid(context, named)]
    if not found or found[0] is None:
        raise exception.EntityNotFound(entity="Resource", name=named)
    for key, value in (found[0].resource_data or {}).items():
        print(f"{key:16} {value!s:64}")


def vault(conf: cfg.ConfigOpts, encrypts: bool = False, *more: str) -> Any:
    """Return a vault with the configured keys, and with more keys to decrypt with.

    :raises ConfigurationError: when none is configured, or one isn't valid
    """
    from heatlite.db import crypt

    configured = crypt.required(conf.auth_encryption_key, encrypts=False)
    return crypt.Vault((*configured.keys, *more), encrypts)


def update_params(conf: cfg.ConfigOpts, with_database: WithDatabase) -> None:
    """Encrypt or decrypt the stored data, and print the number of rows."""
    from heatlite.context import EngineContext
    from heatlite.db import reencryption

    arguments = conf.command
    previous = [arguments.previous_encryption_key] if arguments.previous_encryption_key else []
    report = print if arguments.verbose_update_params else lambda text: None

    def rewrite(database: Any) -> None:
        written = reencryption.everything(EngineContext(database), report)
        for table, count in asdict(written).items():
            print(f"{table}: {count} rows written")

    with_database(rewrite, conf, vault(conf, arguments.crypt_operation == "encrypt", *previous))
