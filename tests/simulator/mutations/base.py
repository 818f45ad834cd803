"""What a mutation is, and the list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

from heatlite.db import resources

sa: Any = SimpleNamespace(
    select=lambda *columns: resources.sa.select(*columns),
    update=lambda table: resources.sa.update(table),
    true=lambda: resources.sa.true(),
)
"""In whatever language ``heatlite.db`` speaks just then."""
Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Mutation:
    """A slip. ``seeds``: within how many it must be noticed."""

    name: str
    seeds: int
    patches: Callable[[], Sequence[Patch]]

    @contextmanager
    def made(self) -> Iterator[None]:
        """Within this, heatlite has it."""
        with ExitStack() as stack:
            for target, name, replacement in self.patches():
                stack.enter_context(mock.patch.object(target, name, replacement))
            yield


MUTATIONS: list[Mutation] = []
DURING: ContextVar[Any] = ContextVar("during", default=None)
"""What a mutated function tells those that it calls; each task has its own."""


@contextmanager
def during(value: Any) -> Iterator[None]:
    """Within this, and in this task only, DURING is ``value``."""
    token = DURING.set(value)
    try:
        yield
    finally:
        DURING.reset(token)


def mutation(seeds: int) -> Callable[[Callable[[], Sequence[Patch]]], Callable[[], Sequence[Patch]]]:
    """Enter a function that gives patches into the list; its name is the mutation's."""

    def enter(patches: Callable[[], Sequence[Patch]]) -> Callable[[], Sequence[Patch]]:
        MUTATIONS.append(Mutation(patches.__name__.replace("_", " "), seeds, patches))
        return patches

    return enter
