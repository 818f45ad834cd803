"""``Test::Poison``: a resource whose creation ends the process that tries it, as a crash in a C library would."""

from __future__ import annotations

import os
import pathlib

from heatlite.resources.base import Resource

TYPE = "Test::Poison"


class Poison(Resource):
    """Whoever creates it dies."""

    def handle_create(self) -> None:
        """End this process, without a word."""
        os._exit(1)


def install(directory: pathlib.Path) -> None:
    """Make a directory which, on a process's path, is an installed package that offers this plugin."""
    package = directory / "heatlite_poison-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: heatlite-poison\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[heatlite.resources]\n{TYPE} = {__name__}:Poison\n")
