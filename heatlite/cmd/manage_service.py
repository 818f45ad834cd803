"""``heatlite-manage service``: the engine processes.

list    their rows, and their claims and locks
check   exit status 0 if an engine lives, 1 if none does: for a load balancer or an orchestrator
clean   delete the rows of dead engines

As between engines, an engine lives if its lease is seen to be renewed. No clock of another machine matters.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Collection
from typing import Any

from oslo_config import cfg

from heatlite.cmd.streams import raw

WithDatabase = Callable[..., None]
COLUMNS = ("Hostname", "Binary", "Engine Id", "Host", "Topic", "Version", "Lease", "State", "Updated At", "Holds")
WIDTH = 230
PAUSE = 0.25
"""Seconds between two reads of the leases."""


def add_parsers(subparsers: Any, with_database: WithDatabase) -> None:
    """Add the subcommands. ``with_database`` calls a function with the configured database."""
    service = subparsers.add_parser("service", help="engine processes")
    actions = service.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="list them, with their leases, claims and locks")
    listing.set_defaults(function=lambda conf: with_database(show, conf))
    clean = actions.add_parser("clean", help="watch for the length of a lease, and delete the rows of dead engines")
    clean.set_defaults(function=lambda conf: with_database(lambda database: clean_up(conf, database), conf))
    check = actions.add_parser("check", help="exit status 0 if an engine of a host renews its lease, 1 if none does")
    check.add_argument("--host", dest="named", help="value of the engines' option host; default: this machine's")
    check.add_argument("--any", action="store_true", help="accept an engine of any host")
    check.add_argument(
        "--serving", action="store_true", help="accept only an engine that the broker hands out messages to"
    )
    check.add_argument("--wait", type=float, help="seconds to watch at most; default: lease_seconds")
    check.set_defaults(function=lambda conf: with_database(lambda database: check_host(conf, database), conf))


def show(database: Any) -> None:
    """Print the engine processes."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from heatlite.context import EngineContext
    from heatlite.db import services

    table = Table(box=box.ASCII, title=None)
    for column in COLUMNS:
        table.add_column(column)
    held = services.holdings(EngineContext(database))
    for record in services.listed(EngineContext(database)):
        state = state_of(record)
        holds = str(held.pop(record.engine_id, services.Holdings()))
        updated = str(record.updated_at or record.created_at)
        names = (record.hostname, record.binary, record.engine_id, record.host, record.topic, record.version)
        table.add_row(*names, str(record.lease_counter), state, updated, holds)
    for engine_id, left in held.items():  # it left while a step was still running
        table.add_row("", "", engine_id, "", "", "", "", "left", "", str(left))
    Console(width=WIDTH, file=raw(sys.stdout)).print(table)


def state_of(record: Any) -> str:
    """Return ``up``, ``gone``, or ``not serving``: the broker hands out nothing to it, and its log says why."""
    if record.deleted_at is not None:
        return "gone"
    return "not serving" if record.serving is False else "up"


def clean_up(conf: cfg.ConfigOpts, database: Any) -> None:
    """Delete the rows of dead engines, and print which.

    The row of an engine that still has claims or locks stays until the next running engine has taken them over.
    """
    from heatlite.context import EngineContext
    from heatlite.db import services
    from heatlite.engine.common.inputs import Inputs
    from heatlite.engine.membership.liveness import LeaseWatch

    context, inputs = EngineContext(database), Inputs()
    watch = LeaseWatch(database, inputs.monotonic, conf.lease_seconds)
    watch.look()
    end = inputs.monotonic() + conf.lease_seconds + PAUSE  # from the first read on, and not from before it
    while services.leases(context) and inputs.monotonic() <= end:
        time.sleep(PAUSE)
        watch.look()
    for engine_id, counter in watch.look().items():
        if services.declare_dead(context, engine_id, counter, inputs.utcnow()):
            remove_queues(conf, engine_id)
    held = services.holdings(context)
    dead = [record for record in services.listed(context) if record.deleted_at is not None]
    services.forget(context, [record.engine_id for record in dead if record.engine_id not in held])
    for record in dead:
        holds = held.get(record.engine_id)
        outcome = f"stays until another engine has taken over its work: {holds}" if holds else "removed"
        print(f"{record.engine_id} ({record.hostname}): {outcome}")
    print("Dead engines are removed.")


def remove_queues(conf: cfg.ConfigOpts, engine_id: str) -> None:
    """Remove the queues of a dead engine if the broker can be reached. Otherwise they expire."""
    from heatlite.cmd import session
    from heatlite.rpc import broker, transport

    if not session.has_transport(conf):
        return
    bus = transport.get(conf)
    try:
        broker.remove_queues_of(bus, engine_id)
    except Exception as error:
        print(f"The queues of {engine_id} stay until they expire: {error}", file=sys.stderr)
    finally:
        broker.close(bus)


def check_host(conf: cfg.ConfigOpts, database: Any) -> None:
    """Print whether an engine lives. Exit with 1 when none does."""
    arguments = conf.command
    host = None if arguments.any else arguments.named or conf.host or socket.gethostname()
    where = "on any host" if host is None else f"on {host}"
    wait = conf.lease_seconds if arguments.wait is None else arguments.wait
    living = living_engine(database, host, wait, arguments.serving)
    if living is None:
        which = "that serves " if arguments.serving else ""
        print(f"No engine {which}{where} has renewed its lease within {wait:g} s")
        raise SystemExit(1)
    print(f"Engine {living} {'serves' if arguments.serving else 'lives'}")


def living_engine(database: Any, host: str | None, seconds: float, serving: bool = False) -> str | None:
    """Return the id of an engine that was seen to renew its lease within so many seconds, or None.

    :param host: the engine's host; None: any
    :param serving: accept only an engine that the broker hands out messages to
    """
    from heatlite.engine.common.inputs import boot_time

    end, first = boot_time() + seconds, _counters(database, host, serving)
    while first and boot_time() < end:
        time.sleep(PAUSE)
        now = _counters(database, host, serving)
        moved: Collection[str] = [engine_id for engine_id in now if now[engine_id] != first.get(engine_id, 0)]
        if moved:
            return sorted(moved)[0]
        first |= now
    return None


def _counters(database: Any, host: str | None, serving: bool) -> dict[str, int]:
    from heatlite.context import EngineContext
    from heatlite.db import services

    return {
        it.engine_id: it.lease_counter
        for it in services.listed(EngineContext(database))
        if it.deleted_at is None and host in (None, it.host) and not (serving and it.serving is False)
    }
