"""The physical world: a directory with a file for each thing, which no engine can lie about.

Making a thing takes a token, as clouds have it: the same token never makes a second thing, not even after the first
is gone. So a create that is done twice, also by an engine that slept through its own death, is one create. What is done
to a thing is atomic, as a cloud's calls are, also for an engine that sleeps in the middle of it::

    make      link a written file to <id>.json      fails where the token has been used
    change    write into the file that was opened   which may be a deleted one by then: nobody sees it
    delete    rename a tombstone to <id>.json       the token stays used

``journal`` has a line for all that was done, by whom and when: a leak is to be explained.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

VARIABLE = "HEATLITE_CHAOS_WORLD"
ROOM = 1024
"""Bytes of a thing's file, padded: a change is one write of the same length."""


@dataclass(frozen=True)
class Thing:
    """What exists: ``key`` is its place in the templates, ``value`` what the template wants of it."""

    key: str
    value: str
    suspended: bool = False


class World:
    """The things in a directory. Safe for many processes, each of which may die or be stopped at any moment."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    @classmethod
    def of_environment(cls) -> World:
        """The one that the process was told of."""
        return cls(pathlib.Path(os.environ[VARIABLE]))

    def make(self, token: str, thing: Thing) -> str:
        """Make a thing, unless the token has been used; returns its id."""
        with self._written(thing) as unfinished:
            try:
                os.link(unfinished, self._file(token))
                self._tell("made", token)
            except FileExistsError:
                self._tell("not made again", token)
        return token

    def get(self, thing_id: str) -> Thing | None:
        """What exists under this id."""
        with contextlib.suppress(FileNotFoundError):
            return read(self._file(thing_id).read_bytes())
        return None

    def change(self, thing_id: str, **values: object) -> None:
        """Change a thing.

        :raises LookupError: where it doesn't exist
        """
        try:
            handle = os.open(self._file(thing_id), os.O_RDWR)
        except FileNotFoundError:
            raise LookupError(f"thing {thing_id} has vanished") from None
        try:
            thing = read(os.pread(handle, ROOM, 0))
            if thing is None:
                raise LookupError(f"thing {thing_id} has vanished")
            os.pwrite(handle, padded(replace(thing, **values)), 0)
            self._tell(f"changed to {values}", thing_id)
        finally:
            os.close(handle)

    def delete(self, thing_id: str) -> None:
        """Delete a thing, if it exists; its token is used up in any case."""
        with self._written(None) as tombstone:
            os.rename(tombstone, self._file(thing_id))
        self._tell("deleted", thing_id)

    def things(self) -> dict[str, Thing]:
        """Everything that exists, by id."""
        found = {path.stem: self.get(path.stem) for path in self.directory.glob("*.json")}
        return {thing_id: thing for thing_id, thing in found.items() if thing is not None}

    def journal(self, thing_id: str) -> list[str]:
        """What was done to a thing, by which process and when (seconds since boot)."""
        with contextlib.suppress(FileNotFoundError):
            return [line for line in (self.directory / "journal").read_text().splitlines() if thing_id in line]
        return []

    @contextlib.contextmanager
    def _written(self, thing: Thing | None) -> Iterator[pathlib.Path]:
        """A file that nobody knows yet, gone after the block unless it was renamed."""
        unfinished = self.directory / f"{uuid.uuid4()}.new"
        unfinished.write_bytes(padded(thing))
        try:
            yield unfinished
        finally:
            unfinished.unlink(missing_ok=True)

    def _tell(self, what: str, thing_id: str) -> None:
        line = f"{time.monotonic():.3f} process {os.getpid()}: {thing_id} {what}\n"
        with (self.directory / "journal").open("a") as journal:
            journal.write(line)

    def _file(self, thing_id: str) -> pathlib.Path:
        return self.directory / f"{thing_id}.json"


def padded(thing: Thing | None) -> bytes:
    """What is in a thing's file; of a tombstone, null."""
    return json.dumps(None if thing is None else asdict(thing)).ljust(ROOM).encode()


def read(content: bytes) -> Thing | None:
    """The thing; None of a tombstone."""
    values = json.loads(content)
    return None if values is None else Thing(**values)
