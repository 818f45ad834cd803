"""Read what an operator is told to do from doc/faults.md. Pure, but for the file.

A row is ``fault | how it is noticed | what to do | it is well again when``. A cell is *nothing*, or sentences with
``;`` between them. A sentence is one of these; anything else is an error, so that nobody's hand is needed to read it::

    `command` shows *text*       a look: the command, again and again, until it prints the text
    `command`                    a step: the command, which has to succeed
    words                        a step that a person takes
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

PAGE = pathlib.Path(__file__).parents[2] / "doc" / "faults.md"
HEAD = "| fault | how it is noticed | what to do | it is well again when |"
FAULTS = "| fault | what happens | how long |"
NOTHING = "nothing"
LOOK = re.compile(r"`([^`]+)` shows \*([^*]+)\*")
COMMAND = re.compile(r"`([^`]+)`")
VARIABLES = ("STACK", "NAME", "PID", "RESOURCE")


@dataclass(frozen=True)
class Look:
    """A command, and what it prints."""

    command: str
    shows: str


@dataclass(frozen=True)
class Command:
    """A command that is given, and has to succeed."""

    command: str


@dataclass(frozen=True)
class Act:
    """What a person does who has no command for it."""

    words: str


@dataclass(frozen=True)
class Row:
    """What the page says of one fault."""

    fault: str
    noticed: tuple[Look, ...]
    todo: tuple[Command | Act, ...]
    well: tuple[Look, ...]


def rows(text: str) -> list[Row]:
    """Read the table of what to do.

    :param text: the page
    :raises ValueError: where the table is missing, or a cell can't be read
    """
    return [
        Row(fault, tuple(looks(noticed)), tuple(steps(todo)), tuple(looks(well)))
        for fault, noticed, todo, well in cells(text, HEAD)
    ]


def faults(text: str) -> list[str]:
    """The faults of the page's first table, which says what each does."""
    return [fault for fault, _, _ in cells(text, FAULTS)]


def cells(text: str, head: str) -> Iterator[list[str]]:
    """The cells of the table with this head, row by row.

    :raises ValueError: where there is no such table, or a row has another number of cells
    """
    _, found, after = text.partition(f"{head}\n")
    if not found:
        raise ValueError(f"{PAGE}: there is no table {head}")
    for line in after.splitlines()[1:]:
        if not line.startswith("|"):
            return
        row = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(row) != head.count(" | ") + 1:
            raise ValueError(f"{PAGE}: {len(row)} cells where {head} has others: {line}")
        yield row


def looks(cell: str) -> Iterator[Look]:
    """The looks of a cell.

    :raises ValueError: where it has anything else
    """
    for sentence in sentences(cell):
        found = LOOK.fullmatch(sentence)
        if found is None:
            raise ValueError(f"{PAGE}: not of the form `command` shows *text*: {sentence}")
        yield Look(found[1], found[2])


def steps(cell: str) -> Iterator[Command | Act]:
    """The steps of a cell."""
    for sentence in sentences(cell):
        found = COMMAND.fullmatch(sentence)
        yield Command(found[1]) if found else Act(sentence)


def sentences(cell: str) -> list[str]:
    """The sentences of a cell; none where it says nothing."""
    return [] if cell == NOTHING else cell.split("; ")


def filled(command: str, values: dict[str, str]) -> str:
    """A command with its variables filled in.

    :raises KeyError: where a variable has no value in this play
    """
    return re.sub(rf"\b({'|'.join(VARIABLES)})\b", lambda found: values[found[1]], command)
