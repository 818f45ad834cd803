"""Masking of hidden parameters' values in texts for users. Pure.

::

    hunter2, {"user": "ann", "pin": 4711}  ──▶  "hunter2", "ann", "4711", and their forms in repr and JSON
    "hunter2 is too short"                 ──▶  "****** is too short"

It finds values that a text contains unchanged or quoted, and the beginning of a value, because errors shorten what they
quote. It can't find a value that a plugin has changed, by encoding it for example. So a plugin's author should not put
properties into errors.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

HIDDEN = "******"
SHORT = 4
"""Shorter values are masked only as whole words: otherwise every "a" of a text would reveal the value."""
BEGINNING = 8
"""The beginning of a longer value is recognised by this many characters."""


@dataclass(frozen=True)
class Mask:
    """Hides these texts in any other text. An empty mask changes nothing."""

    texts: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, values: Iterable[Any]) -> Mask:
        """Build the mask for parameter values: for each text and number in them, and each line of a long text."""
        return cls(frozenset(form for value in values for text in _texts(value) for form in _forms(text)))

    def __or__(self, other: Mask) -> Mask:
        return Mask(self.texts | other.texts) if other.texts - self.texts else self

    def __call__(self, text: str) -> str:
        """Replace hidden values in a text by ``******``, or the whole text when that fails."""
        if not self.texts:
            return text
        try:
            return self._without_beginnings(self._pattern.sub(HIDDEN, text))
        except (re.error, RecursionError, MemoryError, OverflowError):
            return HIDDEN

    def _without_beginnings(self, text: str) -> str:
        """Replace by ``******`` each beginning of a value that is cut off later."""
        parts: list[str] = []
        end = 0
        while self._long and (found := self._beginnings.search(text, end)):
            parts += (text[end : found.start()], HIDDEN)
            end = found.start() + self._cut_at(text[found.start() : found.start() + self._longest])
        return "".join([*parts, text[end:]])

    def _cut_at(self, text: str) -> int:
        """Count the characters at the front that belong to a value: in sorted order, a neighbour shares the most."""
        place = bisect.bisect(self._long, text)
        neighbours = self._long[max(0, place - 1) : place + 1]
        return max(_alike(text, value) for value in neighbours)

    @cached_property
    def _long(self) -> list[str]:
        return sorted(text for text in self.texts if len(text) > BEGINNING)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._long))

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(head) for head in sorted({text[:BEGINNING] for text in self._long})))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The longest first, so that when one value is the start of another the longer one is masked whole."""
        longest_first = sorted(self.texts, key=lambda text: (-len(text), text))
        return re.compile("|".join(map(_findable, longest_first)))


def _alike(one: str, other: str) -> int:
    """Count the equal characters at the front of two texts."""
    for place, (its, others) in enumerate(zip(one, other, strict=False)):
        if its != others:
            return place
    return min(len(one), len(other))


def _findable(text: str) -> str:
    escaped = re.escape(text)
    return rf"(?<!\w){escaped}(?!\w)" if len(text) < SHORT else escaped


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts and numbers in a value. Booleans aren't secret, and masking them would hide too much."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield from {value, *value.splitlines()}
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _forms(text: str) -> Iterator[str]:
    """Yield the text itself, and its forms in repr and JSON, with and without escapes for accents."""
    if text.strip():
        yield text
        yield repr(text)[1:-1]
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
