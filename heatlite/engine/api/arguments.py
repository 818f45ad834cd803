"""Check a client's arguments, and turn those other than the template into typed values. An error names the argument.

An argument arrives as an untyped JSON value, which at most heat-api has checked. So ``check`` verifies the type and the
size of each argument before a method is called, and the method turns it into a typed value.

    text       a string of limited length that every database can store               names, ids, markers
    boolean    true or false
    map        a map of limited size; the method checks its content                   filters, identities
    small      any JSON value up to 64 KiB; the method checks its type                numbers, tags, sort keys
    document   any JSON value up to 1 MiB                                             signals, configs
    by option  any JSON value; the method compares it with ``max_template_size`` or ``max_environment_size``

heat-api accepts 1 MiB for a whole request, by default (``max_json_body_size``). An argument that is in no table here is
refused, so that none is added without a type. Above all, a database look-up must get text: MariaDB compares a text
column with the number 0 by the text's leading digits, and matches every row without any.

Heat's engines begin nested stacks by the same methods as clients, so Heat has arguments that only an engine may set.
heat-api sends them with their defaults, and any other value is refused by name. heatlite's engines begin nested stacks
over a topic of their own (``engine.nested.endpoint``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, TypeVar

from heatlite import exception
from heatlite.db.column_types import is_unicode
from heatlite.db.records import StackRecord
from heatlite.engine.operations.operation_options import OperationOptions
from heatlite.schema.sizes import weight

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


def identity(stack: StackRecord, path: str = "") -> dict[str, Any]:
    """Return the identity of a stack, or of a part of it, such as ``/resources/web``, as clients get and send it."""
    return {"tenant": stack.tenant, "stack_name": stack.name, "stack_id": stack.id, "path": path}


def operation_options(args: Any, *, keep_tags: bool = False) -> OperationOptions:
    """Return the operation options among the ``args`` of a create or update. Unknown keys are ignored, as in Heat.

    :param keep_tags: True: without new tags the stack keeps its tags. False: it loses them
    :raises Invalid: when a value is of a wrong type
    """
    args = mapping("args", args)
    converge = flag("converge", args.get("converge") or False)
    tags = None if args.get("tags") is None else tag_list("tags", args["tags"])
    return OperationOptions(
        timeout_mins=timeout(args.get("timeout_mins")),
        disable_rollback=flag("disable_rollback", args["disable_rollback"]) if "disable_rollback" in args else None,
        tags=tags if tags is not None or keep_tags else (),
        converge=converge,
        refresh=flag("refresh", args.get("refresh", converge) or False),
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


def selectors(name: str, value: Any) -> tuple[str, ...]:
    """Return a list of names, tags or ids by which things are selected; None gives none.

    :raises Invalid: when it isn't a list of texts, or has more than ``MOST_TAGS``
    """
    if value is None:
        return ()
    list_of_texts(name, value)
    if len(value) > MOST_TAGS:
        raise invalid(f"Invalid {name}: at most {MOST_TAGS} are allowed, and there are {len(value)}")
    for item in value:
        text(name, item)
    return tuple(value)


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
    flag("refresh", args.get("refresh") or False)
    return args


def of_engines(name: str) -> Exception:
    """Build the error for an argument that only an engine may set; the caller raises it."""
    return invalid(f"{name} is set by an engine for a nested stack, and not by a client: leave it out")


LONGEST_NAME = 255
LONGEST_TEXT = 65_535
"""Characters of a text that no column stores, or a column for long texts: a token, a reason, a pattern."""
ADOPTED = "adopt_stack_data"
LARGEST_SMALL = 65_536
LARGEST_DOCUMENT = 1_048_576
"""Sizes are bytes of strings, and one byte for each value: see ``weight``."""
NOT_WRITABLE = "it has a NUL character or half of a surrogate pair, which databases can't store"


def text(name: str, value: Any, longest: int = LONGEST_NAME) -> None:
    """Raise Invalid when the value isn't a text, is longer than ``longest``, or can't be stored on every database."""
    if not isinstance(value, str):
        raise invalid(f"{name} must be a string, not {type(value).__name__}")
    if len(value) > longest:
        raise invalid(f'"{name}" should be no more than {longest} characters, and has {len(value)}')
    if "\x00" in value or not is_unicode(value):
        raise invalid(f"{name} can't be used: {NOT_WRITABLE}")


def boolean(name: str, value: Any) -> None:
    """Raise Invalid when the value is neither true nor false."""
    if not isinstance(value, bool):
        raise invalid(f"{name} must be true or false, not {type(value).__name__}")


def list_of_texts(name: str, value: Any) -> None:
    """Raise HeatliteError when the value isn't a list of texts, or is too large."""
    small(name, value)
    if not isinstance(value, list):
        raise invalid(f"{name} must be a list, not {type(value).__name__}")
    for item in value:
        text(f"{name} must be a list of strings: one of them", item, LONGEST_TEXT)


