"""Turn a client's arguments, other than the template, into typed values. An error names the argument that is wrong.

An argument arrives as an untyped JSON value: only heat-api has looked at it before.

Heat's engines begin nested stacks by the same methods as clients, so Heat has arguments that only an engine may set.
heat-api sends them with their defaults, and any other value is refused by name. heatlite's engines begin nested stacks
over a topic of their own (``engine.nested.endpoint``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from heatlite import exception
from heatlite.engine.common.operation_options import OperationOptions

LONGEST_TAG = 80
MOST_TAGS = 100
"""Number of tags that a stack may have, and that a filter by tags may name."""
LARGEST_NUMBER = 2**31 - 1
"""The largest number that an integer column holds on every database."""

Collected = TypeVar("Collected")

BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class StackIdentity:
    """A stack's identity, by which clients name it. ``path`` names a part of a stack; it is empty for a whole stack."""

    tenant: str
    stack_name: str
    stack_id: str
    path: str = ""


def stack_identity(value: Any) -> StackIdentity:
    """Return the identity in a client's dict.

    :raises Invalid: when the value is something else
    """
    try:
        identity = StackIdentity(**value)
    except TypeError:
        raise invalid(f"a stack identity has tenant, stack_name, stack_id and path, not {value!r:.80}") from None
    if not all(isinstance(part, str) for part in (identity.tenant, identity.stack_name, identity.stack_id)):
        raise invalid(f"the parts of a stack identity must be strings, not {value!r:.80}")
    return identity


def operation_options(args: Any, *, keep_tags: bool = False) -> OperationOptions:
    """Return the operation options among the ``args`` of a create or update. Unknown keys are ignored, as in Heat.

    :param keep_tags: True: without new tags the stack keeps its tags. False: it loses them
    :raises Invalid: when a value is of a wrong type
    """
    args = mapping("args", args)
    tags = None if args.get("tags") is None else tag_list("tags", args["tags"])
    return OperationOptions(
        timeout_mins=timeout(args.get("timeout_mins")),
        disable_rollback=flag("disable_rollback", args["disable_rollback"]) if "disable_rollback" in args else None,
        tags=tags if tags is not None or keep_tags else (),
        converge=flag("converge", args.get("converge") or False),
    )


def collected(kind: Callable[..., Collected], given: Mapping[str, Any]) -> Collected:
    """Collect arguments into a value whose fields they are.

    :raises Invalid: when an argument isn't a field, or a field is missing
    """
    try:
        return kind(**given)
    except TypeError as error:
        raise invalid(str(error)) from None


def mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Check that a value is a map, and return it; None gives an empty map.

    :raises Invalid: when the value is something else
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid(f"{name} must be a map, not {type(value).__name__}")
    return value


def timeout(value: Any) -> int | None:
    """Return the minutes that an operation may take; None, for 0 or no value, means the engine's default.

    :raises Invalid: when the value isn't a number of minutes
    """
    try:
        return whole_number("timeout_mins", value) or None
    except exception.Invalid:
        reason = (
            f"Invalid timeout value {value!r:.40}: timeout_mins must be a whole number of minutes, or 0 for the default"
        )
        raise invalid(reason) from None


def whole_number(name: str, value: Any) -> int | None:
    """Return a whole number from 0 up, which may be written as text; None stays None.

    :raises Invalid: when the value is something else
    """
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_NUMBER)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
        raise invalid(f"{name} must be a whole number from 0 to {LARGEST_NUMBER}, not {value!r:.40}")
    return value


def flag(name: str, value: Any) -> bool:
    """Return True or False, which may be written as text, in upper or lower case.

    :raises Invalid: when the value is something else
    """
    known = BOOLEANS.get(str(value).lower())
    if known is None:
        raise invalid(f'Unrecognized value "{value!s:.40}" for "{name}", acceptable values are: true, false')
    return known


def tag_list(name: str, value: Any) -> list[str]:
    """Check a list of tags, and return it without duplicates. A tag is a string without a comma.

    :raises Invalid: when a tag is of a wrong form or too long, or there are more than ``MOST_TAGS``
    """
    if not isinstance(value, list):
        raise invalid(f"Invalid {name}, not a list: {value!r:.80}")
    if len(value) > MOST_TAGS:
        raise invalid(f"Invalid {name}: at most {MOST_TAGS} tags are allowed, and there are {len(value)}")
    for tag in value:
        if not isinstance(tag, str):
            raise invalid(f'Invalid tag, "{tag!s:.80}" is not a string')
        if len(tag) > LONGEST_TAG:
            raise invalid(f'Invalid tag, "{tag}" is longer than {LONGEST_TAG} characters')
        if "," in tag or "\x00" in tag:
            raise invalid(f"Invalid tag, {tag!r} contains a comma or a NUL")
    return list(dict.fromkeys(value))


def invalid(reason: str) -> exception.Invalid:
    """Build the error for a wrong argument; the caller raises it."""
    return exception.Invalid(reason=reason)


OF_ENGINES = frozenset(
    {"owner_id", "nested_depth", "user_creds_id", "stack_user_project_id", "parent_resource_name", "template_id"}
)
"""Heat's arguments by which an engine begins a nested stack."""
OF_ENGINES_IN_ARGS = OF_ENGINES | {
    "nested_operation", "child_id", "operation_id", "follows", "facade", "deadline", "collects_later"
}  # fmt: skip
"""Keys that ``args`` may not have: the same arguments, and the words of heatlite's own messages, past and present."""


@dataclass(frozen=True)
class CreateOptions:
    """The remaining arguments of ``create_stack``. Only the first two may have a value other than their default."""

    environment_files: list[str] | None = None
    files_container: str | None = None
    owner_id: None = None
    nested_depth: int = 0
    user_creds_id: None = None
    stack_user_project_id: None = None
    parent_resource_name: None = None
    template_id: None = None

    def check_allowed(self) -> None:
        """Raise Invalid when an argument has a value that only an engine may set."""
        check_allowed(self)


@dataclass(frozen=True)
class UpdateOptions:
    """The remaining arguments of ``update_stack``."""

    environment_files: list[str] | None = None
    files_container: str | None = None
    template_id: None = None

    def check_allowed(self) -> None:
        """Raise Invalid when an argument has a value that only an engine may set."""
        check_allowed(self)


def check_allowed(options: CreateOptions | UpdateOptions) -> None:
    """Raise Invalid, with the argument's name, when it has a value that only an engine may set."""
    for field in fields(options):
        value = getattr(options, field.name)
        if field.name in OF_ENGINES and (value != field.default or type(value) is not type(field.default)):
            raise of_engines(field.name)


def check_args(args: Any) -> Mapping[str, Any]:
    """Check and return the ``args`` of a create or an update.

    :raises Invalid: when they aren't a map, or have a key that only an engine may set
    """
    args = mapping("args", args)
    for name in sorted(OF_ENGINES_IN_ARGS & args.keys()):
        raise of_engines(f"args.{name}")
    flag("converge", args.get("converge") or False)
    return args


def of_engines(name: str) -> Exception:
    """Build the error for an argument that only an engine may set; the caller raises it."""
    return invalid(f"{name} is set by an engine for a nested stack, and not by a client: leave it out")
