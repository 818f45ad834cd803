"""What stories of states share: templates, what goes wrong in them, and what several of them begin with.

In each of them the first engine (``e0``) accepts the operation and takes the first message, and is the one to die.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.functional.engine.breaking import Broken
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.states import Act, counters, runs_on_the_first
from tests.functional.engine.templates import Template, stores, template

SHORT = 5
LONG = 600
"""Seconds that a slow creation takes."""
FAILS = stores("x", properties={"fail": True})


def slow(seconds: int, value: str = "1") -> Template:
    """A resource whose creation takes so long; what waits for it holds no thread."""
    return stores(value, properties={"action_wait_secs": {"create": seconds}})


def threaded(value: str = "1", **properties: object) -> Template:
    """A resource whose steps aren't run within the claim."""
    return {**stores(value, properties=properties), "type": "Test::Threaded"}


@contextlib.contextmanager
def broken() -> Iterator[None]:
    """A block in which the database's connection breaks."""
    try:
        yield
    except Broken:
        return
    raise AssertionError("the connection was to break here")


def after(build: Act, *acts: Act) -> Act:
    """Build, and then let something happen."""

    def both(fleet: Fleet) -> None:
        build(fleet)
        for act in acts:
            act(fleet)

    return both


# what goes on, and what goes wrong


def e0_dies(fleet: Fleet) -> None:
    fleet.engines[0].die()


def messages_are_lost(fleet: Fleet) -> None:
    fleet.bus.lose_everything()


def e0_dies_with_its_messages(fleet: Fleet) -> None:
    e0_dies(fleet)
    messages_are_lost(fleet)


def e1_casts_in_vain_and_dies(fleet: Fleet) -> None:
    fleet.pass_time(fleet.settings.recast_after + 1)
    fleet.bus.cut = True
    fleet.engines[1].sweeper.lost_casts()
    fleet.bus.cut = False
    fleet.engines[1].die()


def e1_declares_it_and_dies(fleet: Fleet) -> None:
    e1 = fleet.engines[1]
    e1.sweeper.dead_engines()
    fleet.pass_time(fleet.settings.lease_seconds + 1)
    fleet.database.break_after(lambda: fleet.first not in counters(fleet))
    with broken():
        e1.sweeper.dead_engines()
    e1.die()


def e1_dies(fleet: Fleet) -> None:
    fleet.engines[1].die()


def e0_works(fleet: Fleet) -> None:
    fleet.engines[0].work()


def its_wait_ends(fleet: Fleet) -> None:
    fleet.pass_time(SHORT + 1)
    fleet.engines[0].work()


def e0_leaves(fleet: Fleet) -> None:
    fleet.engines[0].leave()


# what several begin with


def accepted(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1"), "b": stores({"get_attr": ["a", "output"]})}))


def scheduled(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1")}))


def running(fleet: Fleet) -> None:
    fleet.create(template({"a": threaded()}))
    fleet.message()


def lost_sight_of(fleet: Fleet) -> None:
    fleet.create(template({"a": threaded()}))
    fleet.database.break_after(lambda: runs_on_the_first(fleet))
    with broken():
        fleet.message()


def between_two_steps(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(SHORT)}))
    fleet.message()
