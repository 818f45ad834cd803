"""Adoptable data: what of an export a type lets into its own data, where another stack's resource is taken over.

::

    client's adopt_stack_data ──▶ the new row's progress["adopt"]     as it was sent; nothing acts by it
                                       │ resource_data: the keys that the type declares, with values that it allows
                                       ▼
                                  handle_adopt(resource_data) ──▶ the row's resource_data

A resource's data is the plugin's own memory, and some of it the engine's: which operation a nested stack is at, which
user of the stack's is whose. Whoever could write that could act as the engine. So a key that isn't declared isn't
copied, and what ``OF_ENGINES`` names can't be declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heatlite.resources.cloud import USER_ID
from heatlite.resources.nested.port import CHOSEN, OPERATION, TEMPLATE
from heatlite.resources.signing import ACCESS_KEY, SECRET_KEY, SIGNED_URL

STACK_NAME = "stack_name"
"""In the data of a resource whose nested stack another engine once made: the name that it gave it."""
OF_ENGINES = frozenset({OPERATION, TEMPLATE, CHOSEN, STACK_NAME, USER_ID, ACCESS_KEY, SECRET_KEY, SIGNED_URL})
"""Keys by which an engine acts for a resource: no client's value gets under them."""
SAID = ("name", "resource_id", "type", "action", "status")
"""What else an export says of a resource, and a plugin may know."""

Check = Callable[[Any], bool]
Adoptable = Mapping[str, Check]
"""Key → whether a value is one that the type itself could have written."""


def is_scalar(value: Any) -> bool:
    """Whether a value is a text, a number, true, false or nothing."""
    return value is None or isinstance(value, str | int | float)


def is_text(value: Any) -> bool:
    """Whether a value is a text."""
    return isinstance(value, str)


def taken_over(adoptable: Adoptable, said: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a plugin is told of the resource that it is to take over.

    :param said: what an export says of it, as a client sent it: values of any kind
    """
    given = said or {}
    told = {name: given[name] for name in SAID if is_scalar(given.get(name)) and name in given}
    data, metadata = given.get("resource_data"), given.get("metadata")
    kept = {
        key: data[key]
        for key, is_right in adoptable.items()
        if isinstance(data, Mapping) and key in data and key not in OF_ENGINES and is_right(data[key])
    }
    return {**told, "metadata": metadata if isinstance(metadata, Mapping) else {}, "resource_data": kept}


def check_adoptable(adoptable: Adoptable) -> None:
    """Check what a type declares.

    :raises TypeError: where a key is an engine's, or has no check
    """
    if taken := sorted(OF_ENGINES & adoptable.keys()):
        raise TypeError(f"adoptable_data names {', '.join(taken)}, which engines keep for themselves")
    if wrong := sorted(key for key, is_right in adoptable.items() if not callable(is_right)):
        raise TypeError(f"adoptable_data says of {', '.join(wrong)} no function that checks a value")
