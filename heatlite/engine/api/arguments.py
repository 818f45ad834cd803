"""Arguments: what a client says beside the template, read from the wire and refused with a name where it is wrong.

Whatever arrives is a plain JSON value of any kind, since only heat-api looks at it before; what leaves here is typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from heatlite import exception
from heatlite.engine.common.operation_options import Wishes

LONGEST_TAG = 80
MOST_TAGS = 100
"""Tags that a stack may have, and each filter by tags."""
LARGEST_NUMBER = 2**31 - 1
"""What an integer column holds on every database."""

Collected = TypeVar("Collected")

BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class StackIdentity:
    """A stack as clients name it once they have identified it. ``path`` is for parts of a stack, and empty here."""

    tenant: str
    stack_name: str
    stack_id: str
    path: str = ""


def stack_identity(value: Any) -> StackIdentity:
    """The identity in a client's dict.

    :raises Invalid: where it is something else
    """
    try:
        identity = StackIdentity(**value)
    except TypeError:
        raise invalid(f"a stack identity holds tenant, stack_name, stack_id and path, not {value!r:.80}") from None
    if not all(isinstance(part, str) for part in (identity.tenant, identity.stack_name, identity.stack_id)):
        raise invalid(f"the parts of a stack identity are strings, not {value!r:.80}")
    return identity


def wishes(args: Any, *, keep_tags: bool = False) -> Wishes:
    """The settings among the ``args`` of a create or an update; what isn't known there is left alone, as in Heat.

    :param keep_tags: tags that aren't sent stay as they are; otherwise they go
    :raises Invalid: where a value can't be what it is for
    """
    args = mapping("args", args)
    tags = None if args.get("tags") is None else tag_list("tags", args["tags"])
    return Wishes(
        timeout_mins=timeout(args.get("timeout_mins")),
        disable_rollback=flag("disable_rollback", args["disable_rollback"]) if "disable_rollback" in args else None,
        tags=tags if tags is not None or keep_tags else (),
        converge=flag("converge", args.get("converge") or False),
    )


def collected(kind: Callable[..., Collected], given: Mapping[str, Any]) -> Collected:
    """Arguments as the value that they are the fields of.

    :raises Invalid: where one isn't
    """
    try:
        return kind(**given)
    except TypeError as error:
        raise invalid(str(error)) from None


def mapping(name: str, value: Any) -> Mapping[str, Any]:
    """A map; nothing is an empty one.

    :raises Invalid: where it is something else
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid(f"{name} must be a map, and is a {type(value).__name__}")
    return value


def timeout(value: Any) -> int | None:
    """Minutes that an operation may take; 0 and nothing leave it to the engine.

    :raises Invalid: where it isn't a number of minutes
    """
    try:
        return whole_number("timeout_mins", value) or None
    except exception.Invalid:
        reason = f"Invalid timeout value {value!r:.40}: timeout_mins is a whole number of minutes, or 0 for the default"
        raise invalid(reason) from None


def whole_number(name: str, value: Any) -> int | None:
    """A number from 0 up, which may be spelled as text; nothing is None.

    :raises Invalid: where it is something else
    """
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_NUMBER)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
        raise invalid(f"{name} must be a whole number from 0 to {LARGEST_NUMBER}, and is {value!r:.40}")
    return value


def flag(name: str, value: Any) -> bool:
    """True or false, which may be spelled as text in any case of letters.

    :raises Invalid: where it is something else
    """
    known = BOOLEANS.get(str(value).lower())
    if known is None:
        raise invalid(f'Unrecognized value "{value!s:.40}" for "{name}", acceptable values are: true, false')
    return known


def tag_list(name: str, value: Any) -> list[str]:
    """Tags: strings without a comma, each once.

    :raises Invalid: where one isn't, or is too long; or where there are more than ``MOST_TAGS``
    """
    if not isinstance(value, list):
        raise invalid(f"Invalid {name}, not a list: {value!r:.80}")
    if len(value) > MOST_TAGS:
        raise invalid(f"Invalid {name}: there may be {MOST_TAGS} tags, and there are {len(value)}")
    for tag in value:
        if not isinstance(tag, str):
            raise invalid(f'Invalid tag, "{tag!s:.80}" is not a string')
        if len(tag) > LONGEST_TAG:
            raise invalid(f'Invalid tag, "{tag}" is longer than {LONGEST_TAG} characters')
        if "," in tag or "\x00" in tag:
            raise invalid(f"Invalid tag, {tag!r} contains a comma or a NUL")
    return list(dict.fromkeys(value))


def invalid(reason: str) -> exception.Invalid:
    """The error for an argument that is wrong, to be raised by the caller."""
    return exception.Invalid(reason=reason)
