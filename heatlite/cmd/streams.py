"""Streams: what a command prints can't steer the terminal that shows it.

A name, a reason or an output is what somebody wrote, perhaps somebody of another trust. Controls and marks of direction
in it are printed as escapes, such as ``\\x1b``; ``-f json`` has the value itself. Whoever prints colours does it by
``raw``, and escapes by itself what it prints there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO

from heatlite.drawing.markup import visible


class VisibleStream:
    """A stream to which only text goes that steers nothing.

    :param raw: the stream behind it
    """

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write a text, with escapes for what would steer a terminal."""
        return self.raw.write(visible(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of them so."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def raw(stream: Any) -> Any:
    """The stream behind one, for whoever prints colours."""
    return getattr(stream, "raw", stream) if isinstance(stream, VisibleStream) else stream