def sized(name: str, value: Any, most: int) -> None:
    """Raise RequestLimitExceeded when the value, of any type, is larger than ``most`` bytes."""
    if (size := weight(value)) > most:
        raise exception.RequestLimitExceeded(message=f"{name} takes {size} bytes; it may take at most {most}.")


small = partial(sized, most=LARGEST_SMALL)
document = partial(sized, most=LARGEST_DOCUMENT)


def a_map(name: str, value: Any, most: int = LARGEST_DOCUMENT) -> None:
    """Raise HeatliteError when the value isn't a map, or is larger than ``most`` bytes."""
    if not isinstance(value, Mapping):
        raise invalid(f"{name} must be a map, not {type(value).__name__}")
    sized(name, value, most)


def options(name: str, value: Any) -> None:
    """Raise RequestLimitExceeded when ``args`` are too large. The data of an adoption has its own limit."""
    is_map = isinstance(value, Mapping)
    document(name, {key: item for key, item in value.items() if key != ADOPTED} if is_map else value)


def by_option(name: str, value: Any) -> None:
    """Accept any value here: the method compares it with the option that limits it."""


Check = Callable[[str, Any], None]
long_text = partial(text, longest=LONGEST_TEXT)

ARGUMENTS: Mapping[str, Check] = {
    **dict.fromkeys(
        (
            *("resource_name", "new_name", "output_key", "type_name", "template_version", "template_type", "name"),
            *("group", "action", "status", "support_status", "heat_version", "updated_at", "digest", "sort_dir"),
            *("stack_id", "snapshot_id", "config_id", "deployment_id", "server_id", "physical_resource_id", "marker"),
            "files_container",
        ),
        text,
    ),
    **dict.fromkeys(("resource_status_reason", "status_reason"), long_text),
    **dict.fromkeys(
        (
            *("cast", "cancel_with_rollback", "show_nested", "resolve_outputs", "tenant_safe", "with_detail"),
            *("with_condition", "with_description", "show_deleted", "show_hidden", "abandon", "mark_unhealthy"),
            *("sync_call", "needed"),
        ),
        boolean,
    ),
    **dict.fromkeys(("filters", "input_values", "output_values"), a_map),
    **dict.fromkeys(("stack_identity", "target_identity"), partial(a_map, most=LARGEST_SMALL)),
    **dict.fromkeys(("tags", "tags_any", "not_tags", "not_tags_any", "ignorable_errors", "environment_files"), small),
    **dict.fromkeys(("names", "ids"), small),
    **dict.fromkeys(("limit", "nested_depth", "timeout", "back", "with_attr", "sort_keys", "stack_name"), small),
    **dict.fromkeys(("details", "config", "inputs", "outputs", "options", "going_on"), document),
    "args": options,
    **dict.fromkeys(("template", "params", "files"), by_option),
    **dict.fromkeys(sorted(OF_ENGINES), small),  # refused by name in any case
}
"""Argument → its check. None is the same as leaving the argument out. Methods check a new stack's name themselves."""

CONTEXT: Mapping[str, Check] = {
    **dict.fromkeys(("project_id", "tenant_id", "tenant", "username", "user", "region_name", "request_id"), text),
    **dict.fromkeys(("user_id", "trust_id"), partial(text, longest=64)),
    **dict.fromkeys(("password", "auth_token", "auth_url"), long_text),
    "roles": list_of_texts,
}
"""Part of a request's context → its check. heat-api fills these in; all other parts are ignored."""


def check(arguments: Mapping[str, Any]) -> None:
    """Check a call's arguments.

    :raises HeatliteError: when one is of a wrong type, too large or unknown; it names the first such argument
    """
    for name, value in arguments.items():
        if name not in ARGUMENTS:
            raise invalid(f"there is no argument {name!r:.80}")
        if value is not None:
            ARGUMENTS[name](name, value)


def check_context(wire: Mapping[str, Any]) -> None:
    """Check the request's context, which tells who sent the request.

    :raises HeatliteError: when a part is of a wrong type or too large; it names the first such part
    """
    for name, check_part in CONTEXT.items():
        if wire.get(name) is not None:
            check_part(f"the context's {name}", wire[name])
