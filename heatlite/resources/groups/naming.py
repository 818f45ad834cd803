"""Names of a group's members: 0, 1, 2 … without removed ones, or short random ids."""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterator, Mapping
from typing import Any

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
SHORT_ID_LENGTH = 12


def indexed(count: int, removed: Collection[str]) -> list[str]:
    """Return the first ``count`` numbers as names; the number of a removed member is never used again."""
    never = frozenset(removed)
    free = (name for name in map(str, itertools.count()) if name not in never)
    return list(itertools.islice(free, count))


def short_ids(chance: random.Random, taken: Collection[str]) -> Iterator[str]:
    """Yield names of 12 lower-case letters and digits; none is in ``taken``, and none occurs twice."""
    given = set(taken)
    while True:
        name = "".join(chance.choice(LETTERS) for _ in range(SHORT_ID_LENGTH))
        if name not in given:
            given.add(name)
            yield name


def with_index(value: Any, variable: str, name: str) -> Any:
    """Replace the index variable (``%index%``) in every text inside ``value``; keys stay as they are."""
    if isinstance(value, str):
        return value.replace(variable, name)
    if isinstance(value, Mapping):
        return {key: with_index(item, variable, name) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_index(item, variable, name) for item in value]
    return value
