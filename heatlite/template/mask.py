"""Mask: what is to be told, without the values of hidden parameters. Pure.

::

    hunter2, {"user": "ann", "pin": 4711}  ──▶  "hunter2", "ann", "4711" and how repr and JSON would write them
    "hunter2 is too short"                 ──▶  "****** is too short"

It finds values that stand in a text as they are, or quoted. One that a plugin has changed (encoded, cut in two) it
doesn't find: who writes a plugin should not put properties into errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

HIDDEN = "******"
SHORT = 4
"""Characters of a value below which it is masked as a whole word only: each "a" of a text would tell what it is."""


@dataclass(frozen=True)
class Mask:
    """Hides these texts wherever they stand. Without any it changes nothing."""

    texts: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, values: Iterable[Any]) -> Mask:
        """The mask for values of parameters: of each text and number in them, and of each line of a long text."""
        return cls(frozenset(form for value in values for text in _texts(value) for form in _forms(text)))

    def __or__(self, other: Mask) -> Mask:
        return Mask(self.texts | other.texts) if other.texts - self.texts else self

    def __call__(self, text: str) -> str:
        """The text with ``******`` in place of whatever is hidden; nothing of it where that can't be found out."""
        if not self.texts:
            return text
        try:
            return self._pattern.sub(HIDDEN, text)
        except (re.error, RecursionError, MemoryError, OverflowError):
            return HIDDEN

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The longest first, so that of two values the one that begins like the other leaves nothing of that."""
        longest_first = sorted(self.texts, key=lambda text: (-len(text), text))
        return re.compile("|".join(map(_findable, longest_first)))


def _findable(text: str) -> str:
    escaped = re.escape(text)
    return rf"(?<!\w){escaped}(?!\w)" if len(text) < SHORT else escaped


def _texts(value: Any) -> Iterator[str]:
    """The texts and numbers in a value. True and False are nobody's secret, and half of what can be said."""
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
    """As it is, and as it stands between the quotes of repr and of JSON, with and without escapes for accents."""
    if text.strip():
        yield text
        yield repr(text)[1:-1]
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
