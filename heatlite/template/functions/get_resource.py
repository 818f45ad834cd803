"""``get_resource``: the reference of another resource, usually its physical resource id.

::

    {get_resource: network}
"""

from __future__ import annotations

from typing import Any

from heatlite.template.functions.base import Compiler, Function
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN


class GetResource(Function):
    """The reference of another resource.

    A computed name has been replaced by now: see ``computed_names``.
    """

    __slots__ = ()
    name = "get_resource"

    def check(self, compiler: Compiler) -> None:
        compiler.refer_to_resource(self.arguments, self.path)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        resource = scope.resource(arguments)
        return UNKNOWN if resource is None else resource.reference
