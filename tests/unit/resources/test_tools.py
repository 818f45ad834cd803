"""What an author is given on ``self``, and the defaults of what he may override."""

import dataclasses
import uuid

import pytest

from heatlite.exception import NotSupported, StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.jsonable import NotJson
from heatlite.resources.schema import Attribute, CacheMode, Property, Type
from heatlite.resources.testing import FakeClock, instance_of
from heatlite.resources.tools import physical_name

UNKNOWN = object()


class Server(Resource):
    properties_schema = {
        "flavor": Property(Type.STRING, default="small", update_allowed=True),
        "image": Property(Type.STRING),
        "network": Property(Type.STRING, immutable=True),
    }
    attributes_schema = {
        "address": Attribute("Where it is.", Type.STRING),
        "console": Attribute("Its last lines.", Type.STRING, CacheMode.NONE),
    }

    def resolve_attribute(self, name):
        return f"the {name}"


def server(**facts):
    return Server(instance_of(Server, **facts))


def test_the_facts_of_the_instance_are_on_self():
    clock = FakeClock(5.0)
    plugin = server(name="db", stack_name="s", project_id="p", metadata={"a": 1}, clock=clock)
    assert (plugin.name, plugin.stack_name, plugin.project_id) == ("db", "s", "p")
    assert plugin.metadata == {"a": 1}
    assert plugin.properties["flavor"] == "small"
    assert plugin.now() == 5.0


@pytest.mark.parametrize("view", ["properties", "metadata", "data"])
def test_the_facts_cannot_be_changed_by_accident(view):
    with pytest.raises(TypeError):
        getattr(server(), view)["flavor"] = "x"


def test_data_is_set_and_deleted_without_touching_the_instance():
    instance = instance_of(Server, data={"old": "1"})
    plugin = Server(instance)
    plugin.data_set("new", "2")
    assert plugin.data_delete("old")
    assert not plugin.data_delete("old")
    assert plugin.data == {"new": "2"}
    assert instance.data == {"old": "1"}


def test_data_that_another_process_could_not_read_is_refused_where_it_is_set():
    with pytest.raises(NotJson, match=r"Server data session\.socket is <object object"):
        server().data_set("session", {"socket": object()})


def test_a_physical_id_is_text():
    plugin = server()
    plugin.resource_id_set(17)
    assert plugin.resource_id == "17"
    plugin.resource_id_set(None)
    assert plugin.resource_id is None


def test_the_physical_name_tells_stack_resource_and_uuid():
    assert server().physical_resource_name() == "stack-web-evpcxm5sieib"


def test_a_long_physical_name_keeps_its_unique_end():
    identity = str(uuid.UUID(int=2**127 + 2**78, version=4))
    name = physical_name("stack" * 60, "web", identity, 40)
    assert len(name) == 40
    assert name.startswith("st-")
    assert name.endswith(physical_name("", "web", identity, None))


@pytest.mark.parametrize("limit", [4, 20, 255])
def test_a_physical_name_stays_within_its_limit(limit):
    assert len(physical_name("s" * 300, "web", str(uuid.UUID(int=7, version=4)), limit)) == limit


def test_a_limit_that_leaves_no_room_is_refused():
    with pytest.raises(ValueError, match="less than 4"):
        physical_name("stack", "web", str(uuid.UUID(int=7, version=4)), 3)


def test_the_next_check_is_never_in_the_past_nor_never():
    plugin = server()
    plugin.poll_in(-3)
    assert plugin.poll_after == 0.0
    with pytest.raises(ValueError, match="poll_in"):
        plugin.poll_in(float("nan"))


def test_a_property_that_holds_an_unknown_is_not_known():
    plugin = server(properties={"flavor": "a", "image": [UNKNOWN]}, unknown=UNKNOWN)
    assert plugin.known("flavor")
    assert not plugin.known("flavor", "image")


def test_a_property_error_has_its_place_in_the_template():
    error = server(name="db").property_error("flavor", "too small")
    assert isinstance(error, StackValidationFailed)
    assert str(error) == "Property error: resources.db.properties.flavor: too small"


def test_get_resource_gives_the_physical_id_or_the_name():
    assert server().reference() == "web"
    assert server(resource_id="id-1").reference() == "id-1"


def test_stored_attributes_leave_volatile_ones_out():
    assert server().resolve_attributes() == {"address": "the address"}
    assert Server.volatile_attributes() == {"console", "show"}


def test_a_template_may_ask_for_declared_attributes_and_show():
    assert Server.has_attribute("address")
    assert Server.has_attribute("show")
    assert not Server.has_attribute("adress")
    assert server().show() is None


def test_only_what_may_be_updated_changes_in_place():
    assert not server().needs_replacement({}, {}, frozenset({"flavor"}))
    assert server().needs_replacement({}, {}, frozenset({"flavor", "image"}))


def test_an_immutable_property_refuses_to_change_by_name_and_type():
    with pytest.raises(NotSupported, match=r"Update to properties network of web \(Acme::Server\)"):
        server(type_name="Acme::Server").needs_replacement({}, {}, frozenset({"network", "image"}))


def test_an_older_row_gets_the_defaults_of_newer_properties():
    row = dataclasses.replace(instance_of(Server), properties={"image": "x"})
    assert Server(row).properties == {"flavor": "small", "image": "x", "network": None}


@pytest.mark.parametrize("physical_id", ["x" * 256, "a\x00b"])
def test_a_physical_id_that_no_row_could_hold_is_refused(physical_id):
    with pytest.raises(ValueError, match="at most 255 characters"):
        server().resource_id_set(physical_id)
