"""Batches: a group that changes a few members at a time, with enough of the others in service meanwhile.

::

    size 4, two at a time, 3 in service:   (5, 2) ─▶ (5, 2) ─▶ (4, 0)
                                           one more than wanted, so that two may change while three serve
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """How many members there are after it, and how many of them may get the new definition in it."""

    size: int
    changes: int


def next_batch(target: int, current: int, changed: int, batch_size: int, in_service: int) -> Batch:
    """The next batch of a group of ``current`` members, ``changed`` of which have the new definition already."""
    least = min(in_service, target, current)
    changes = min(batch_size, max(target - changed, 0))
    return Batch(changes + max(min(current, target - changes), least), changes)


def is_over(target: int, current: int, changed: int) -> bool:
    """Whether there are as many members as wanted, all with the new definition."""
    return current == target and changed >= current


def by_index(target: int, current: int, batch_size: int, in_service: int) -> Iterator[Batch]:
    """The batches of a group whose members are numbered: those above the target go again at the end.

    So of the new members only those count as changed that will stay.
    """
    changed = 0
    while not is_over(target, current, changed):
        batch = next_batch(target, current, changed, batch_size, in_service)
        yield batch
        changed += batch.changes - max(batch.size - max(current, target), 0)
        current = batch.size


def by_age(target: int, current: int, batch_size: int, in_service: int) -> Iterator[Batch]:
    """The batches of a group that loses its oldest members first: all new ones stay."""
    changed = 0
    while not is_over(target, current, changed):
        batch = next_batch(target, current, changed, batch_size, in_service)
        yield batch
        changed += batch.changes
        current = batch.size
