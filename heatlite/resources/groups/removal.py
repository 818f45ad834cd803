"""Removal policies: members to remove from a group, by name, by number or by get_resource value.

A removed name is recorded, and never given to a member again. ``members`` says which go when a group only
shrinks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

RESOURCE_LIST = "resource_list"
APPEND, UPDATE = "append", "update"
MODES = (APPEND, UPDATE)


def removed(
    policies: Sequence[Mapping[str, Any]],
    mode: str,
    before: Collection[str],
    members: Mapping[str, str] | None,
) -> frozenset[str]:
    """Return every name that no member may have.

    :param policies: each a map with a ``resource_list``
    :param mode: ``append`` to the names that were removed ``before``, or ``update``: these names alone
    :param members: name → reference; None if the group doesn't exist yet, so that every entry counts as a name
    """
    found = {name for policy in policies for name in named(policy.get(RESOURCE_LIST) or (), before, members)}
    return frozenset(found if mode == UPDATE else found | set(before))


def named(wanted: Sequence[Any], before: Collection[str], members: Mapping[str, str] | None) -> Iterator[str]:
    """Yield the names of a list's entries. Leave out an entry without a member: it may have been removed before."""
    for each in wanted:
        name = str(each)
        if members is None or name in before or name in members:
            yield name
        else:
            yield from [member for member, reference in members.items() if reference == each][:1]
