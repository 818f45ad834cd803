"""Evaluation of yaql in a child process, because nothing else limits its time.

::

    engine ──{"expression", "data", limits}──▶ child      see ``schema.child_process``
           ◀──{"value"} or {"error"}──────────

The library limits the number of items and its own estimate of the memory. But a regular expression that backtracks in C
knows no limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heatlite.schema.child_process import Children


@dataclass(frozen=True)
class Limits:
    """The limits of one expression. ``memory`` is in bytes, as yaql counts them."""

    iterations: int = 200
    memory: int = 10000
    seconds: float = 5.0


class BadExpression(Exception):
    """An expression that isn't valid, or failed. The message says which."""


class TookTooMuch(BadExpression):
    """An evaluation that had to be ended."""


class Evaluator:
    """Sends questions to child processes, one at a time to each."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._children = Children("heatlite.template.yaql_child")

    def check(self, expression: str) -> None:
        """Check that an expression is valid.

        :raises BadExpression: saying what is wrong
        """
        self._ask({"expression": expression})

    def evaluate(self, expression: str, data: Any) -> Any:
        """Evaluate an expression, and return its value as JSON.

        :raises BadExpression: when it fails; ``TookTooMuch`` when it takes too long or too much memory
        """
        return self._ask({"expression": expression, "data": data})

    def _ask(self, question: dict[str, Any]) -> Any:
        limits = {"iterations": self.limits.iterations, "memory": self.limits.memory}
        answer = self._children.ask({**question, **limits}, self.limits.seconds)
        if answer is None:
            raise TookTooMuch(f"that takes more than {self.limits.seconds:g} seconds, or too much memory")
        if "error" in answer:
            raise BadExpression(answer["error"])
        return answer["value"]

    def stop(self) -> None:
        """Kill the children."""
        self._children.stop()


EVALUATOR = Evaluator()
"""The evaluator of this process. Its ``limits`` may be set when the process starts."""
