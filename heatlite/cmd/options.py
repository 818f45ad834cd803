"""Conversion of option values to the engine's values. Pure."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from heatlite import exception

Record = dict[str, Any]


def key_values(given: list[str] | None, option: str, semicolons: bool = True) -> dict[str, Any]:
    """Convert ``["a=1", "b=2", "b=3"]`` to ``{"a": "1", "b": ["2", "3"]}``.

    A single item may contain several pairs, separated by semicolons, unless ``semicolons`` is False.

    :raises CommandError: when an item has no ``=``; it names ``option``
    """
    items = given or []
    if semicolons and len(items) == 1:
        items = [item for item in items[0].split(";") if item]
    values: dict[str, list[str]] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals:
            raise exception.CommandError(reason=f'{option} "{item}": write it as key=value')
        values.setdefault(key, []).append(value)
    return {key: found[0] if len(found) == 1 else found for key, found in values.items()}


@dataclass(frozen=True)
class SortKey:
    """A field to sort by, and whether its largest value comes first."""

    field: str
    descending: bool

    @property
    def direction(self) -> str:
        return "desc" if self.descending else "asc"


def sort_keys(given: list[str] | None, default_field: str) -> list[SortKey]:
    """Convert ``["name:desc,id"]`` to keys. ``:desc`` alone sorts by ``default_field``.

    :raises CommandError: for a direction other than ``asc`` and ``desc``
    """
    keys = []
    for item in ",".join(given or []).split(","):
        name, _, direction = item.strip().partition(":")
        if direction not in ("", "asc", "desc"):
            raise exception.CommandError(reason=f'--sort "{item}": the direction is asc or desc')
        if name or direction:
            field = name.strip().lower().replace(" ", "_") or default_field
            keys.append(SortKey(field, direction == "desc"))
    return keys


def sort_records(records: list[Record], keys: list[SortKey]) -> list[Record]:
    """Sort the records by the keys, the first key first. Empty values come first.

    :raises CommandError: for a key that no record has
    """
    for key in reversed(keys):
        if records and not any(key.field in record for record in records):
            known = ", ".join(sorted(records[0]))
            raise exception.CommandError(reason=f'--sort: there is no "{key.field}"; valid keys are {known}')
        records = sorted(records, key=sort_value(key.field), reverse=key.descending)
    return records


def sort_value(field: str) -> Callable[[Record], tuple[bool, str]]:
    """Return a key function for one field that also orders missing values."""

    def value(record: Record) -> tuple[bool, str]:
        found = record.get(field)
        return found is not None, str(found)

    return value


def positive_seconds(text: str) -> float:
    """Read a number of seconds above 0, as an argparse type."""
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return seconds


def words(text: str) -> list[str]:
    """Read words that are separated by commas, as an argparse type."""
    return [word.strip() for word in text.split(",") if word.strip()]


def stack_args(parsed_args: argparse.Namespace) -> Record:
    """Return the ``args`` that create and update share: ``timeout_mins`` and ``tags``, if given."""
    args: Record = {}
    if parsed_args.timeout:
        args["timeout_mins"] = parsed_args.timeout
    if parsed_args.tags:
        args["tags"] = words(parsed_args.tags)
    return args
