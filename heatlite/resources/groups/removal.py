"""Which members a group's removal policies take out, by name, by number or by what get_resource gives of them.

A name that was taken out is remembered, and never given to a member again.
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
    """Every name that no member may have.

    :param policies: each a map with a ``resource_list``
    :param mode: ``append`` to those taken out ``before``, or ``update``: these alone
    :param members: name → reference; None where the group doesn't exist yet, so that any name is taken at its word
    """
    found = {name for policy in policies for name in named(policy.get(RESOURCE_LIST) or (), before, members)}
    return frozenset(found if mode == UPDATE else found | set(before))


def named(wanted: Sequence[Any], before: Collection[str], members: Mapping[str, str] | None) -> Iterator[str]:
    """The names that a list means. What means no member is left out: it may have gone in an earlier update."""
    for each in wanted:
        name = str(each)
        if members is None or name in before or name in members:
            yield name
        else:
            yield from [member for member, reference in members.items() if reference == each][:1]
