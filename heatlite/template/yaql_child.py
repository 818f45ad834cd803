"""The process that evaluates yaql: a line of JSON in, a line of JSON out, until there are no more.

It is started by ``yaql_process``, which ends it when an answer takes too long.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from heatlite.schema.child_process import serve


@functools.cache
def parser(iterations: int, memory: int) -> Any:
    """Yaql's parser with these limits."""
    import yaql

    return yaql.YaqlFactory().create({"yaql.limitIterators": iterations, "yaql.memoryQuota": memory})


@functools.cache
def root_context() -> Any:
    """Yaql's own functions."""
    import yaql

    return yaql.create_context()


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """The value of an expression; without data, whether it is one."""
    try:
        statement = parser(question["iterations"], question["memory"])(question["expression"])
        if "data" not in question:
            return {"value": None}
        value = statement.evaluate({"data": question["data"]}, root_context().create_child_context())
        return {"value": plain(value)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:1000]}


def plain(value: Any) -> Any:
    """A value as JSON has it: what yaql counts as a list is one."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    if hasattr(value, "__iter__"):
        return [plain(item) for item in value]
    raise ValueError(f"the value is a {type(value).__name__}, which no template can hold")


if __name__ == "__main__":
    serve(answer)
