"""Gates: what waits in an engine process until a test opens it, by making a file.

    Tests::Gate     a resource whose creation ends then
    tests.gate      a constraint that refuses its value, a file's path, then

An engine process finds both by an entry point of something that is installed. That is what ``install`` writes.
"""

from __future__ import annotations

import os
import pathlib
import time
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, Type
from tests.waiting import PATIENCE

TYPE, CONSTRAINT = "Tests::Gate", "tests.gate"
ROOT = pathlib.Path(__file__).parents[2]


def install(directory: pathlib.Path) -> dict[str, str]:
    """Install both in a directory; return the variables of the environment with which a process finds them."""
    about = directory / "gates-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gates\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        f"[heatlite.resources]\n{TYPE} = {__name__}:Gate\n[heatlite.constraints]\n{CONSTRAINT} = {__name__}:Refuses\n"
    )
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(directory)])}


class Gate(Resource):
    """A resource that is complete when the file exists."""

    properties_schema = {"path": Property(Type.STRING)}

    def check_create_complete(self, progress: object) -> bool:
        """Whether the gate is open."""
        return pathlib.Path(str(self.properties["path"])).exists()


class Refuses:
    """A constraint that no value meets, and which says so when the file that the value names exists."""

    def validate(self, value: Any, cloud: Any) -> bool:
        """Wait until the gate is open, and refuse."""
        end = time.monotonic() + PATIENCE
        while not pathlib.Path(str(value)).exists() and time.monotonic() < end:
            time.sleep(0.05)
        return False

    def error(self, value: Any) -> str:
        """Why the value is refused."""
        return "the gate was opened"
