"""The child process that evaluates yaql: one line of JSON in, one line of JSON out, until its input is closed.

``yaql_process`` starts it, and kills it when an answer takes too long.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Set
from typing import Any

from heatlite.schema.child_process import serve


@functools.cache
def parser(iterations: int, memory: int) -> Any:
    """Create yaql's parser with these limits."""
    import yaql

    return yaql.YaqlFactory().create({"yaql.limitIterators": iterations, "yaql.memoryQuota": memory})


@functools.lru_cache(maxsize=256)
def parsed(expression: str, iterations: int, memory: int) -> Any:
    """Parse an expression. The cache pays because each expression is checked first and evaluated later."""
    return parser(iterations, memory)(expression)


@functools.cache
def root_context() -> Any:
    """Create the context with yaql's own functions."""
    import yaql

    return yaql.create_context()


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate an expression; without data, only check that it is one."""
    try:
        statement = parsed(question["expression"], question["iterations"], question["memory"])
        if "data" not in question:
            return {"value": None}
        value = statement.evaluate({"data": question["data"]}, root_context().create_child_context())
        return {"value": plain(value)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:1000]}


def plain(value: Any) -> Any:
    """Convert a value to JSON's types. Every iterable becomes a list.

    A set, which ``keys()`` gives, is sorted. Its own order may differ in the next process, and the resource that has
    the list would be updated or replaced.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, Set):
        return sorted((plain(item) for item in value), key=json.dumps)
    if hasattr(value, "__iter__"):
        return [plain(item) for item in value]
    raise ValueError(f"the value is a {type(value).__name__}, which can't be part of a template")


if __name__ == "__main__":
    serve(answer)
