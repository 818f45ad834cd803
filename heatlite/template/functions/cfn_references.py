"""CloudFormation's references, where they differ from HOT's.

::

    {"Fn::GetAtt": [server, PublicIp]}      an attribute, without a path in it
    {Ref: size}                             in conditions: a parameter only, because there are no resources yet
"""

from __future__ import annotations

from typing import Any

from heatlite.exception import InvalidTemplateReference, UserParameterMissing, dotted
from heatlite.template.functions.base import Compiler, Function
from heatlite.template.functions.get_attr import GetAttr
from heatlite.template.nodes import items_of
from heatlite.template.scope import Scope


class GetAtt(GetAttr):
    """An attribute of another resource."""

    __slots__ = ()
    name = "Fn::GetAtt"

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise self.wrong(f'Arguments to "{self.name}" must be of the form [resource_name, attribute]')
        super().check(compiler)


class ParameterRef(Function):
    """The value of a parameter."""

    __slots__ = ()
    name = "Ref"

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, lambda it: isinstance(it, str), '"Ref" takes the name of a parameter here')
        if not isinstance(self.arguments, Function) and not compiler.has_parameter(self.arguments):
            raise InvalidTemplateReference(resource=self.arguments, key=dotted(list(self.path)))

    def apply(self, arguments: Any, scope: Scope) -> Any:
        if not isinstance(arguments, str) or arguments not in scope.parameters:
            raise UserParameterMissing(key=arguments)
        return scope.parameters[arguments]
