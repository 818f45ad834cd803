"""What is stored of any type's properties is equal to itself when an engine reads it again: nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from heatlite.resources.openstack.fields import OldName
from heatlite.resources.properties import completed
from heatlite.resources.registry import Registry
from heatlite.resources.schema import PropertiesSchema, Property, Type

REGISTRY = Registry.load()
OLD_LIST = "l3_agent_id"
"""An old name for a list of one, which is translated by its type."""
LEAVES: Mapping[Type, Any] = {
    Type.STRING: "text",
    Type.INTEGER: 1,
    Type.NUMBER: 1.5,
    Type.BOOLEAN: True,
    Type.LIST: ["text"],
    Type.MAP: {"key": "text"},
    Type.ANY: "text",
}


def full(schema: PropertiesSchema) -> dict[str, Any]:
    """Return a value for every property at every depth, except under old names: so are checked properties."""
    return {name: None if name == OLD_LIST else value_for(wanted) for name, wanted in schema.items()}


def value_for(wanted: Property) -> Any:
    if isinstance(wanted, OldName):
        return None
    if isinstance(wanted.schema, Property):
        return [value_for(wanted.schema)]
    return LEAVES[wanted.type] if wanted.schema is None else full(wanted.schema)


@pytest.mark.parametrize("type_name", REGISTRY.names())
def test_what_was_checked_once_is_itself_when_it_is_read_again(type_name: str) -> None:
    plugin = REGISTRY.get(type_name)
    stored = full(plugin.properties_schema)
    assert plugin.completed_properties(stored) == stored


def test_maps_of_an_older_plugin_get_the_new_defaults_and_lose_what_is_no_more() -> None:
    inner = {"size": Property(Type.INTEGER, default=1), "kind": Property(Type.STRING)}
    schema = {
        "disks": Property(Type.LIST, schema=Property(Type.MAP, schema=inner)),
        "one": Property(Type.MAP, schema=inner),
    }
    stored = {"disks": [{"kind": "ssd", "colour": "red"}, {}], "one": None}
    assert completed(schema, stored) == {"disks": [{"size": 1, "kind": "ssd"}, {"size": 1, "kind": None}], "one": None}
