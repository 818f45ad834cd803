"""``python -m tests.integration.previous``: an engine of the version before, for tests of rolling upgrades.

It is today's, without what that one couldn't do yet; with each release it is written anew::

    messages   heat-engine-listener 1.0, which has no ``wake``
    schema     0004: it says nothing of columns that came later
"""

from __future__ import annotations

import sys
from typing import Any

import heatlite
from heatlite.cmd import engine

VERSION = "the one before"
LATER = {"version"}
"""The columns of ``service`` that came later."""


def forget() -> None:
    """Take away what is new. Called once the backend has been chosen, after which anything may be imported."""
    import oslo_messaging

    from heatlite.db import services
    from heatlite.engine import listener
    from heatlite.rpc import messages

    heatlite.__version__ = VERSION
    messages.LISTENER_VERSION = "1.0"
    del listener.ListenerEndpoint.wake
    listener.ListenerEndpoint.target = oslo_messaging.Target(version="1.0")
    register = services.register

    def register_as_before(context: Any, values: Any) -> None:
        register(context, {name: value for name, value in values.items() if name not in LATER})

    services.register = register_as_before


def main() -> int:
    """Run it."""
    run = engine.run

    def run_as_before(conf: Any) -> int:
        forget()
        return run(conf)

    engine.run = run_as_before
    return engine.main()


if __name__ == "__main__":
    sys.exit(main())
