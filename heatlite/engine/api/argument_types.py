"""The type and size of each argument of the client API, and of each part of a request's context.

    text       a string of limited length that every database can store               names, ids, markers
    flag       true or false
    map        a map of limited size; the method checks its content                   filters, identities
    small      any JSON value up to 64 KiB; the method checks its type                numbers, tags, sort keys
    document   any JSON value up to 1 MiB                                             signals, configs
    by option  any JSON value; the method compares it with ``max_template_size`` or ``max_environment_size``

They are checked before a method is called. heat-api accepts 1 MiB for a whole request, by default
(``max_json_body_size``).

An argument that is in no table here is refused, so that none is added without a type. Above all, a database look-up
must get text: MariaDB compares a text column with the number 0 by the text's leading digits, and matches every row
without any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from heatlite import exception
from heatlite.db.column_types import is_unicode
from heatlite.engine.api.arguments import OF_ENGINES, invalid
from heatlite.engine.api.submissions import ADOPTED
from heatlite.schema.sizes import weight

LONGEST_NAME = 255
LONGEST_TEXT = 65_535
"""Characters of a text that no column stores, or a column for long texts: a token, a reason, a pattern."""
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


def flag(name: str, value: Any) -> None:
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
            *("resource_name", "output_key", "type_name", "template_version", "template_type", "name"),
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
            "sync_call",
        ),
        flag,
    ),
    **dict.fromkeys(("filters", "input_values", "output_values"), a_map),
    "stack_identity": partial(a_map, most=LARGEST_SMALL),
    **dict.fromkeys(("tags", "tags_any", "not_tags", "not_tags_any", "ignorable_errors", "environment_files"), small),
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
