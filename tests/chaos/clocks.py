"""Clocks that jump: the wall clock of one launcher and its engines. Monotonic clocks go on, as where a clock is set."""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
from collections.abc import Iterator, Mapping

RIGHT = "0"
HERE = pathlib.Path(__file__).parent / "jumping"


class Clocks:
    """One for each launcher: a file that says how many seconds its clock is ahead. See ``jumping``."""

    def __init__(self, directory: pathlib.Path) -> None:
        self._directory = directory
        self._numbers = itertools.count()
        directory.mkdir(parents=True, exist_ok=True)

    def fresh(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return an environment whose processes have a clock of their own, which is right."""
        file = self._directory / f"clock-{next(self._numbers)}"
        file.write_text(RIGHT)
        path = environment.get("PYTHONPATH") or os.environ.get("PYTHONPATH", "")
        return {**environment, "PYTHONPATH": f"{HERE}{os.pathsep}{path}", "HEATLITE_CHAOS_CLOCK": str(file)}

    def files(self) -> list[pathlib.Path]:
        """All clocks, in the order in which they were made."""
        return sorted(self._directory.iterdir(), key=lambda it: int(it.name.rpartition("-")[2]))

    @contextlib.contextmanager
    def jumped(self, file: pathlib.Path, seconds: int) -> Iterator[None]:
        """A block in which a clock is so many seconds ahead, or behind."""
        write(file, str(seconds))
        try:
            yield
        finally:
            write(file, RIGHT)


def write(file: pathlib.Path, text: str) -> None:
    """Replace a file at once: who reads it finds the old or the new text."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.rename(file)
