"""``resource_facade``: a part of this stack's definition in the parent's template.

::

    {resource_facade: metadata}     # or deletion_policy, or update_policy
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.template.functions.base import Compiler, Function
from heatlite.template.scope import Scope

PARTS = ("metadata", "deletion_policy", "update_policy")


class ResourceFacade(Function):
    """A part of the parent resource's definition. A stack that isn't nested has none."""

    __slots__ = ()
    name = "resource_facade"
    parts: ClassVar[Mapping[str, str]] = {part: part for part in PARTS}

    def check(self, compiler: Compiler) -> None:
        if not isinstance(self.arguments, str) or self.arguments not in self.parts:
            raise self.wrong(f'Incorrect arguments to "{self.name}" should be one of: {", ".join(self.parts)}')
        compiler.use_anything()

    def apply(self, arguments: Any, scope: Scope) -> Any:
        if scope.facade is None:
            raise self.wrong(f'"{self.name}" is for templates of nested stacks, and this stack isn\'t nested')
        return scope.facade[self.parts[arguments]]
