"""Evaluate yaql in a process of its own, because nothing else bounds its time.

::

    engine ──{"expression", "data", limits}──▶ child      see ``schema.child_process``
           ◀──{"value"} or {"error"}──────────

The library bounds how many items an expression goes through and how much memory it believes to use, but a regular
expression that backtracks, in C, knows no limit.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from heatlite.schema.child_process import Children


@dataclass(frozen=True)
class Limits:
    """What one expression may cost. ``memory``: bytes, as yaql counts them."""

    iterations: int = 200
    memory: int = 10000
    seconds: float = 5.0


class BadExpression(Exception):
    """An expression that isn't one, or failed; the message says which."""


class TookTooMuch(BadExpression):
    """One whose evaluation had to be ended."""


class Evaluator:
    """Asks child processes, as many questions at a time as there are of them."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._children = Children("heatlite.template.yaql_child")

    def check(self, expression: str) -> None:
        """Whether this is an expression at all.

        :raises BadExpression: saying what it isn't
        """
        self._ask({"expression": expression})

    def evaluate(self, expression: str, data: Any) -> Any:
        """The expression's value, as JSON.

        :raises BadExpression: where it has none within the limits; ``TookTooMuch`` where it went on and on
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
        """End the children."""
        self._children.stop()


EVALUATOR = Evaluator()
"""The one of this process; ``limits`` may be set as it starts."""


@contextlib.contextmanager
def limited_to(limits: Limits) -> Any:
    """For a while, other limits."""
    before, EVALUATOR.limits = EVALUATOR.limits, limits
    try:
        yield
    finally:
        EVALUATOR.limits = before
