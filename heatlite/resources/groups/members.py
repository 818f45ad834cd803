"""Members: name → definition of each, after a group was resized or some of its members got a new definition.

::

    old members, the first to go at the front
      [a b c d]  size 3, one change   ─▶   b' c d      a goes, b gets the new definition
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
"""A resource's definition as in a template, by name; the order is that of their age."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member as its group's stack has it. ``created`` is a time that sorts as it passes."""

    name: str
    failed: bool = False
    created: str = ""
    reference: Any = ""


def oldest_first(members: Sequence[Member]) -> list[Member]:
    """In the order in which members go when a group shrinks: the failed ones, then the oldest."""
    return sorted(members, key=lambda member: (not member.failed, member.created, member.name))


def changed(
    old: Definitions, definition_of: Callable[[str], Definition], size: int, changes: int, names: Iterator[str]
) -> Definitions:
    """The members of a group of ``size``, of which as many as ``changes`` get the new definition.

    :param old: the present members, those at the front the first to go or to be changed
    :param definition_of: a name → the new definition
    :param names: of new members
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
    """The same in the order of these names, which is the order of what is told of the group; others come last."""
    return {name: definitions[name] for name in (*(it for it in names if it in definitions), *definitions)}


def outdated_first(old: Definitions, definition_of: Callable[[str], Definition]) -> Definitions:
    """The members that don't have the new definition yet before those that do, so that a roll that also shrinks the
    group doesn't give up what it has just changed.
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
    """The same for a group whose members are numbered, on its way to ``target`` members.

    Members whose number is too high for ``size`` go first, higher numbers change before lower ones, and those above
    the target aren't changed any more: they will go.
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
