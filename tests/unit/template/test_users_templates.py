"""Templates that users of the convergence prototype have, unchanged: each must work as it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from heatlite.resources.properties import to_list
from heatlite.template import Template, load, parse, resolve
from tests.unit.template.build import World, bound

TEMPLATES = sorted(Path(__file__).with_name("poc").glob("*.yaml"))
LIMIT = 524288


def read(name: str) -> Template:
    return parse(load(Path(__file__).with_name("poc").joinpath(name).read_text(), LIMIT))


def test_there_are_templates_to_read() -> None:
    assert len(TEMPLATES) == 10


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_users_template_resolves_with_its_own_defaults(path: Path) -> None:
    template = parse(load(path.read_text(), LIMIT))
    world = World(bound(template))
    assert template.version == "2013-05-23"
    for resource in template.resources.values():
        properties = resolve(resource.properties, world)
        assert properties.get("length", properties.get("name_len")) in ("16", 32, 64)
        assert resource.requires <= set(template.resources)
        assert json.loads(json.dumps(properties)) == properties


def test_a_list_as_default_of_a_string_becomes_a_text_that_a_property_can_read() -> None:
    template = read("rs1.yaml")
    properties = resolve(template.resources["db_passwd"].properties, World(bound(template)))
    assert properties["character_classes"] == "[{'class': 'hexdigits', 'min': 4}]"
    assert to_list(properties["character_classes"]) == [{"class": "hexdigits", "min": 4}]
    assert properties["length"] == "16"


def test_of_a_resource_that_is_written_twice_the_last_one_counts() -> None:
    template = read("dummy-many-leaves.yaml")
    assert len(template.resources) == 21
    assert resolve(template.resources["E"].properties, World(bound(template))) == {"name_len": "16"}


def test_the_large_template_is_a_fan_out_from_one_resource() -> None:
    resources = read("1000-leaves.yaml").resources
    assert len(resources) == 1001
    assert [name for name, resource in resources.items() if not resource.requires] == ["C"]
    assert all(resource.requires == {"C"} for name, resource in resources.items() if name != "C")
    assert len({resource.definition_hash for resource in resources.values()}) == 1


def test_parsing_the_large_template_takes_no_longer_than_reading_its_text() -> None:
    text = Path(__file__).with_name("poc").joinpath("1000-leaves.yaml").read_text()
    raw = load(text, LIMIT)
    assert least_time_of(lambda: parse(raw)) < least_time_of(lambda: load(text, LIMIT))


def least_time_of(work: Callable[[], object]) -> float:
    """Seconds of processor time, the least of a few tries."""
    took = []
    for _ in range(5):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)
