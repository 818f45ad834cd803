"""Options of a create or an update beside template and settings; what isn't supported yet is refused by name.

The fields are Heat's arguments, with their defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.engine.api.arguments import flag, mapping

UNSUPPORTED = {"owner_id": "A nested stack", "template_id": "A stored template"}


@dataclass(frozen=True)
class CreateOptions:
    """The rest of ``create_stack``. All but the first two are for stacks in stacks."""

    environment_files: list[str] | None = None
    files_container: str | None = None
    owner_id: str | None = None
    nested_depth: int = 0
    user_creds_id: int | None = None
    stack_user_project_id: str | None = None
    parent_resource_name: str | None = None
    template_id: int | None = None

    def check_supported(self) -> None:
        """:raises NotSupported: where the stack is to be a nested one"""
        refuse_nesting(self)


@dataclass(frozen=True)
class UpdateOptions:
    """The rest of ``update_stack``."""

    environment_files: list[str] | None = None
    files_container: str | None = None
    template_id: int | None = None

    def check_supported(self) -> None:
        """:raises NotSupported: where the stack is a nested one"""
        refuse_nesting(self)


def refuse_nesting(options: CreateOptions | UpdateOptions) -> None:
    """:raises NotSupported: where an option is given that only nested stacks have"""
    for name, feature in UNSUPPORTED.items():
        if getattr(options, name, None) is not None:
            raise exception.NotSupported(feature=f"{feature} ({name})")


def check_args(args: Any) -> Mapping[str, Any]:
    """The ``args`` of a create or an update, if they ask for nothing that isn't supported yet.

    :raises NotSupported: where they do
    :raises Invalid: where they are no map
    """
    args = mapping("args", args)
    flag("converge", args.get("converge") or False)
    return args
