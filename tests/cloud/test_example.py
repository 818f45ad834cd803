"""The plugin guide's example of a cloud type through its life in a real Neutron; see test_types."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

import pytest

from heatlite.resources.outcomes import Done
from tests.cloud.life import REGISTRY, reference
from tests.cloud.reached import Reached

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "heatlite-plugin-cloud"
TYPE = "Example::Neutron::AddressGroup"


@pytest.fixture
def _example(monkeypatch: pytest.MonkeyPatch, cloud: Reached) -> Any:
    cloud.requires("neutron")
    monkeypatch.setattr(sys, "path", [str(EXAMPLE), *sys.path])
    from heatlite_addresses.group import AddressGroup

    monkeypatch.setattr("tests.cloud.life.REGISTRY", REGISTRY.with_others({TYPE: AddressGroup}))


@pytest.mark.usefixtures("_example")
def test_a_group_of_addresses(lives: Any, cloud: Reached) -> None:
    given = ["192.0.2.0/28", "198.51.100.7/32"]
    group = lives(TYPE, name="office", description="of us", addresses=given)
    assert (group.seen()["description"], sorted(group.seen()["addresses"])) == ("of us", given)
    assert isinstance(group.update(name="home", description=None, addresses=["10.0.0.0/8", given[0]]), Done)
    assert [group.seen()[it] for it in ("name", "description")] == ["home", ""]
    assert sorted(group.seen()["addresses"]) == ["10.0.0.0/8", given[0]]
    assert isinstance(group.run("CHECK"), Done)
    unnamed = lives(TYPE)
    assert unnamed.find_existing() == [reference(unnamed)]
