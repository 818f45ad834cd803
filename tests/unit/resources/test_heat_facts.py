"""Each type that Heat 27 has as well takes and gives what Heat's does, or a table says why not.

``tests/facts/heat27_types.json`` are facts of Heat's types: names, types, defaults, constraints, what may be
updated, states of support. A difference is a line in ``tests/facts/differences.py``, with its reason; a line that no
difference needs is wrong too.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from heatlite.engine.api.type_schemas import constraint
from heatlite.resources.builtin import retired
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Property
from tests.facts.differences import DIFFERENCES

HEAT = json.loads((pathlib.Path(__file__).parents[2] / "facts/heat27_types.json").read_text())
REGISTRY = Registry.load()
BOTH = sorted(set(REGISTRY.names()) & set(HEAT))
COMPARED = ("type", "default", "required", "update_allowed", "immutable")


def ours(written: Property) -> dict[str, Any]:
    """A property of ours as the facts have Heat's."""
    said: dict[str, Any] = {"type": str(written.type)}
    if written.default is not None:
        said["default"] = written.default
    said |= {flag: True for flag in ("required", "update_allowed", "immutable") if getattr(written, flag)}
    if written.status != "SUPPORTED":
        said["status"] = written.status
    if written.constraints:
        shown = ({k: v for k, v in constraint(it).items() if k != "description"} for it in written.constraints)
        said["constraints"] = list(shown)
    if isinstance(written.schema, Property):
        said["schema"] = {"*": ours(written.schema)}
    elif written.schema is not None:
        said["schema"] = {name: ours(it) for name, it in written.schema.items()}
    return said


def differences(here: Mapping[str, Any], there: Mapping[str, Any], path: str) -> Iterator[str]:
    """The paths of what differs."""
    for name in sorted({*here, *there}):
        place = f"{path}.{name}" if path else name
        if name not in here or name not in there:
            yield place
        elif isinstance(here[name], Mapping) and isinstance(there[name], Mapping) and name != "default":
            yield from differences(here[name], there[name], place)
        elif alike(here[name]) != alike(there[name]):
            yield place


def alike(value: Any) -> str:
    """A value as a text that is equal where the values mean the same: constraints in any order."""
    if isinstance(value, list):
        return str(sorted(json.dumps(it, sort_keys=True) for it in value))
    return json.dumps(value, sort_keys=True)


def found(type_name: str) -> list[str]:
    """What differs in one type."""
    plugin, heat = REGISTRY.get(type_name), HEAT[type_name]
    properties = {name: ours(it) for name, it in plugin.properties_schema.items()}
    attributes = {name: {"type": str(it.type)} if it.type else {} for name, it in plugin.attributes_schema.items()}
    theirs = {name: {"type": it["type"]} if it.get("type") else {} for name, it in heat["attributes"].items()}
    return [
        *differences(properties, heat["properties"], "properties"),
        *differences(attributes, theirs, "attributes"),
        *(["status"] if plugin.support_status.status != heat["status"] else []),
    ]


@pytest.mark.parametrize("type_name", BOTH)
def test_a_type_is_as_heats_or_a_reason_is_told(type_name: str) -> None:
    told = {place for name, place in DIFFERENCES if name == type_name}
    assert set(found(type_name)) == told


def test_every_told_difference_is_of_a_type_that_both_have_and_has_a_reason() -> None:
    assert {name for name, _ in DIFFERENCES} <= set(BOTH)
    assert all(DIFFERENCES.values())


def test_every_type_that_heat_lists_is_listed() -> None:
    listed = {name for name in REGISTRY.names() if REGISTRY.get(name).support_status.status != "HIDDEN"}
    heats = {name for name, it in HEAT.items() if it["status"] != "HIDDEN"}
    assert heats - listed == set()
    assert listed - heats == {"OS::Heat::Dummy"}


@pytest.mark.parametrize("name", HEAT)
def test_every_type_of_heat_is_served(name: str) -> None:
    assert REGISTRY.get(name)


@pytest.mark.parametrize("name", sorted(retired.SHELLS))
def test_what_is_retired_is_hidden_in_heat_too_and_takes_anything(name: str) -> None:
    plugin = REGISTRY.get(name)
    assert HEAT[name]["status"] == plugin.support_status.status == "HIDDEN"
    assert name not in REGISTRY.names()
    assert plugin.checked_properties({"whatever": [1]}) == {}
    assert plugin.has_attribute("whatever")


def test_an_older_name_of_a_type_is_the_type_hidden() -> None:
    older, newer = REGISTRY.get("OS::Heat::SoftwareDeployments"), REGISTRY.get("OS::Heat::SoftwareDeploymentGroup")
    assert issubclass(older, newer)
    assert older is REGISTRY.get("OS::Heat::SoftwareDeployments")
    assert (older.support_status.status, newer.support_status.status) == ("HIDDEN", "SUPPORTED")
    assert issubclass(REGISTRY.get("OS::Magnum::BayModel"), REGISTRY.get("OS::Magnum::ClusterTemplate"))
    assert "OS::Magnum::BayModel" not in REGISTRY.names()
    assert "OS::Magnum::ClusterTemplate" in REGISTRY.names()


@pytest.mark.parametrize("name", retired.OLDER_NAMES)
def test_an_older_name_is_hidden_since_the_version_that_heat_says(name: str) -> None:
    status = REGISTRY.get(name).support_status
    assert (status.status, HEAT[name]["status"]) == ("HIDDEN", "HIDDEN")
    assert status.version == {"OS::Magnum::BayModel": "11.0.0"}.get(name, "7.0.0")
