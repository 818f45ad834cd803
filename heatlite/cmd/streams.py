"""Output streams that protect the terminal from what a command prints.

A name, a reason or an output may come from a user who isn't trusted. Control characters and direction marks in it are
printed as escapes, such as ``\\x1b``. ``-f json`` has the value itself. Code that prints colours writes to ``raw``, and
escapes its texts itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO

from heatlite.drawing.markup import visible


class VisibleStream:
    """A stream that escapes the characters which control a terminal.

    :param raw: the stream behind it
    """

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write a text, with escapes for characters that control a terminal."""
        return self.raw.write(visible(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each line likewise."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def raw(stream: Any) -> Any:
    """Return the stream behind a ``VisibleStream``, for code that prints colours."""
    return getattr(stream, "raw", stream) if isinstance(stream, VisibleStream) else stream
