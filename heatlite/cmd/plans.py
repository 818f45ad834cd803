"""Plans, as text for users and as files. Pure, except for ``save`` and ``load``.

    + cache     OS::Heat::Value    create
    ~ web       OS::Nova::Server   update in place
        flavor: "m1.small" → "m1.large"
    ~ server    OS::Nova::Server   update in place; replaced if it doesn't exist any more or is in ERROR, …
    ~ door      OS::Neutron::Port  update in place
        name: "window" → "door"  changed outside
    ± database  OS::Nova::Server   replace
        image: "a" → "b"  forces the replacement
    - old       OS::Heat::Value    delete: it is no longer in the template
    ! disk      OS::Heat::Value    would fail: …
    ? alarm     OS::Heat::Value    may change: it reads web.address, which may change
    ~ group     OS::Heat::ResourceGroup  update in place: what is nested in it changes
        + 2  OS::Heat::Value  create

A file contains all that the update sends, including parameters, so only its owner can read it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.drawing.markup import in_line, shortened

Record = dict[str, Any]

FORMAT = "heatlite plan 1"
VALUE_COLUMNS = 60
INDENT = "    "
SIGNS = {"added": "+", "updated": "~", "replaced": "±", "deleted": "-", "may change": "?", "would fail": "!"}
WORDS = {
    "added": "create",
    "updated": "update in place",
    "replaced": "replace",
    "deleted": "delete",
    "may change": "may change",
    "would fail": "would fail",
}
COLOURS = {"added": "32", "updated": "33", "replaced": "35", "deleted": "31", "may change": "36", "would fail": "31"}
TO_DO = ("added", "updated", "replaced", "deleted")


@dataclass(frozen=True)
class Plan:
    """A possible update: its stack, the request to send, the changes, and the plan's digest."""

    identity: Record
    request: Record
    changes: list[Record]
    digest: str

    @property
    def does_something(self) -> bool:
        return any(change["fate"] in TO_DO for change in self.changes)

    @property
    def is_possible(self) -> bool:
        """Whether nothing of it is certain to fail."""
        return all(change["fate"] != "would fail" for change in everywhere(self.changes))

    def text(self, *, colours: bool = False) -> str:
        """Describe the changes, in colours for a terminal."""
        return "\n".join(self._lines(colours)) + "\n"

    def _lines(self, colours: bool) -> Iterator[str]:
        yield from lines_of(self.changes, "", colours)
        counts = Counter(change["fate"] for change in everywhere(self.changes))
        if any(counts[fate] for fate in SIGNS):
            yield ""
        to_do = [f"{counts[fate]} to {WORDS[fate]}" for fate in TO_DO if counts[fate]]
        to_do += [f"{counts[fate]} {fate}" for fate in ("may change", "would fail") if counts[fate]]
        summary = ", ".join(to_do) or "Nothing to do"
        yield f"{summary}; {counts['unchanged']} unchanged."

    def save(self, name: str) -> None:
        """Write the plan to a file that only its owner can read.

        :raises OSError: when it can't be written
        """
        content = {"format": FORMAT, **vars(self)}
        with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)  # also for an existing file
            json.dump(content, file, indent=1)

    @classmethod
    def load(cls, name: str) -> Plan:
        """Read a plan from a file.

        :raises CommandError: when the file isn't a plan
        :raises OSError: when it can't be read
        """
        try:
            with open(name, encoding="utf-8") as file:
                content = json.load(file)
            if content.pop("format") != FORMAT:
                raise KeyError("format")
            return cls(**content)
        except (ValueError, AttributeError, KeyError, TypeError):
            raise exception.CommandError(
                reason=f'{name} is not a plan; "heatlite stack plan --out FILE" writes one'
            ) from None


def lines_of(changes: list[Record], indent: str, colours: bool) -> Iterator[str]:
    """Describe the changes of one stack's resources, with those of a nested stack below its resource."""
    shown = [change for change in changes if change["fate"] in SIGNS]
    names = max((len(change["resource_name"]) for change in shown), default=0)
    types = max((len(change["resource_type"]) for change in shown), default=0)
    for change in shown:
        fate, reason = change["fate"], change["reason"]
        head = f"{SIGNS[fate]} {in_line(change['resource_name']):{names}}  {in_line(change['resource_type']):{types}}  "
        told = WORDS[fate] + (f": {in_line(reason)}" if reason else "")
        told += f"; replaced if {in_line(change['replaced_if'])}" if change.get("replaced_if") else ""
        yield indent + coloured(head + told, fate, colours)
        for it in change["properties"]:
            forces = "  changed outside" if it.get("drifted") else ""
            forces += "  forces the replacement" if it["forces_replacement"] else ""
            for place, before, after in differing(it["name"], it["before"], it["after"]):
                yield f"{indent}    {in_line(place)}: {value(before)} → {value(after)}{forces}"
        for child in change.get("nested", ()):
            yield from lines_of(child["changes"], indent + INDENT, colours)


def differing(place: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield where two values differ, and both values.

    Maps are compared by entry: ``resource_def.properties.size``. Of lists of maps, only the other items are told.
    """
    if is_list_of_maps(before) and is_list_of_maps(after) and any(it in after for it in before):
        yield from ((f"{place}[]", given(it), None) for it in before if it not in after)
        yield from ((f"{place}[]", None, given(it)) for it in after if it not in before)
        return
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield place, before, after
        return
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield from differing(f"{place}.{key}", before.get(key), after.get(key))


def is_list_of_maps(it: Any) -> bool:
    """Tell whether a value is a list of maps."""
    return isinstance(it, list) and all(isinstance(item, dict) for item in it)


def given(item: Record) -> Record:
    """Return an item without the keys that have no value."""
    return {key: it for key, it in item.items() if it is not None}


def everywhere(changes: list[Record]) -> Iterator[Record]:
    """Yield the changes of a stack and of its nested stacks."""
    for change in changes:
        yield change
        for child in change.get("nested", ()):
            yield from everywhere(child["changes"])


def value(it: Any) -> str:
    """Write a property's value on one line. None is ``∅``, and a long value is shortened in its middle."""
    return "∅" if it is None else shortened(in_line(json.dumps(it, ensure_ascii=False)), VALUE_COLUMNS)


def coloured(line: str, fate: str, colours: bool) -> str:
    """Colour a line by its kind of change."""
    return f"\x1b[{COLOURS[fate]}m{line}\x1b[0m" if colours else line
