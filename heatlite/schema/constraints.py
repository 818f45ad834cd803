"""Constraints: rules for a value beyond its type. Template parameters and plugin properties share them.

A constraint is a frozen value with one method, ``check(value)``. It raises ``ValueError`` with a sentence that tells
the user which values are right. The texts are Heat's, because users and their scripts know them.
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
_CLOUD: ContextVar[Any] = ContextVar("cloud of constraints", default=None)


@contextmanager
def cloud_for_constraints(cloud: Any) -> Iterator[None]:
    """Give custom constraints a cloud to ask, for the block and everything it calls. Elsewhere they get None."""
    before = _CLOUD.set(cloud)
    try:
        yield
    finally:
        _CLOUD.reset(before)


def current_cloud() -> Any:
    """Return the cloud that custom constraints may ask here, or None."""
    return _CLOUD.get()


class Constraint(Protocol):
    """The interface of a constraint, as parameters and properties use it."""

    def check(self, value: Any) -> None:
        """Raise ``ValueError`` with the reason when ``value`` breaks the constraint."""


@dataclass(frozen=True)
class Range:
    """A number between two bounds, both included. ``None`` means no bound."""

    min: float | None = None
    max: float | None = None
    description: str | None = None

    def check(self, value: Any) -> None:
        number = float(value)
        if (self.min is not None and number < self.min) or (self.max is not None and number > self.max):
            raise ValueError(self.description or f"{value} is out of range ({bounds(self)})")


@dataclass(frozen=True)
class Length:
    """A string, list or map whose length is between two bounds, both included."""

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

    :raises ValueError: when no number can satisfy it
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
    """One of a set of values. For a list, each item must be one of the set. A text may spell a number of the set."""

    allowed: tuple[Any, ...]
    description: str | None = None

    @functools.cached_property
    def _keys(self) -> set[Hashable]:
        return keys_of(self.allowed) | {key_of(str(it)) for it in self.allowed if isinstance(it, int | float)}

    def check(self, value: Any) -> None:
        items = value if isinstance(value, list) else [value]
        for item in items:
            if key_of(item) not in self._keys:
                choices = ", ".join(str(choice) for choice in self.allowed)
                raise ValueError(self.description or f'"{item}" is not an allowed value [{choices}]')


@dataclass(frozen=True)
class AllowedPattern:
    """A string that a regular expression matches as a whole. ``patterns`` limits the time that a match may take."""

    pattern: str
    description: str | None = None

    def check(self, value: Any) -> None:
        if not patterns.matches(self.pattern, str(value)):
            raise ValueError(self.description or f'"{value}" does not match pattern "{self.pattern}"')


@dataclass(frozen=True)
class Custom:
    """A plugin's constraint, a class with ``validate(value, cloud) -> bool`` under ``heatlite.constraints``.

    ``cloud`` is the cloud that the plugin may ask (``heatlite.resources.cloud``). It is None when the plugin may ask
    none; the plugin must then accept the value.
    """

    name: str
    description: str | None = None

    def check(self, value: Any) -> None:
        plugin = installed().get(self.name)
        if plugin is None:
            raise ValueError(f'"{value}" does not validate {self.name} (constraint not found)')
        constraint = plugin()
        if not constraint.validate(value, _CLOUD.get()):
            error = getattr(constraint, "error", None)
            reason = error(value) if callable(error) else f'"{value}" does not validate {self.name}'
            raise ValueError(self.description or reason)


@functools.cache
def installed() -> dict[str, Any]:
    """Return the classes of custom constraints by name, without those that can't be loaded."""
    from stevedore.extension import ExtensionManager

    found = ExtensionManager(NAMESPACE, on_load_failure_callback=_left_out)
    return {extension.name: extension.plugin for extension in found}


def _left_out(_manager: Any, entry_point: Any, error: BaseException) -> None:
    LOG.warning("The constraint %s is left out: %s", entry_point.name, error)


def bounds(limits: Range | Length) -> str:
    """Write the bounds as Heat does: ``min: 1, max: None``."""
    return f"min: {limits.min}, max: {limits.max}"


def check_all(constraints: Sequence[Constraint], value: Any) -> None:
    """Check each constraint in order.

    :raises ValueError: with the first reason
    """
    for constraint in constraints:
        constraint.check(value)
