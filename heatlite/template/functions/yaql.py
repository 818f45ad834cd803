"""``yaql``: an expression of the query language of that name, over some data.

::

    yaql:
      expression: $.data.sizes.sum()
      data: {sizes: {get_attr: [group, size]}}

An expression may loop forever, or contain a regular expression that does. So it is evaluated in a child process, which
can be killed (see ``yaql_process``).
"""

from __future__ import annotations

import contextlib
from typing import Any

from heatlite.exception import RequestLimitExceeded, dotted
from heatlite.template import yaql_process
from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.nodes import entries_of
from heatlite.template.scope import Scope


class Yaql(Function):
    """The result of a yaql expression over the data."""

    __slots__ = ()
    name = "yaql"
    separate = frozenset({"expression", "data"})

    def check(self, compiler: Compiler) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise self.wrong('Arguments to "yaql" must be a map')
        if "expression" not in entries or set(entries) - {"expression", "data"}:
            raise self.wrong('"yaql" needs an expression, and may have data: {expression: $.data.sum(), data: [3, 2]}')
        self.expect(entries["expression"], is_text, 'The "expression" argument to yaql must contain a string')
        if is_text(entries["expression"]):
            with contextlib.suppress(RequestLimitExceeded):  # the machine may be busy; the evaluation will tell
                self._ask(yaql_process.EVALUATOR.check, entries["expression"])

    def apply(self, arguments: Any, scope: Scope) -> Any:
        expression = arguments["expression"]
        if not is_text(expression):
            raise self.wrong('The "expression" argument to yaql must contain a string')
        return self._ask(yaql_process.EVALUATOR.evaluate, expression, arguments.get("data", {}))

    def _ask(self, question: Any, *args: Any) -> Any:
        try:
            return question(*args)
        except yaql_process.TookTooMuch as error:
            raise RequestLimitExceeded(message=f"{dotted(list(self.path))}: {error}") from None
        except yaql_process.BadExpression as error:
            raise self.wrong(f"Bad expression {error}") from None
