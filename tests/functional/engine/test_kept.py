"""What an engine keeps at hand of templates: by how much they hold, not by how many they are."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.context import EngineContext
from heatlite.db import stacks
from heatlite.engine.definitions import provider, traversals
from heatlite.engine.definitions.traversals import LARGE_ONES_KEPT, RESOURCES_KEPT, weight
from heatlite.template import Mask
from tests.family import text
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


@pytest.mark.parametrize("where", ["files", "params"])
def test_a_small_template_counts_by_its_files_and_values_too(
    endpoint: Endpoint, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files and the values of its parameters are kept with it."""
    monkeypatch.setattr(traversals, "BYTES_A_RESOURCE", 16)
    large = "x" * 16 * RESOURCES_KEPT
    given = {"files": {"f": large}, "params": {"parameters": {"p": large}}}[where]
    declared = {"p": {"type": "string", "default": ""}}
    made = []
    for version in range(LARGE_ONES_KEPT + 2):
        template = {**hot(a=resource(str(version))), "parameters": declared}
        made.append(endpoint.created(f"web-{version}", template, **{where: given}))
    context, library = EngineContext(endpoint.database), endpoint.shared.library
    found = [stack for identity in made if (stack := stacks.get(context, identity["stack_id"])) is not None]
    assert [library.known(it.raw_template_id) is not None for it in found] == [False] * 2 + [True] * LARGE_ONES_KEPT
    assert sum(it.current_traversal in library._traversals for it in found) == LARGE_ONES_KEPT


def test_a_mask_gets_the_values_of_earlier_operations_until_it_is_large(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traversals, "LARGEST_MASK", 3000)
    template = {**hot(a=resource()), "parameters": {"p": {"type": "string", "hidden": True}}}
    identity = endpoint.created("web", template, params={"parameters": {"p": "1" * 1000}})
    context, sizes = EngineContext(endpoint.database), []
    for digit in "23456":
        endpoint.update(identity, template, params={"parameters": {"p": digit * 1000}})
        endpoint.settle()
        stack = stacks.get(context, identity["stack_id"])
        assert stack is not None
        mask = endpoint.shared.library.mask(context, stack)
        assert mask(digit * 1000) == "******"
        sizes.append(traversals.size_of_mask(mask))
    assert max(sizes) <= 3000
    assert sorted(sizes)[1] > 2000


def test_one_mask_is_kept_however_large_it_is() -> None:
    mask = Mask.of([f"{place:09}" for place in range(traversals.MASKS_KEPT // traversals.BYTES_A_VALUE // 50)])
    assert traversals.weight_of_mask(mask) < traversals.MASKS_KEPT // 2
    monster = Mask(frozenset({"x" * (2 * traversals.MASKS_KEPT)}))
    assert LARGE_ONES_KEPT * traversals.weight_of_mask(monster) <= traversals.MASKS_KEPT


def test_classes_of_files_are_kept_by_the_length_of_the_files() -> None:
    content = text(hot(a=resource()))
    classes = [provider.provider_class(f"{place}.yaml", content) for place in range(provider.CLASSES_KEPT // 2)]
    for number in range(provider.LARGE_ONES_KEPT + 1):
        last = provider.provider_class(f"large-{number}.yaml", f"{content}{' ' * provider.BYTES_A_CLASS * 100}")
    assert provider.provider_class(f"large-{number}.yaml", last.content) is last
    assert provider.provider_class("0.yaml", content) is not classes[0]
