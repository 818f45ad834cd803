"""Options of a create or an update beside template and settings; what a client may not say is refused by name.

The fields are Heat's arguments, with their defaults. Heat's engines call one another by these same methods, and so Heat
has arguments that only an engine may set: heat-api sends them with their defaults, and another value comes from nobody
who may say it. heatlite's engines have a topic of their own for that (``engine.nested.endpoint``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from heatlite.engine.api.arguments import flag, invalid, mapping

OF_ENGINES = frozenset(
    {"owner_id", "nested_depth", "user_creds_id", "stack_user_project_id", "parent_resource_name", "template_id"}
)
"""Heat's arguments by which an engine begins a nested stack."""
OF_ENGINES_IN_ARGS = OF_ENGINES | {
    "nested_operation", "child_id", "operation_id", "follows", "facade", "deadline", "collects_later"
}  # fmt: skip
"""What ``args`` may not say either: the same, and the words of heatlite's own messages, also of earlier versions."""


@dataclass(frozen=True)
class CreateOptions:
    """The rest of ``create_stack``. All but the first two have no other value than their default."""

    environment_files: list[str] | None = None
    files_container: str | None = None
    owner_id: None = None
    nested_depth: int = 0
    user_creds_id: None = None
    stack_user_project_id: None = None
    parent_resource_name: None = None
    template_id: None = None

    def check_allowed(self) -> None:
        """:raises Invalid: where something is said that only an engine may say"""
        check_allowed(self)


@dataclass(frozen=True)
class UpdateOptions:
    """The rest of ``update_stack``."""

    environment_files: list[str] | None = None
    files_container: str | None = None
    template_id: None = None

    def check_allowed(self) -> None:
        """:raises Invalid: where something is said that only an engine may say"""
        check_allowed(self)


def check_allowed(options: CreateOptions | UpdateOptions) -> None:
    """:raises Invalid: where an argument has a value that only an engine may give it, with its name"""
    for field in fields(options):
        value = getattr(options, field.name)
        if field.name in OF_ENGINES and (value != field.default or type(value) is not type(field.default)):
            raise of_engines(field.name)


def check_args(args: Any) -> Mapping[str, Any]:
    """The ``args`` of a create or an update, if they say nothing that only an engine may say.

    :raises Invalid: where they do, or are no map
    """
    args = mapping("args", args)
    for name in sorted(OF_ENGINES_IN_ARGS & args.keys()):
        raise of_engines(f"args.{name}")
    flag("converge", args.get("converge") or False)
    return args


def of_engines(name: str) -> Exception:
    """The error for an argument of engines' in a client's call, to be raised by the caller."""
    return invalid(f"{name} is set by an engine for a nested stack, and not by a client: leave it out")
