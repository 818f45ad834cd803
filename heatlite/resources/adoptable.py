"""Adoptable data: the part of an export that a plugin may copy into its own data when it adopts a resource.

::

    client's adopt_stack_data ──▶ the new row's progress["adopt"]     as the client sent it; nothing acts on it
                                       │ resource_data: the keys that the type declares, with values that it allows
                                       ▼
                                  handle_adopt(resource_data) ──▶ the row's resource_data

A resource's data is the plugin's own memory, and partly the engine's: it records the operation of a nested stack, and
which of the stack's users belongs to which resource. A client that could write such keys could act as the engine.
Therefore a key that the type doesn't declare isn't copied, and no type can declare a key in ``OF_ENGINES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heatlite.resources.cloud import USER_ID
from heatlite.resources.nested.port import CHOSEN, OPERATION, TEMPLATE
from heatlite.resources.signing import ACCESS_KEY, SECRET_KEY, SIGNED_URL

STACK_NAME = "stack_name"
"""Key in the data of a resource whose nested stack another engine once made: the name that it gave to that stack."""
OF_ENGINES = frozenset({OPERATION, TEMPLATE, CHOSEN, STACK_NAME, USER_ID, ACCESS_KEY, SECRET_KEY, SIGNED_URL})
"""Keys that the engine acts on. A client's value is never stored under them."""
EXPORTED = ("name", "resource_id", "type", "action", "status")
"""The other facts in an export that a plugin may see."""

Check = Callable[[Any], bool]
Adoptable = Mapping[str, Check]
"""Key → function that tells whether the type itself could have written the value."""


def is_scalar(value: Any) -> bool:
    """Tell whether a value is a string, a number, a boolean or None."""
    return value is None or isinstance(value, str | int | float)


def is_text(value: Any) -> bool:
    """Tell whether a value is a string."""
    return isinstance(value, str)


def read_export(adoptable: Adoptable, export: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a plugin may see of the resource that it adopts.

    :param export: the export of the resource as the client sent it: values of any kind
    """
    given = export or {}
    facts = {name: given[name] for name in EXPORTED if is_scalar(given.get(name)) and name in given}
    data, metadata = given.get("resource_data"), given.get("metadata")
    kept = {
        key: data[key]
        for key, is_right in adoptable.items()
        if isinstance(data, Mapping) and key in data and key not in OF_ENGINES and is_right(data[key])
    }
    return {**facts, "metadata": metadata if isinstance(metadata, Mapping) else {}, "resource_data": kept}


def check_adoptable(adoptable: Adoptable) -> None:
    """Check the ``adoptable_data`` of a type.

    :raises TypeError: if a key belongs to the engine, or has no check
    """
    if taken := sorted(OF_ENGINES & adoptable.keys()):
        raise TypeError(f"adoptable_data names {', '.join(taken)}, which only the engine may write")
    if wrong := sorted(key for key, is_right in adoptable.items() if not callable(is_right)):
        raise TypeError(f"adoptable_data has no function to check {', '.join(wrong)}")
