"""The simulator's own resource types, as a plugin author would write them.

    Sim::Server    found again by its uuid: an idempotency key; a change of ``size`` replaces it
    Sim::Volume    found again by a tag, of which there may be several; the same
    Sim::Value     nothing physical, no I/O: runs within a batch's transaction

What the plugins touch is the stage: the world, and what chance has in store for this step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.schema import Attribute, Property, Type
from tests.simulator.world import Thing, World

INJECTED = "injected failure"
FOUND = "found by a check"


class Stage(Protocol):
    """What a plugin's step meets."""

    world: World

    def may_act(self, resource: Resource, verb: str) -> None:
        """A step begins: whether its engine has any right to it is looked at here."""

    def take_time(self) -> None:
        """A call to the cloud takes time; what it does has been done by then. May raise: its answer is lost."""

    def strikes(self) -> bool:
        """Whether this step is to fail, for no fault of the template's."""

    def asks(self, what: str) -> None:
        """A call to the cloud begins. May raise: it is refused for now."""

    def answers(self, what: str) -> None:
        """A call to the cloud has been carried out. May raise: nobody hears of it."""

    def is_doubled(self) -> bool:
        """Whether a call is carried out twice."""


STAGE: list[Stage] = []
"""The stage of the simulation that runs: the last one. Plugins are made by the registry and know nothing else."""


def changeable(kind: Type, default: Any = None) -> Property:
    return Property(kind, default=default, update_allowed=True)


class Simulated(Resource):
    """What all types have in common."""

    properties_schema = {
        "value": changeable(Type.STRING, ""),
        "reads": changeable(Type.LIST, []),
        "size": Property(Type.STRING, default=""),
        "links": changeable(Type.LIST, []),
        "after": changeable(Type.LIST, []),
        "fails": changeable(Type.STRING, ""),
        "stubborn": changeable(Type.BOOLEAN, False),
        "polls": changeable(Type.INTEGER, 0),
    }
    attributes_schema = {"echo": Attribute("What its value and whatever it reads come to.", Type.STRING)}

    def echo(self) -> str:
        """What it is worth: its value, size and whatever it reads."""
        reads = ",".join(str(part) for part in self.properties["reads"])
        return f"{self.properties['value']}{self.properties['size']}({reads})"

    def fail_if(self, moment: str) -> None:
        """Fail where the template, or chance, says so."""
        if self.properties["fails"] == moment or STAGE[-1].strikes():
            raise ValueError(f"{INJECTED} at {moment}")

    def waits(self) -> dict[str, int]:
        """The progress of an action that takes as many polls as the template says."""
        return {"left": self.properties["polls"]}

    def is_over(self, progress: dict[str, int]) -> bool:
        """Whether it has been polled often enough."""
        progress["left"] -= 1
        self.poll_in(1.0)
        return progress["left"] < 0

    def handle_suspend(self) -> dict[str, int]:
        self.fail_if("suspend")
        return self.waits()

    def check_suspend_complete(self, progress: dict[str, int]) -> bool:
        return self.is_over(progress)

    def handle_resume(self) -> dict[str, int]:
        self.fail_if("resume")
        return self.waits()

    check_resume_complete = check_check_complete = check_suspend_complete

    def handle_check(self) -> dict[str, int]:
        self.fail_if("look")
        return self.waits()


