"""No verdict is a matter of how fast the machine is: who waits does so until only a hang is left."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterator

import pytest

from tests.waiting import PATIENCE

TESTS = pathlib.Path(__file__).parents[1]
MEASURES = {"bench"}
"""Directories with no tests in them: what they come to is a figure."""
FILES = [it for it in sorted(TESTS.rglob("*.py")) if it.relative_to(TESTS).parts[0] not in MEASURES]


def number(node: ast.AST, known: dict[str, float]) -> float | None:
    """The value of an expression of numbers and the module's own names for numbers; None of any other."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id=name):
            return known.get(name)
        case ast.BinOp():
            sides = [it for it in (number(node.left, known), number(node.right, known)) if it is not None]
            return max(sides) if sides else None
    return None


def short_waits(source: str) -> Iterator[int]:
    """The lines on which ``wait_until`` gives up sooner than after PATIENCE."""
    tree, known = ast.parse(source), dict[str, float]()
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = number(statement.value, known)
            if value is not None:
                known[statement.targets[0].id] = value
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "wait_until":
            seconds = number(node.args[1], known) if len(node.args) > 1 else None
            if seconds is not None and seconds < PATIENCE:
                yield node.lineno


def test_every_wait_is_as_patient_as_any() -> None:
    found = [f"{it.relative_to(TESTS)}:{line}" for it in FILES for line in short_waits(it.read_text())]
    assert not found, f"take PATIENCE of tests/waiting.py, which only a hang reaches: {found}"


@pytest.mark.parametrize("seconds", ["20", "SOON", "2 * SOON", "SOON + 3.5"])
def test_a_short_wait_is_found(seconds: str) -> None:
    assert list(short_waits(f"SOON = 30\nwait_until(it, {seconds}, 'it')\nwait_until(it, PATIENCE, 'it')")) == [2]
