"""What each argument of the client API, and each part of a request's context, may be: decided before a method sees it.

    text       a string of so many characters, that every database can write          names, ids, markers
    flag       true or false
    map        of that type, and of so many bytes; its method reads what is in it     filters, identities
    small      any JSON value of 64 KiB; its method knows the type                    numbers, tags, keys to sort by
    document   any JSON value of 1 MiB                                                signals, configs
    by option  any JSON value; the method compares it with ``max_template_size`` or ``max_environment_size``

1 MiB is what heat-api takes of a request in all, by default (``max_json_body_size``).

An argument that stands in no table here is refused, so that none is added without a type. What matters most is that no
look-up is ever handed something else than text: MariaDB compares a text with the number 0 by the text's leading digits,
and finds every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from heatlite import exception
from heatlite.db.column_types import is_unicode
from heatlite.engine.api.adopted import KEY as ADOPTED
from heatlite.engine.api.arguments import invalid
from heatlite.engine.api.options import OF_ENGINES
from heatlite.schema.sizes import weight

LONGEST_NAME = 255
LONGEST_TEXT = 65_535
"""Of what no column keeps, or a column for long texts: a token, a reason, a pattern."""
LARGEST_SMALL = 65_536
LARGEST_DOCUMENT = 1_048_576
"""Bytes of strings, and one for each value: see ``weight``."""
NOT_WRITABLE = "it holds a NUL character or half of a surrogate pair, which databases don't take"


def text(name: str, value: Any, longest: int = LONGEST_NAME) -> None:
    """:raises Invalid: where it isn't a text of so many characters, that every database can write"""
    if not isinstance(value, str):
        raise invalid(f"{name} must be a text, and is a {type(value).__name__}")
    if len(value) > longest:
        raise invalid(f'"{name}" should be no more than {longest} characters, and has {len(value)}')
    if "\x00" in value or not is_unicode(value):
        raise invalid(f"{name} can't be used: {NOT_WRITABLE}")


def flag(name: str, value: Any) -> None:
    """:raises Invalid: where it is neither true nor false"""
    if not isinstance(value, bool):
        raise invalid(f"{name} must be true or false, and is a {type(value).__name__}")


def list_of_texts(name: str, value: Any) -> None:
    """:raises HeatliteError: where it isn't a list of texts, or is too large"""
    small(name, value)
    if not isinstance(value, list):
        raise invalid(f"{name} must be a list, and is a {type(value).__name__}")
    for item in value:
        text(f"{name} must be a list of texts: one of them", item, LONGEST_TEXT)


def sized(name: str, value: Any, most: int) -> None:
    """:raises RequestLimitExceeded: where a value of any type is larger than so many bytes"""
    if (size := weight(value)) > most:
        raise exception.RequestLimitExceeded(message=f"{name} takes {size} bytes, and may take {most} at most.")


small = partial(sized, most=LARGEST_SMALL)
document = partial(sized, most=LARGEST_DOCUMENT)


def a_map(name: str, value: Any, most: int = LARGEST_DOCUMENT) -> None:
    """:raises HeatliteError: where it isn't a map, or is larger than so many bytes"""
    if not isinstance(value, Mapping):
        raise invalid(f"{name} must be a map, and is a {type(value).__name__}")
    sized(name, value, most)


def wishes(name: str, value: Any) -> None:
    """:raises RequestLimitExceeded: where it is too large, the data of an adoption left out: that has its own limit"""
    is_map = isinstance(value, Mapping)
    document(name, {key: item for key, item in value.items() if key != ADOPTED} if is_map else value)


def by_option(name: str, value: Any) -> None:
    """Leave it to the method, which compares it with the option that limits it."""


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
    "args": wishes,
    **dict.fromkeys(("template", "params", "files"), by_option),
    **dict.fromkeys(sorted(OF_ENGINES), small),  # refused by name in any case
}
"""Argument → what it may be; None is the same as leaving it out. Methods look at a new stack's name themselves."""

CONTEXT: Mapping[str, Check] = {
    **dict.fromkeys(("project_id", "tenant_id", "tenant", "username", "user", "region_name", "request_id"), text),
    **dict.fromkeys(("user_id", "trust_id"), partial(text, longest=64)),
    **dict.fromkeys(("password", "auth_token", "auth_url"), long_text),
    "roles": list_of_texts,
}
"""Part of a request's context → what it may be. heat-api fills them in; others than these are of no account."""


def check(arguments: Mapping[str, Any]) -> None:
    """Look at a call's arguments.

    :raises HeatliteError: naming the first that is of a wrong type, too large, or unknown
    """
    for name, value in arguments.items():
        if name not in ARGUMENTS:
            raise invalid(f"there is no argument {name!r:.80}")
        if value is not None:
            ARGUMENTS[name](name, value)


def check_context(wire: Mapping[str, Any]) -> None:
    """Look at who asks, as the request says it.

    :raises HeatliteError: naming the first part that is of a wrong type, or too large
    """
    for name, check_part in CONTEXT.items():
        if wire.get(name) is not None:
            check_part(f"the context's {name}", wire[name])