class Physical(Simulated):
    """A type that has things in the world."""

    once = True
    has_begun = False
    """A step that begins an action goes on to the first check by itself: it has been let act already."""

    def begin(self, verb: str) -> None:
        """See that this step has the right to act."""
        if not self.has_begun:
            STAGE[-1].may_act(self, verb)
        self.has_begun = True

    def handle_create(self) -> dict[str, int]:
        self.begin("create")
        self.fail_if("begin")
        STAGE[-1].asks("a creation")
        if self.is_repeated and (left := self.find()):
            self.resource_id_set(left[0])
            return self.waits()
        self.resource_id_set(self._make())
        STAGE[-1].take_time()
        self.fail_if("create")
        return self.waits()

    def _make(self) -> str:
        """Make the thing, and hear its id; what is made under an idempotency key may be asked for twice."""
        for _ in range(2 if self.once and STAGE[-1].is_doubled() else 1):
            thing = Thing("", self.uuid, self.stack_id, self.name, self.type_name, self.echo(), *self._bonds())
            made = STAGE[-1].world.make(thing, once=self.once)
        STAGE[-1].answers("a creation")
        return made.id

    def check_create_complete(self, progress: dict[str, int] | None) -> bool:
        self.begin("go on with")
        STAGE[-1].asks("a look")
        if progress is not None and not self.is_over(progress):
            return False
        self.fail_if("check")
        STAGE[-1].world.finish(str(self.resource_id))
        STAGE[-1].answers("a look")
        return True

    def handle_adopt(self, resource_data: Mapping[str, Any] | None) -> dict[str, int]:
        self.begin("adopt")
        self.fail_if("begin")
        STAGE[-1].asks("an adoption")
        super().handle_adopt(resource_data)
        if STAGE[-1].world.things.get(str(self.resource_id)) is None:
            raise ValueError(f"{FOUND}: it is gone")
        STAGE[-1].take_time()
        return self.waits()

    def check_adopt_complete(self, progress: dict[str, int] | None) -> bool:
        return progress is None or self.is_over(progress)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> dict[str, int]:
        self.begin("update")
        if self.properties["stubborn"] and "value" in prop_diff:
            raise UpdateReplace
        self.fail_if("update")
        STAGE[-1].asks("a change")
        for _ in range(2 if STAGE[-1].is_doubled() else 1):
            STAGE[-1].world.change(str(self.resource_id), self.echo(), *self._bonds())
        STAGE[-1].answers("a change")
        STAGE[-1].take_time()
        return self.waits()

    def check_update_complete(self, progress: dict[str, int] | None) -> bool:
        return self.check_create_complete(progress)

    def handle_delete(self) -> dict[str, int]:
        self.begin("delete")
        if STAGE[-1].strikes():
            raise ValueError(f"{INJECTED} at delete")
        return self.waits()

    def check_delete_complete(self, progress: dict[str, int] | None) -> bool:
        self.begin("go on deleting")
        STAGE[-1].asks("a deletion")
        if progress is not None and not self.is_over(progress):
            return False
        for thing_id in dict.fromkeys([*([self.resource_id] if self.resource_id else []), *self.find()]):
            for _ in range(2 if STAGE[-1].is_doubled() else 1):
                STAGE[-1].world.delete(thing_id)
            STAGE[-1].answers("a deletion")
        STAGE[-1].take_time()
        return True

    def handle_suspend(self) -> dict[str, int]:
        self.begin("suspend")
        STAGE[-1].asks("a suspension")
        STAGE[-1].world.begin_to_suspend(str(self.resource_id))
        STAGE[-1].take_time()
        return super().handle_suspend()

    def check_suspend_complete(self, progress: dict[str, int]) -> bool:
        self.begin("go on suspending")
        if is_over := self.is_over(progress):
            STAGE[-1].world.turn(str(self.resource_id), off=True)
            STAGE[-1].answers("a suspension")
        return is_over

    def handle_resume(self) -> dict[str, int]:
        self.begin("resume")
        STAGE[-1].asks("a resumption")
        STAGE[-1].world.begin_to_resume(str(self.resource_id))
        STAGE[-1].take_time()
        return super().handle_resume()

    def check_resume_complete(self, progress: dict[str, int]) -> bool:
        self.begin("go on resuming")
        if is_over := self.is_over(progress):
            STAGE[-1].world.turn(str(self.resource_id), off=False)
            STAGE[-1].answers("a resumption")
        return is_over

    def handle_check(self) -> dict[str, int]:
        self.begin("look at")
        STAGE[-1].asks("a look")
        STAGE[-1].take_time()
        if wrong := STAGE[-1].world.wrong_with(str(self.resource_id)):
            raise ValueError(f"{FOUND}: {wrong}")
        return super().handle_check()

    def resolve_attributes(self) -> dict[str, Any]:
        return {"echo": self.echo()}

    def find(self) -> list[str]:
        return STAGE[-1].world.find(self.uuid)

    def _bonds(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(self.properties["links"]), tuple(self.properties["after"])


class Server(Physical):
    """One for each uuid."""


class Volume(Physical):
    """As many as are asked for."""

    once = False


class Value(Simulated):
    """Nothing but a value."""

    immediate = True

    def handle_create(self) -> dict[str, int]:
        self.fail_if("create")
        self.resource_id_set(f"value-{self.uuid}")
        return self.waits()

    def check_create_complete(self, progress: dict[str, int] | None) -> bool:
        return progress is None or self.is_over(progress)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> dict[str, int]:
        if self.properties["stubborn"] and "value" in prop_diff:
            raise UpdateReplace
        self.fail_if("update")
        return self.waits()

    def check_update_complete(self, progress: dict[str, int] | None) -> bool:
        return progress is None or self.is_over(progress)

    def resolve_attributes(self) -> dict[str, Any]:
        return {"echo": self.echo()}


TYPES: dict[str, type[Resource]] = {"Sim::Server": Server, "Sim::Volume": Volume, "Sim::Value": Value}
