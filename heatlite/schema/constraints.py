"""Constraints: what a value must satisfy beyond its type. Shared by template parameters and plugin properties.

A constraint is a frozen value with one verb, ``check(value)``, which raises ``ValueError`` with a sentence that tells
the user what would have been right. Texts follow Heat's, because users and their scripts know them.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Hashable, Iterator, Sequence, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from heatlite.schema import patterns
from heatlite.schema.equality import key_of, keys_of

LOG = logging.getLogger(__name__)

NAMESPACE = "heatlite.constraints"
_ASKED: ContextVar[Any] = ContextVar("asked", default=None)


@contextmanager
def asking(cloud: Any) -> Iterator[None]:
    """Let custom constraints ask this, here and in what is called from here; elsewhere they are given None."""
    before = _ASKED.set(cloud)
    try:
        yield
    finally:
        _ASKED.reset(before)


def asked() -> Any:
    """What may be asked here; None where nothing may be."""
    return _ASKED.get()


class Constraint(Protocol):
    """What parameters and properties ask of a constraint."""

    def check(self, value: Any) -> None:
        """Raise ``ValueError`` with the reason where ``value`` breaks the constraint."""


@dataclass(frozen=True)
class Range:
    """A number within bounds, both included; ``None`` leaves a side open."""

    min: float | None = None
    max: float | None = None
    description: str | None = None

    def check(self, value: Any) -> None:
        number = float(value)
        if (self.min is not None and number < self.min) or (self.max is not None and number > self.max):
            raise ValueError(self.description or f"{value} is out of range ({bounds(self)})")


@dataclass(frozen=True)
class Length:
    """A string, list or map of a bounded length, both bounds included."""

    min: int | None = None
    max: int | None = None
    description: str | None = None

    def check(self, value: Any) -> None:
        if not isinstance(value, Sized):
            raise ValueError(self.description or f"{value} has no length ({bounds(self)})")
        length = len(value)
        if (self.min is not None and length < self.min) or (self.max is not None and length > self.max):
            raise ValueError(self.description or f"length ({length}) is out of range ({bounds(self)})")


@dataclass(frozen=True)
class Modulo:
    """A number that leaves ``offset`` when divided by ``step``.

    :raises ValueError: where no number could
    """

    step: int
    offset: int = 0
    description: str | None = None

    def __post_init__(self) -> None:
        if self.step == 0 or abs(self.offset) >= abs(self.step) or self.step * self.offset < 0:
            raise ValueError("step cannot be 0, and offset must be smaller than it and of the same sign")

    def check(self, value: Any) -> None:
        if float(value) % self.step != self.offset:
            raise ValueError(
                self.description or f"{value} is not a multiple of {self.step} with an offset of {self.offset}"
            )


@dataclass(frozen=True)
class AllowedValues:
    """One of a set; of a list, each item is."""

    allowed: tuple[Any, ...]
    description: str | None = None

    @functools.cached_property
    def _keys(self) -> set[Hashable]:
        return keys_of(self.allowed)

    def check(self, value: Any) -> None:
        items = value if isinstance(value, list) else [value]
        for item in items:
            if key_of(item) not in self._keys:
                choices = ", ".join(str(choice) for choice in self.allowed)
                raise ValueError(self.description or f'"{item}" is not an allowed value [{choices}]')


@dataclass(frozen=True)
class AllowedPattern:
    """A string that the whole of a regular expression matches, and soon: ``patterns`` bounds what a match may take."""

    pattern: str
    description: str | None = None

    def check(self, value: Any) -> None:
        if not patterns.matches(self.pattern, str(value)):
            raise ValueError(self.description or f'"{value}" does not match pattern "{self.pattern}"')


@dataclass(frozen=True)
class Custom:
    """What a plugin says: a class with ``validate(value, cloud) -> bool``, under ``heatlite.constraints``.

    ``cloud`` is what may be asked (``heatlite.resources.cloud``), or None where nothing may be, and it is to let pass.
    """

    name: str
    description: str | None = None

    def check(self, value: Any) -> None:
        plugin = installed().get(self.name)
        if plugin is None:
            raise ValueError(f'"{value}" does not validate {self.name} (constraint not found)')
        constraint = plugin()
        if not constraint.validate(value, _ASKED.get()):
            error = getattr(constraint, "error", None)
            reason = error(value) if callable(error) else f'"{value}" does not validate {self.name}'
            raise ValueError(self.description or reason)


@functools.cache
def installed() -> dict[str, Any]:
    """The classes of custom constraints by name; one that can't be loaded isn't there."""
    from stevedore.extension import ExtensionManager

    found = ExtensionManager(NAMESPACE, on_load_failure_callback=_left_out)
    return {extension.name: extension.plugin for extension in found}


def _left_out(_manager: Any, entry_point: Any, error: BaseException) -> None:
    LOG.warning("The constraint %s is left out: %s", entry_point.name, error)


def bounds(limits: Range | Length) -> str:
    """The bounds as Heat prints them: ``min: 1, max: None``."""
    return f"min: {limits.min}, max: {limits.max}"


def check_all(constraints: Sequence[Constraint], value: Any) -> None:
    """Check each constraint in order.

    :raises ValueError: with the first reason
    """
    for constraint in constraints:
        constraint.check(value)
