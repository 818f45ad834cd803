"""A physical world for engines that may be killed: a directory with a file for each thing, whatever any database says.

    things(directory)     what exists                       engines_with(directory)    the environment that engines need
    Tests::Thing          a plugin of engine processes; its steps take TAKES seconds, and none of them sleeps

An engine process finds the plugin as it finds anybody's: by an entry point of something that is installed. That is
what ``install`` writes.
"""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.waiting import is_over, wait
from heatlite.resources.schema import Attribute, Property, Type

TYPE, WORLD = "Tests::Thing", "HEATLITE_TESTS_WORLD"
TAKES = 0.3
ROOT = pathlib.Path(__file__).parents[2]
Seen = dict[str, Any]


def install(directory: pathlib.Path, world: pathlib.Path) -> dict[str, str]:
    """Make the plugin one of those that are installed.

    :param directory: where its description is put
    :param world: where its things are
    :returns: the variables of the environment with which a process finds both
    """
    about = directory / "things-1.dist-info"
    about.mkdir(parents=True)
    world.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: things\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[heatlite.resources]\n{TYPE} = {__name__}:Thing\n")
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(directory)]), WORLD: str(world)}


def things(world: pathlib.Path) -> dict[str, Seen]:
    """What exists: id → value, state, and how often it was looked at."""
    found = {}
    for path in world.glob("*.json"):
        try:
            found[path.stem] = json.loads(path.read_text())
        except FileNotFoundError:
            continue  # it went while this was looking
    return found


class Thing(Resource):
    """A file. ``form`` can't be changed in place."""

    properties_schema = {
        "value": Property(Type.STRING, update_allowed=True),
        "form": Property(Type.STRING, default=""),
        "fails": Property(Type.BOOLEAN, default=False, update_allowed=True),
    }
    attributes_schema = {"value": Attribute("What the file says.")}

    def path(self) -> pathlib.Path:
        return pathlib.Path(os.environ[WORLD]) / f"{self.uuid}.json"

    def change(self, **changes: Any) -> None:
        """Change the file as one."""
        seen = json.loads(self.path().read_text()) if self.path().exists() else {"checks": 0}
        written = self.path().with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps({**seen, **changes}))
        written.replace(self.path())

    def exists(self) -> Seen:
        """The file as it is.

        :raises FileNotFoundError: where it should be, and isn't
        """
        return dict(json.loads(self.path().read_text()))

    def handle_create(self) -> dict[str, Any]:
        self.resource_id_set(self.uuid)
        self.change(value=self.properties["value"], form=self.properties["form"], state="begun")
        return wait(self, TAKES)

    def check_create_complete(self, progress: dict[str, Any]) -> bool:
        if not is_over(self, progress):
            return False
        if self.properties["fails"]:
            raise ValueError("as asked")
        self.change(state="active")
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> dict[str, Any]:
        assert self.exists()["state"] != "suspended", "what is suspended can't be changed"
        self.change(state="begun")
        return wait(self, TAKES)

    def check_update_complete(self, progress: dict[str, Any]) -> bool:
        if not is_over(self, progress):
            return False
        self.change(value=self.properties["value"], state="active")
        return True

    def handle_delete(self) -> dict[str, Any]:
        return wait(self, TAKES)

    def check_delete_complete(self, progress: dict[str, Any]) -> bool:
        if not is_over(self, progress):
            return False
        self.path().unlink(missing_ok=True)
        return True

    def handle_suspend(self) -> dict[str, Any]:
        self.exists()
        return wait(self, TAKES)

    def check_suspend_complete(self, progress: dict[str, Any]) -> bool:
        return self.turned("suspended", progress)

    def handle_resume(self) -> dict[str, Any]:
        self.exists()
        return wait(self, TAKES)

    def check_resume_complete(self, progress: dict[str, Any]) -> bool:
        return self.turned("active", progress)

    def handle_check(self) -> dict[str, Any]:
        self.exists()
        return wait(self, TAKES)

    def check_check_complete(self, progress: dict[str, Any]) -> bool:
        if not is_over(self, progress):
            return False
        self.change(checks=self.exists()["checks"] + 1)
        return True

    def turned(self, state: str, progress: dict[str, Any]) -> bool:
        """Whether it is in a state, after a while."""
        if not is_over(self, progress):
            return False
        self.change(state=state)
        return True

    def resolve_attribute(self, name: str) -> Any:
        return self.exists()[name]

    def find(self) -> list[str]:
        return [self.uuid] if self.path().exists() else []
