"""The remaining arguments of a create or an update. Those that a client may not set are refused by name.

The fields are Heat's arguments, with their defaults. Heat's engines call one another by these same methods, so Heat has
arguments that only an engine may set. heat-api sends them with their defaults, and any other value is refused.
heatlite's engines begin nested stacks over a topic of their own (``engine.nested.endpoint``).
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
