"""The physical world: what exists outside the database, whatever the database believes.

A thing is made under its resource's uuid and can be found by it. Some kinds refuse a second one under the same uuid
(an idempotency key), others make it all the same (a tag). A thing may be linked to others, as a server is to its
network: the world refuses nothing, but writes down everything that no cloud would have let pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass
class Thing:
    """A physical resource. It is ``complete`` when nobody is changing it; ``broken`` is what nobody meant to happen."""

    id: str
    uuid: str
    stack_id: str
    name: str
    kind: str
    value: str
    links: tuple[str, ...]
    after: tuple[str, ...]
    complete: bool = False
    suspended: bool = False
    broken: bool = False
    reported: bool = False
    """A check has named it."""
    is_let_go: bool = False
    """Its stack was abandoned: nobody has it, or somebody is about to take it over."""

    def __str__(self) -> str:
        return f"{self.id} ({self.kind} {self.name!r} = {self.value!r})"


@dataclass
class World:
    """All things, by physical id.

    :param complain: told what must never happen
    :param follows: whether a thing is acted on for a traversal in which it follows the one of that name
    :param in_order: whether one thing is suspended or resumed for a traversal that does the same to another
    :param tell: told what happens
    """

    complain: Callable[[str], None]
    follows: Callable[[Thing, str], bool] = lambda thing, name: True
    in_order: Callable[[Thing, Thing], bool] = lambda thing, other: True
    tell: Callable[[str], None] = lambda text: None
    things: dict[str, Thing] = field(default_factory=dict)
    gone: dict[str, Thing] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def make(self, template: Thing, *, once: bool) -> Thing:
        """Make a thing; with ``once``, there is only ever one for a uuid."""
        if once and (found := self.find(template.uuid)):
            return self.things[found[0]]
        thing = template
        thing.id = f"{thing.name}-{next(self._ids)}"
        self._expect_links(thing)
        self.things[thing.id] = thing
        self.tell(f"☁ {thing} is made")
        return thing

    def find(self, uuid: str) -> list[str]:
        """The ids of all things made for a uuid."""
        return [thing.id for thing in self.things.values() if thing.uuid == uuid]

    def change(self, thing_id: str, value: str, links: tuple[str, ...], after: tuple[str, ...]) -> None:
        """Change a thing in place."""
        thing = self.things[thing_id]
        if thing.suspended:
            self.complain(f"{thing} is changed while it is suspended")
        thing.value, thing.links, thing.after, thing.complete = value, links, after, False
        self._expect_links(thing)
        self.tell(f"☁ {thing} is changed")

    def finish(self, thing_id: str) -> None:
        """A thing is as it should be."""
        self.things[thing_id].complete = True

    def begin_to_suspend(self, thing_id: str) -> None:
        """What is linked to a thing is suspended before it."""
        thing = self.things[thing_id]
        for other in self.things.values():
            if thing_id in other.links and not other.suspended and self.in_order(thing, other):
                self.complain(f"{thing} is suspended before {other}, which is linked to it")

    def begin_to_resume(self, thing_id: str) -> None:
        """What a thing is linked to is resumed before it."""
        thing = self.things[thing_id]
        for link in thing.links:
            other = self.things.get(link)
            if other is not None and other.suspended and self.in_order(thing, other):
                self.complain(f"{thing} is resumed before {other}, which it is linked to")

    def turn(self, thing_id: str, *, off: bool) -> None:
        """A thing is suspended now, or it is so no more."""
        self.things[thing_id].suspended = off
        self.tell(f"☁ {self.things[thing_id]} is {'suspended' if off else 'resumed'}")

    def damage(self, thing: Thing) -> None:
        """Something happens to a thing that nobody asked for."""
        thing.broken = True
        self.tell(f"☁ {thing} breaks")

    def wrong_with(self, thing_id: str) -> str:
        """What somebody finds who looks at it; nothing, where it is as it should be."""
        thing = self.things.get(thing_id)
        if thing is None:
            return "it is gone"
        return "it is broken" if thing.broken else "" if thing.complete else "it isn't complete"

    def delete(self, thing_id: str) -> None:
        """Delete a thing; one that is gone already is no error."""
        thing = self.things.get(thing_id)
        if thing is None:
            return
        for other in self.things.values():
            if other.is_let_go:
                continue
            if thing_id in other.links:
                self.complain(f"{thing} is deleted, and {other} is still linked to it")
            elif thing.name in other.after and not self._others(thing, other.stack_id):
                self.complain(f"{thing} is deleted, and {other} still depends on it")
        self.gone[thing_id] = self.things.pop(thing_id)
        self.tell(f"☁ {thing} is deleted")

    def of_stack(self, stack_id: str) -> list[Thing]:
        """The things of one stack."""
        return [thing for thing in self.things.values() if thing.stack_id == stack_id]

    def _others(self, thing: Thing, stack_id: str) -> Iterable[Thing]:
        return [it for it in self.of_stack(stack_id) if it.name == thing.name and it is not thing]

    def _expect_links(self, thing: Thing) -> None:
        for link in thing.links:
            if link not in self.things:
                self.complain(f"{thing} is linked to {link}, which isn't there")
            elif self.things[link].suspended and self.follows(thing, self.things[link].name):
                self.complain(f"{thing} is linked to {link}, which is suspended")
            elif not self.things[link].complete and self.follows(thing, self.things[link].name):
                self.complain(f"{thing} is linked to {link}, which isn't complete")
        for name in thing.after:
            there = any(it.name == name and it.complete for it in self.of_stack(thing.stack_id))
            if not there and self.follows(thing, name):
                self.complain(f"{thing} depends on {name}, and there is none that is complete")
