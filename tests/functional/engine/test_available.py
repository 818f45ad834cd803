"""Types are there where the services are that they need: in lists, and in templates."""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.db.api import Database
from heatlite.db.settings import Settings
from heatlite.engine.ports.clouds import Clouds
from heatlite.resources.openstack.base import PROJECTS
from heatlite.resources.registry import Registry
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import template
from tests.memory_api import MemoryApi

HEAT = json.loads((pathlib.Path(__file__).parents[2] / "facts/heat27_types.json").read_text())
REGISTRY = Registry.load()
WIRE = {"auth_token": "gAAAA", "roles": ["member"]}


@pytest.fixture
def api() -> MemoryApi:
    """A cloud that has neutron and no nova."""
    return MemoryApi()


@pytest.fixture
def engine(api: MemoryApi, schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    shutil.copy(schema, tmp_path / "heatlite.sqlite3")
    database = Database(Settings(f"sqlite:///{tmp_path / 'heatlite.sqlite3'}"))
    yield Endpoint(database, clouds=Clouds(database, api.sessions()))
    database.dispose()


def create(engine: Endpoint, **resource: Any) -> None:
    body = template({"a": resource})
    engine.call("create_stack", stack_name="s", template=body, params=None, files=None, args={}, wire=WIRE)


def test_a_type_is_listed_where_its_service_is_in_the_catalogue(engine: Endpoint) -> None:
    listed = engine.call("list_resource_types", wire=WIRE)
    assert "OS::Neutron::Net" in listed
    assert "OS::Heat::Value" in listed
    assert "OS::Nova::KeyPair" not in listed
    assert "OS::Neutron::Trunk" not in listed  # the service is there, and its extension isn't


def test_a_cloud_with_all_services_has_all_types_that_heat_lists(engine: Endpoint, api: MemoryApi) -> None:
    api.catalogue = [it.replace("_", "-") for it in PROJECTS]
    aliases = {it for name in REGISTRY.names() if (it := getattr(REGISTRY.get(name), "extension", None))}
    api.objects["extensions"] = {it: {"alias": it} for it in aliases}
    heats = {name for name, it in HEAT.items() if it["status"] != "HIDDEN"}
    assert set(engine.call("list_resource_types", wire={**WIRE, "roles": ["admin"]})) == {*heats, "OS::Heat::Dummy"}


def test_every_type_is_listed_where_nobody_can_be_asked(engine: Endpoint) -> None:
    assert "OS::Nova::KeyPair" in engine.call("list_resource_types")


def test_a_template_with_a_type_whose_service_is_missing_is_refused(engine: Endpoint) -> None:
    said = "Service nova is not available for resource type OS::Nova::KeyPair, reason: .* not in service catalog"
    with pytest.raises(exception.ResourceTypeUnavailable, match=said):
        create(engine, type="OS::Nova::KeyPair", properties={"name": "key"})


def test_what_a_template_names_is_asked_for_as_whoever_sends_it(engine: Endpoint, api: MemoryApi) -> None:
    with pytest.raises(exception.StackValidationFailed, match=r"resources\.a\.properties\.network: .*nowhere"):
        create(engine, type="OS::Neutron::Port", properties={"network": "nowhere"})
    assert api.asked == [("GET", "/networks")]


def test_a_plan_asks_for_what_a_template_names_and_not_for_what_rows_have(engine: Endpoint, api: MemoryApi) -> None:
    value = {"type": "OS::Heat::Value", "properties": {"value": "nowhere"}}
    identity = engine.created("s", template({"a": value}))
    for network, asked in (({"get_attr": ["a", "value"]}, []), ("nowhere", [("GET", "/networks")])):
        wanted = template({"a": value, "b": {"type": "OS::Neutron::Port", "properties": {"network": network}}})
        given = {"stack_identity": identity, "template": wanted, "params": None, "files": None, "args": {}}
        with contextlib.suppress(exception.StackValidationFailed):
            reply = engine.call("plan_update", **given, wire=WIRE)
            assert [it["fate"] for it in reply["changes"]] == ["unchanged", "added"]
        assert api.asked == asked
