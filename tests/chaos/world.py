"""The physical world: a directory with a file for each thing, which no engine can lie about.

Making a thing takes a token, as clouds have it: the same token never makes a second thing, not even after the first
is gone. So a create that is done twice, also by an engine that slept through its own death, is one create.

    <id>.json   what exists         <id>.gone   what existed
"""

from __future__ import annotations

import json
import os
import pathlib
import uuid
from dataclasses import asdict, dataclass, replace

VARIABLE = "HEATLITE_CHAOS_WORLD"


@dataclass(frozen=True)
class Thing:
    """What exists: ``key`` is its place in the templates, ``value`` what the template wants of it."""

    key: str
    value: str
    suspended: bool = False


class World:
    """The things in a directory. Safe for many processes, each of which may die at any moment."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    @classmethod
    def of_environment(cls) -> World:
        """The one that the process was told of."""
        return cls(pathlib.Path(os.environ[VARIABLE]))

    def make(self, token: str, thing: Thing) -> str:
        """Make a thing, unless the token has been used; returns its id."""
        if not self._gone(token).exists() and not self._file(token).exists():
            self._write(token, thing)
        return token

    def get(self, thing_id: str) -> Thing | None:
        """What exists under this id."""
        try:
            return Thing(**json.loads(self._file(thing_id).read_text()))
        except FileNotFoundError:
            return None

    def change(self, thing_id: str, **values: object) -> None:
        """Change a thing.

        :raises LookupError: where it doesn't exist
        """
        thing = self.get(thing_id)
        if thing is None:
            raise LookupError(f"thing {thing_id} has vanished")
        self._write(thing_id, replace(thing, **values))

    def delete(self, thing_id: str) -> None:
        """Delete a thing, if it exists; its token is used up in any case."""
        try:
            os.rename(self._file(thing_id), self._gone(thing_id))
        except FileNotFoundError:
            self._gone(thing_id).touch()

    def things(self) -> dict[str, Thing]:
        """Everything that exists, by id."""
        found = {path.stem: self.get(path.stem) for path in self.directory.glob("*.json")}
        return {thing_id: thing for thing_id, thing in found.items() if thing is not None}

    def _write(self, thing_id: str, thing: Thing) -> None:
        """All or nothing, also for whoever is killed in the middle."""
        unfinished = self.directory / f"{uuid.uuid4()}.new"
        unfinished.write_text(json.dumps(asdict(thing)))
        os.rename(unfinished, self._file(thing_id))

    def _file(self, thing_id: str) -> pathlib.Path:
        return self.directory / f"{thing_id}.json"

    def _gone(self, thing_id: str) -> pathlib.Path:
        return self.directory / f"{thing_id}.gone"
