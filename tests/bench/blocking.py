"""Bench::Blocking: a resource whose create blocks a thread for a while, as a client of a slow service does.

Engines find it as they find anybody's plugin: by an entry point of something that is installed.
"""

from __future__ import annotations

import os
import pathlib
import time

from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, Type

SECONDS = 0.05
ROOT = pathlib.Path(__file__).parents[2]


class Blocking(Resource):
    """It isn't ``immediate``: its steps run on threads, and each physical id is recorded as soon as it is known."""

    properties_schema = {"value": Property(Type.STRING, "Anything.", update_allowed=True)}

    def handle_create(self) -> None:
        """Wait for a service."""
        time.sleep(SECONDS)
        self.resource_id_set(self.uuid)

    def handle_delete(self) -> None:
        """Nothing is there."""


def install(directory: pathlib.Path) -> dict[str, str]:
    """Make it one of the plugins that are installed; the environment in which processes find it."""
    about = directory / "bench-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bench\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[heatlite.resources]\nBench::Blocking = {__name__}:Blocking\n")
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(directory)])}
