"""Masking of hidden parameters' values in texts and errors for users. Pure.

::

    hunter2, {"user": "ann", "pin": 4711}  ──▶  "hunter2", "ann", "4711", and their forms in repr and JSON
    "hunter2 is too short"                 ──▶  "****** is too short"

Values are looked up in sets: a mask may have a hundred thousand of them, and no other thread of the process may be kept
waiting for long, as by a regular expression with that many alternatives.

It finds values that a text contains unchanged or quoted, and the beginning of a value, because errors shorten what they
quote. It can't find a value that a plugin has changed, by encoding it for example. So a plugin's author should not put
properties into errors.

``masked`` removes the values from errors before they reach clients, rows or logs. It copies an error's fields, which
works for an error of any class, whatever arguments its constructor takes. If anything goes wrong, the client gets a
plain ``Error``, which holds nothing of the original.
"""

from __future__ import annotations

import bisect
import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from heatlite import exception

MASKED = "******"
SHORT = 4
"""Shorter values are masked only as whole words: otherwise every "a" of a text would reveal the value."""
BEGINNING = 8
"""The beginning of a longer value is recognised by this many characters."""
FEW = 50
"""So many values may be alternatives of a regular expression."""
MOST_INSIDE = 1000
"""Inside of what a value takes, others that reach beyond it are looked for only if it is no longer than this."""


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
            return self._masked(text)
        except (RecursionError, MemoryError, OverflowError):
            return MASKED

    def _masked(self, text: str) -> str:
        """Replace what values and the beginnings of values take, from left to right; those that overlap are one."""
        parts: list[str] = []
        end = place = 0
        while found := self._starts.search(text, place):
            start = found.start()
            place, stop = start + 1, start + self._taken_at(text, start)
            if stop <= max(start, end):
                continue
            if start >= end:
                parts += (text[end:start], MASKED)
            end = stop
            if stop - start > MOST_INSIDE:
                place = max(place, stop - BEGINNING + 1)
        return "".join([*parts, text[end:]])

    def _taken_at(self, text: str, start: int) -> int:
        """Count the characters from ``start`` on that are a value, or the beginning of a long one."""
        if text[start : start + BEGINNING] in self._beginnings:
            return self._cut_at(text, start)
        for length in self._short_lengths:
            if text[start : start + length] in self.texts and (length >= SHORT or _is_word(text, start, length)):
                return length
        return 0

    def _cut_at(self, text: str, start: int) -> int:
        """Count the characters that belong to a long value: in sorted order, a neighbour shares the most."""
        size = 8 * BEGINNING
        while True:
            piece = text[start : start + size]
            place = bisect.bisect(self._long, piece)
            shared = max(_alike(piece, value) for value in self._long[max(0, place - 1) : place + 1])
            if shared < size:
                return shared
            size *= 4

    @cached_property
    def _long(self) -> list[str]:
        return sorted(text for text in self.texts if len(text) > BEGINNING)

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(text[:BEGINNING] for text in self._long)

    @cached_property
    def _short_lengths(self) -> list[int]:
        """The lengths of the other values, the longest first."""
        return sorted({len(text) for text in self.texts if len(text) <= BEGINNING}, reverse=True)

    @cached_property
    def _starts(self) -> re.Pattern[str]:
        """An expression that finds where a value may begin: by the beginnings of a few values, or by one character."""
        beginnings = sorted({text[:BEGINNING] for text in self.texts})
        if len(beginnings) <= FEW:
            return re.compile("|".join(map(re.escape, beginnings)))
        return re.compile(f"[{''.join(map(re.escape, sorted({text[0] for text in beginnings})))}]")


def _alike(one: str, other: str) -> int:
    """Count the equal characters at the front of two texts."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _is_word(text: str, start: int, length: int) -> bool:
    """Tell whether neither neighbour of a part of a text could be a part of the same word."""
    around = text[max(0, start - 1) : start] + text[start + length : start + length + 1]
    return not any(character.isalnum() or character == "_" for character in around)


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


CANT_BE_SHOWN = "It failed; the reason can't be shown, because hidden values couldn't be removed from it"


@contextlib.contextmanager
def masked(mask: Callable[[str], str]) -> Iterator[None]:
    """Mask hidden values in every error that the block raises, and drop the error's cause.

    :raises StackValidationFailed: in place of an error that isn't heatlite's own and holds a hidden value
    :raises Error: in place of an error that can't be masked
    """
    try:
        yield
    except Exception as error:
        hidden = without_secrets(error, mask)
        if hidden is error:
            raise
        raise hidden from None


def without_secrets(error: Exception, mask: Callable[[str], str]) -> Exception:
    """Return the error without hidden values; the same object if it holds none."""
    try:
        if not isinstance(error, exception.HeatliteError):
            return _of_strangers(error, mask)
        hidden = _copy(error, mask)
        is_same = str(hidden) == str(error) and hidden.kwargs == error.kwargs
        return error if is_same and not _is_hidden(str(error), mask) else hidden
    except Exception:
        return exception.Error(message=CANT_BE_SHOWN)


def _of_strangers(error: Exception, mask: Callable[[str], str]) -> Exception:
    text = str(error)
    if not _is_hidden(text, mask) and not _is_hidden(repr(error), mask):
        return error
    return exception.StackValidationFailed(message=f"{type(error).__name__}: {mask(text)}")


def _copy(error: exception.HeatliteError, mask: Callable[[str], str]) -> exception.HeatliteError:
    """Create an error of the same class with masked fields, without calling its constructor."""
    hidden = type(error).__new__(type(error))
    hidden.args = tuple(masked_value(argument, mask) for argument in error.args)
    vars(hidden).update({name: masked_value(value, mask) for name, value in vars(error).items()})
    return hidden


def masked_value(value: Any, mask: Callable[[str], str]) -> Any:
    """Mask each text in a value of any structure."""
    match value:
        case str():
            return mask(value)
        case None | bool():
            return value
        case exception.HeatliteError():
            return _copy(value, mask)
        case Mapping():
            return {masked_value(key, mask): masked_value(item, mask) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return type(value)(masked_value(item, mask) for item in value)
    return (MASKED if isinstance(value, int | float) else mask(str(value))) if _is_hidden(str(value), mask) else value


def _is_hidden(text: str, mask: Callable[[str], str]) -> bool:
    return mask(text) != text
