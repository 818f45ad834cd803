"""Batches: a group changes a few members at a time, while enough other members stay in service.

::

    size 4, two at a time, 3 in service:   (5, 2) ─▶ (5, 2) ─▶ (4, 0)
                                           one more than wanted, so that two may change while three are in service
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """The group's size after the batch, and how many members may get the new definition in it."""

    size: int
    changes: int


def next_batch(target: int, current: int, changed: int, batch_size: int, in_service: int) -> Batch:
    """Return the next batch of a group with ``current`` members, of which ``changed`` have the new definition."""
    least = min(in_service, target, current)
    changes = min(batch_size, max(target - changed, 0))
    return Batch(changes + max(min(current, target - changes), least), changes)


def is_over(target: int, current: int, changed: int) -> bool:
    """Tell whether the group has its target size and all members have the new definition."""
    return current == target and changed >= current


def by_index(target: int, current: int, batch_size: int, in_service: int) -> Iterator[Batch]:
    """Yield the batches of a group with numbered members. Members above the target are removed again at the end.

    Therefore, of the new members, only those that will stay count as changed.
    """
    changed = 0
    while not is_over(target, current, changed):
        batch = next_batch(target, current, changed, batch_size, in_service)
        yield batch
        changed += batch.changes - max(batch.size - max(current, target), 0)
        current = batch.size


def by_age(target: int, current: int, batch_size: int, in_service: int) -> Iterator[Batch]:
    """Yield the batches of a group that removes its oldest members first: all new members stay."""
    changed = 0
    while not is_over(target, current, changed):
        batch = next_batch(target, current, changed, batch_size, in_service)
        yield batch
        changed += batch.changes
        current = batch.size
