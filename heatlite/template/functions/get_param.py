"""``get_param``: the value of a parameter, or a part of it.

::

    {get_param: flavor}
    {get_param: [servers, 0, name]}      # the path may contain functions
"""

from __future__ import annotations

from typing import Any

from heatlite.exception import UserParameterMissing
from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.functions.descent import descend
from heatlite.template.nodes import items_of
from heatlite.template.scope import Scope


class GetParam(Function):
    """The value of a parameter. A path that leads nowhere gives ``""``."""

    __slots__ = ()
    name = "get_param"

    def check(self, compiler: Compiler) -> None:
        arguments = self.arguments
        if isinstance(arguments, Function):
            compiler.use_anything()
            return
        name, *keys = items_of(arguments) or [arguments]
        self.expect(name, lambda it: is_text(it) and it != "", 'Parameter name in "get_param" must be string')
        for key in keys:
            self.expect(key, _is_key, 'Path components in "get_param" must be strings')
        if isinstance(name, Function):
            compiler.use_anything()
        else:
            compiler.check_parameter(name, self.path)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        name, *keys = arguments if isinstance(arguments, list) and arguments else [arguments]
        if not isinstance(name, str):
            raise self.wrong('Parameter name in "get_param" must be string')
        if name not in scope.parameters:
            raise UserParameterMissing(key=name)
        return descend(scope.parameters[name], keys, missing="")


def _is_key(value: Any) -> bool:
    return isinstance(value, str | int)
