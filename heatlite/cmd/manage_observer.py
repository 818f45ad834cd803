"""``heatlite-manage observer``: stop and start the observer of all engines, and show how it stands.

The switch is a row of the database, which each engine reads before each look and each repair. A look that has begun is
ended; a repair that has begun is an operation like any other.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

WithDatabase = Callable[..., None]


def add_parsers(subparsers: Any, with_database: WithDatabase) -> None:
    """Add the subcommands. ``with_database`` calls a function with the configured database."""
    observer = subparsers.add_parser("observer", help="the observer of all engines")
    actions = observer.add_subparsers(dest="action", required=True)
    stop = actions.add_parser("stop", help="stop it: no engine looks at a stack or repairs one from now on")
    stop.set_defaults(function=lambda conf: with_database(lambda database: switch(database, stopped=True), conf))
    start = actions.add_parser("start", help="let it go on, in the engines whose configuration has a pace for it")
    start.set_defaults(function=lambda conf: with_database(lambda database: switch(database, stopped=False), conf))
    status = actions.add_parser("status", help="show whether it is stopped, what it has seen and repaired")
    status.set_defaults(function=lambda conf: with_database(show, conf))


def switch(database: Any, *, stopped: bool) -> None:
    """Stop or start it, and print which."""
    from heatlite.context import EngineContext
    from heatlite.db import observations

    observations.ensure(EngineContext(database))
    is_new = observations.switch(EngineContext(database), stopped=stopped)
    state = "stopped" if stopped else "started"
    print(f"The observer is {state}." if is_new else f"The observer is {state} already.")


def show(database: Any) -> None:
    """Print how it stands."""
    from heatlite.context import EngineContext
    from heatlite.db import observations
    from heatlite.engine.common.inputs import Inputs
    from heatlite.engine.decision import observing

    context, now = EngineContext(database), Inputs().now()
    state, found = observations.state(context), observations.overview(context, now)
    print(f"Switch                      {'stopped' if state.stopped else 'started'}")
    print(f"Stacks that were looked at  {found.looked_at}, the one whose look is oldest {moment(found.oldest)}")
    print(f"Stacks that are due         {found.due}")
    print(f"Stacks that differ          {found.drifted}, in {found.resources} resources")
    print(f"Repairs in the last hour    {len(observing.recent(state.repairs, now))}")
    for engine_id, stack_id in found.claims:
        print(f"Engine {engine_id} looks at stack {stack_id}")


def moment(seconds: float | None) -> str:
    """Write seconds since the epoch for people, in UTC."""
    return (
        "-" if seconds is None else f"{datetime.datetime.fromtimestamp(int(seconds), datetime.UTC):%Y-%m-%d %H:%M:%S}"
    )
