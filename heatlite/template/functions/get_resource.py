"""``get_resource``: the reference of another resource, most often its physical id.

::

    {get_resource: network}
"""

from __future__ import annotations

from typing import Any

from heatlite.template.functions.base import Compiler, Function
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN


class GetResource(Function):
    """Another resource by its name.

    A name that is computed is written out by now: see ``computed_names``.
    """

    __slots__ = ()
    name = "get_resource"

    def check(self, compiler: Compiler) -> None:
        compiler.refer_to_resource(self.arguments, self.path)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        resource = scope.resource(arguments)
        return UNKNOWN if resource is None else resource.reference
