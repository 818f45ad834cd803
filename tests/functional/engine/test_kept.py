"""What an engine keeps at hand of templates: by how much they hold, not by how many they are."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.context import EngineContext
from heatlite.db import stacks
from heatlite.engine.definitions.traversals import LARGE_ONES_KEPT, RESOURCES_KEPT, weight
from tests.functional.engine.endpoint import Endpoint, opened
from tests.story import hot, resource


@pytest.fixture
def endpoint(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    with opened(schema, tmp_path / "kept.sqlite", max_resources_per_stack=-1) as endpoint:
        yield endpoint


def kept(endpoint: Endpoint, size: int, number: int) -> list[bool]:
    """Of so many stacks of a size, made one after the other: whether its template is at hand in the end."""
    made: list[dict[str, Any]] = []
    for version in range(number):
        template = hot(**{f"r{it}": resource(f"{version}-{it}") for it in range(size)})
        made.append(endpoint.created(f"web-{version}", template))
    context = EngineContext(endpoint.database)
    found = [stacks.get(context, identity["stack_id"]) for identity in made]
    return [endpoint.shared.library.known(it.raw_template_id) is not None for it in found if it is not None]


def test_as_many_templates_are_kept_as_hold_so_many_resources_together(endpoint: Endpoint) -> None:
    size = RESOURCES_KEPT // 5
    assert kept(endpoint, size, 6) == [False, False, True, True, True, True]


def test_a_few_templates_are_kept_however_large_they_are(endpoint: Endpoint) -> None:
    found = kept(endpoint, RESOURCES_KEPT // 2, LARGE_ONES_KEPT + 1)
    assert found == [False] + [True] * LARGE_ONES_KEPT
    assert LARGE_ONES_KEPT * weight(1_000_000) <= RESOURCES_KEPT
