"""Members: name → definition of each, after a group was resized or some of its members got a new definition.

::

    old members, the first to be removed at the front
      [a b c d]  size 3, one change   ─▶   b' c d      a is removed, b gets the new definition
      [a b]      size 3, two changes  ─▶   a' b n'     n is new and counts as the first change
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.resources.groups import naming

Definition = Mapping[str, Any]
Definitions = dict[str, Definition]
"""Name → a resource's definition as in a template, in the order of age."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member as its group's stack has it. ``created`` is a text that sorts by time."""

    name: str
    failed: bool = False
    created: str = ""
    reference: Any = ""


def oldest_first(members: Sequence[Member]) -> list[Member]:
    """Sort members in the order of removal when a group shrinks: failed members first, then by age."""
    return sorted(members, key=lambda member: (not member.failed, member.created, member.name))


def changed(
    old: Definitions, definition_of: Callable[[str], Definition], size: int, changes: int, names: Iterator[str]
) -> Definitions:
    """Return the members of a group of ``size``, of which at most ``changes`` get the new definition.

    :param old: the present members; those at the front are removed or changed first
    :param definition_of: name → new definition
    :param names: names of new members
    """
    kept = dict(list(old.items())[max(0, len(old) - size) :])
    created = size - len(kept)
    left = changes - created
    definitions: Definitions = {}
    for name, definition in kept.items():
        wanted = definition_of(name)
        if left > 0 and wanted != definition:
            left, definition = left - 1, wanted
        definitions[name] = definition
    for name in itertools.islice(names, max(0, created)):
        definitions[name] = definition_of(name)
    return definitions


def in_order(definitions: Definitions, names: Collection[str]) -> Definitions:
    """Return the definitions in the order of these names, as the group's outputs list them; others come last."""
    return {name: definitions[name] for name in (*(it for it in names if it in definitions), *definitions)}


def outdated_first(old: Definitions, definition_of: Callable[[str], Definition]) -> Definitions:
    """Put members without the new definition before those that have it.

    So an update in batches that also shrinks the group doesn't remove the members that it has just changed.
    """
    return dict(sorted(old.items(), key=lambda item: item[1] == definition_of(item[0])))


def rolled(
    old: Definitions,
    definition_of: Callable[[str], Definition],
    removed: Collection[str],
    target: int,
    size: int,
    changes: int,
) -> Definitions:
    """Return the members after a batch of a group with numbered members, on its way to ``target`` members.

    Members whose number is too high for ``size`` are removed first. Higher numbers change before lower ones. Those
    above the target don't change any more, because they will be removed.
    """
    names = naming.indexed(size, removed)
    place = {name: index for index, name in enumerate(names)}

    def priority(name: str) -> int:
        if name not in place:
            return 0
        return target - place[name] if place[name] < target else size

    gone = frozenset(removed)
    staying = sorted((name for name in old if name not in gone), key=priority)
    new = (name for name in names if name not in old)
    return in_order(changed({name: old[name] for name in staying}, definition_of, size, changes, new), names)
