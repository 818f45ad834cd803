"""``Chaos::Thing``: a resource whose physical side is a file. Slow and failing on demand.

It does I/O, so each of its steps has a thread of its own, as a cloud's resource has.
"""

from __future__ import annotations

import pathlib
import time
from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.waiting import is_over, wait
from heatlite.resources.schema import Attribute, Property, Type
from tests.chaos.world import Thing, World

TYPE, HANGER = "Chaos::Thing", "Chaos::Hanger"
INJECTED = "injected by the run"
KEY, VALUE, REPLACING, SECONDS, FAIL = "key", "value", "replacing", "seconds", "fail"


class ChaosThing(Resource):
    """Its value is updated in place; ``replacing`` replaces it; ``fail`` (create or update) makes it fail."""

    properties_schema = {
        KEY: Property(Type.STRING, "Its place in the templates.", required=True),
        VALUE: Property(Type.STRING, "What is wanted of it.", default="", update_allowed=True),
        REPLACING: Property(Type.STRING, "Another value makes another thing.", default=""),
        SECONDS: Property(Type.NUMBER, "How long each action takes.", default=0, update_allowed=True),
        FAIL: Property(Type.STRING, "The action that fails.", default="", update_allowed=True),
    }
    attributes_schema = {VALUE: Attribute("The value.", Type.STRING)}

    @property
    def world(self) -> World:
        return World.of_environment()

    def handle_create(self) -> dict[str, Any]:
        """Make the thing, with the resource's uuid as token, even where the creation is to fail."""
        thing = Thing(self.properties[KEY], self.properties[VALUE])
        self.resource_id_set(self.world.make(self.uuid, thing))
        return self.begun()

    def check_create_complete(self, progress: dict[str, Any]) -> bool:
        """After a while; or fail."""
        return self.ended(progress, "create")

    def handle_update(self, prop_diff: Mapping[str, Any]) -> dict[str, Any]:
        """Set the value."""
        self.world.change(self.existing(), value=self.properties[VALUE])
        return self.begun()

    def check_update_complete(self, progress: dict[str, Any]) -> bool:
        """After a while; or fail."""
        return self.ended(progress, "update")

    def handle_delete(self) -> dict[str, Any] | None:
        """Delete it; its token is used up even if nothing was made."""
        self.world.delete(self.resource_id or self.uuid)
        return self.begun() if self.resource_id else None

    def check_delete_complete(self, progress: dict[str, Any] | None) -> bool:
        """After a while."""
        return is_over(self, progress)

    def handle_suspend(self) -> dict[str, Any]:
        """Suspend it."""
        self.world.change(self.existing(), suspended=True)
        return self.begun()

    def check_suspend_complete(self, progress: dict[str, Any]) -> bool:
        """After a while."""
        return is_over(self, progress)

    def handle_resume(self) -> dict[str, Any]:
        """Resume it."""
        self.world.change(self.existing(), suspended=False)
        return self.begun()

    def check_resume_complete(self, progress: dict[str, Any]) -> bool:
        """After a while."""
        return is_over(self, progress)

    def handle_check(self) -> None:
        """Look whether it exists.

        :raises LookupError: where it doesn't
        """
        if self.world.get(self.existing()) is None:
            raise LookupError(f"thing {self.resource_id} has vanished")

    def resolve_attribute(self, name: str) -> Any:
        """``value``: as it is in the world."""
        thing = self.world.get(self.resource_id) if self.resource_id else None
        return thing.value if thing else None

    def find(self) -> list[str]:
        """The thing that the token made, if it did."""
        return [self.uuid] if self.world.get(self.uuid) else []

    def begun(self) -> dict[str, Any]:
        """The progress of an action that begins now."""
        return wait(self, self.properties[SECONDS])

    def ended(self, progress: dict[str, Any] | None, action: str) -> bool:
        """Whether it is over. Raises ValueError where it is to fail."""
        if not is_over(self, progress):
            return False
        if self.properties[FAIL] == action:
            raise ValueError(INJECTED)
        return True

    def existing(self) -> str:
        """The id of what was made.

        :raises LookupError: where nothing ever was
        """
        if self.resource_id is None:
            raise LookupError(f"{self.name} was never made: a failure {INJECTED} came before")
        return self.resource_id


class Hanger(Resource):
    """It doesn't come back from its creation, for longer than anybody has patience."""

    def handle_create(self) -> None:
        """Hang."""
        time.sleep(600)  # what this plugin is about


def install(directory: pathlib.Path) -> None:
    """Make a directory which, on a process's path, is an installed package that offers these plugins."""
    package = directory / "heatlite_chaos-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: heatlite-chaos\nVersion: 1\n")
    plugins = {TYPE: ChaosThing, HANGER: Hanger}
    lines = [f"{name} = {__name__}:{plugin.__name__}" for name, plugin in plugins.items()]
    (package / "entry_points.txt").write_text("\n".join(["[heatlite.resources]", *lines, ""]))
