"""Plugins in the style of Heat's under the adapter: what they find, what becomes of what they say, what is refused."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from heatlite.exception import NotSupported, StackValidationFailed
from heatlite.resources.heat_plugins import adapted
from heatlite.resources.heat_plugins.names import NotProvided
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.registry import check_plugin
from heatlite.resources.schema import CacheMode, Type
from heatlite.resources.siblings import Sibling
from heatlite.resources.steps import assess_update, poll, start
from heatlite.resources.testing import carried, drive, instance_of

LAMPS = '''
from heat.common import exception
from heat.common.i18n import _
from heat.engine import attributes, constraints, properties, resource, support, translation

SHELF = {}


class LampTooHot(exception.HeatException):
    msg_fmt = _("The lamp %(name)s has %(degrees)d degrees")


class Lamp(resource.Resource):
    """A lamp."""

    support_status = support.SupportStatus(version="5.0.0", status=support.UNSUPPORTED, message=_("at your own risk"))
    PROPERTIES = (NAME, WATTS, COLOURS, SOCKET) = ("name", "watts", "colours", "socket")
    properties_schema = {
        NAME: properties.Schema(properties.Schema.STRING, _("Its name."), update_allowed=True),
        WATTS: properties.Schema(
            properties.Schema.INTEGER, required=True, constraints=[constraints.Range(min=1, max=100)]
        ),
        COLOURS: properties.Schema(
            properties.Schema.LIST,
            default="",
            schema=properties.Schema(
                properties.Schema.MAP,
                schema={
                    "of": properties.Schema(
                        properties.Schema.STRING, constraints=[constraints.AllowedValues(["red", "green"])]
                    )
                },
            ),
        ),
        SOCKET: properties.Schema(properties.Schema.STRING, _("Its socket."), support_status=support.SupportStatus()),
    }
    attributes_schema = {
        "heat": attributes.Schema(_("How hot it is."), type=attributes.Schema.INTEGER),
        "broken": attributes.Schema(_("What nobody reads."), cache_mode=attributes.Schema.CACHE_NONE),
    }
    default_client_name = "lamps"
    entity = "lamps"

    def __init__(self, name, json_snippet, stack):
        super(Lamp, self).__init__(name, json_snippet, stack)
        self.made_for = stack.name

    def validate(self):
        super(Lamp, self).validate()
        if self.properties[self.WATTS] == 13:
            raise exception.StackValidationFailed(message=_("13 brings bad luck"))

    def handle_create(self):
        lamp = self.client().make(self.properties[self.NAME] or self.physical_resource_name())
        self.resource_id_set(lamp["id"])
        self.data_set("made_for", self.made_for, redact=True)
        return lamp["id"]

    def check_create_complete(self, lamp_id):
        lamp = self.client().lamps.get(lamp_id)
        if lamp["heat"] > 90:
            raise LampTooHot(name=self.name, degrees=lamp["heat"])
        if lamp["heat"] < 0:
            raise exception.ResourceInError(resource_status=self.FAILED, status_reason="ice")
        lamp["heat"] += 20
        return lamp["heat"] > 30

    def handle_update(self, json_snippet, tmpl_diff, prop_diff):
        if prop_diff.get(self.NAME) == "another":
            raise resource.UpdateReplace(self.name)
        self.client().lamps.get(self.resource_id)["name"] = prop_diff[self.NAME]

    def _resolve_attribute(self, name):
        return self.client().lamps.get(self.resource_id)[name]


class Shade(resource.Resource):
    properties_schema = {"lamp": properties.Schema(properties.Schema.STRING, required=True)}

    def handle_create(self):
        lamp = self.stack.resource_by_refid(self.properties["lamp"])
        self.data_set("on", [lamp.name, lamp.resource_id, lamp.data().get("made_for")])

    def handle_signal(self, details=None):
        self.data_set("signalled", details)

    def get_reference_id(self):
        return "shade of %s" % self.data()["on"][0]


class Stubborn(resource.Resource):
    def handle_create(self):
        return object()


class Socketed(resource.Resource):
    properties_schema = {"net": properties.Schema(properties.Schema.STRING)}

    def translation_rules(self, props):
        return [
            translation.TranslationRule(
                props,
                translation.TranslationRule.RESOLVE,
                ["net"],
                client_plugin=self.client_plugin("neutron"),
                finder="find_resourceid_by_name_or_id",
                entity="network",
            )
        ]

    def handle_create(self):
        self.resource_id_set(self.properties["net"])


def resource_mapping():
    return {"Acme::Lamp": Lamp, "Acme::Shade": Shade, "Acme::Stubborn": Stubborn, "Acme::Socketed": Socketed}
'''


class Gone(Exception):
    """What a client of a service raises."""

    http_status = 404


class Lamps:
    """A client as Heat's plugins have it."""

    def __init__(self, session: Any) -> None:
        self.session, self.lamps = session, self

    def make(self, name: str) -> dict[str, Any]:
        made = {"id": f"lamp-{len(SHELF) + 1}", "name": name, "heat": 0}
        return SHELF.setdefault(made["id"], made)

    def get(self, lamp_id: str) -> dict[str, Any]:
        return SHELF[lamp_id]

    def delete(self, lamp_id: str) -> None:
        if lamp_id not in SHELF:
            raise Gone
        del SHELF[lamp_id]


SHELF: dict[str, dict[str, Any]] = {}
CLOUD: Any = SimpleNamespace(session="a session", names=SimpleNamespace(id_of=lambda kind, name: f"{kind}/{name}"))


@pytest.fixture(autouse=True)
def _empty_shelf() -> None:
    SHELF.clear()


NUMBERS = itertools.count(1)


@pytest.fixture
def written(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a module, and returns its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(text: str) -> str:
        name = f"lamps_for_heat_{next(NUMBERS)}"
        (tmp_path / f"{name}.py").write_text(text)
        return name

    return write


@pytest.fixture
def types(written: Any) -> dict[str, Any]:
    return adapted(written(LAMPS), {"lamps": Lamps})


def test_its_schema_is_what_the_engine_reads(types: dict[str, Any]) -> None:
    lamp = types["Acme::Lamp"]
    check_plugin(lamp)
    schema = lamp.properties_schema
    assert (schema["watts"].type, schema["watts"].required, schema["name"].update_allowed) == (Type.INTEGER, True, True)
    assert (schema["colours"].default, schema["colours"].schema.schema["of"].type) == ([], Type.STRING)
    assert {it.cache_mode for it in lamp.attributes_schema.values()} == {CacheMode.NONE}  # resolved when they are read
    assert lamp.support_status.to_dict()["message"] == "at your own risk"
    with pytest.raises(StackValidationFailed, match="101 is out of range"):
        lamp.checked_properties({"watts": 101})
    with pytest.raises(StackValidationFailed, match='"blue" is not an allowed value'):
        lamp.checked_properties({"watts": 1, "colours": [{"of": "blue"}]})
    assert "heat" not in {name.partition(".")[0] for name in sys.modules}


def test_its_life(types: dict[str, Any]) -> None:
    lamp = types["Acme::Lamp"]
    instance = instance_of(lamp, {"watts": 40}, cloud=CLOUD, reads=frozenset({"heat"}))
    done = drive(lamp, "CREATE", instance=instance)
    assert isinstance(done, Done)
    assert (done.physical_id, done.data) == ("lamp-1", {"made_for": "stack"})
    assert done.attributes == {"heat": 40}  # and not the one that can't be resolved
    assert SHELF["lamp-1"]["name"].startswith("stack-web-")
    instance = carried(instance, done)
    assert isinstance(drive(lamp, "UPDATE", {"watts": 40, "name": "new"}, instance=instance), Done)
    assert SHELF["lamp-1"]["name"] == "new"
    assert isinstance(drive(lamp, "UPDATE", {"watts": 40, "name": "another"}, instance=instance), Replace)
    after = lamp.checked_properties({"watts": 60})
    assert isinstance(assess_update(lamp(instance), instance.properties, after), Replace)
    for _ in range(2):
        assert isinstance(drive(lamp, "DELETE", instance=instance), Done)
    assert SHELF == {}


@pytest.mark.parametrize(
    ("heat", "reason"),
    [(99, "LampTooHot: resources.web: The lamp web has 99 degrees"), (-1, "ResourceInError: resources.web: Went to")],
)
def test_its_own_exceptions_are_the_reason(types: dict[str, Any], heat: int, reason: str) -> None:
    lamp = types["Acme::Lamp"]
    instance = instance_of(lamp, {"watts": 40}, cloud=CLOUD)
    waiting = start(lamp(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    SHELF["lamp-1"]["heat"] = heat
    failed = poll(lamp(carried(instance, waiting)), "CREATE", waiting.progress)
    assert isinstance(failed, Failed)
    assert failed.reason.startswith(reason)


def test_it_checks_its_properties_once_they_are_known(types: dict[str, Any]) -> None:
    lamp, unknown = types["Acme::Lamp"], object()
    with pytest.raises(StackValidationFailed, match="bad luck"):
        lamp(instance_of(lamp, {"watts": 13}, cloud=CLOUD)).validate()
    lamp(instance_of(lamp, {"watts": unknown}, unknown=unknown)).validate()


def test_it_finds_other_resources_of_its_stack(types: dict[str, Any]) -> None:
    lamp, shade = types["Acme::Lamp"], types["Acme::Shade"]
    there = Sibling("desk", lamp, {"watts": 40}, {}, {"made_for": "us"})
    siblings: Any = SimpleNamespace(
        by_reference=lambda it: there if it == "lamp-1" else None, by_name=lambda it: there if it == "desk" else None
    )
    for reference, found in (("lamp-1", "lamp-1"), ("desk", None)):
        done = drive(shade, "CREATE", instance=instance_of(shade, {"lamp": reference}, siblings=siblings))
        assert isinstance(done, Done)
        assert (done.data["on"], done.reference) == (["desk", found, "us"], "shade of desk")


def test_a_signal_reaches_it(types: dict[str, Any]) -> None:
    shade = types["Acme::Shade"](instance_of(types["Acme::Shade"], {"lamp": "x"}))
    shade.handle_signal({"a": 1})
    assert shade.data["signalled"] == {"a": 1}


def test_a_name_becomes_an_id_as_its_translation_rules_ask(types: dict[str, Any]) -> None:
    plugin = types["Acme::Socketed"]
    done = drive(plugin, "CREATE", instance=instance_of(plugin, {"net": "private"}, cloud=CLOUD))
    assert isinstance(done, Done)
    assert done.physical_id == "neutron.network/private"


def test_what_is_not_json_between_two_steps_fails(types: dict[str, Any]) -> None:
    failed = drive(types["Acme::Stubborn"], "CREATE", {})
    assert isinstance(failed, Failed)
    assert "progress" in failed.reason


def test_a_client_that_nobody_gave_is_asked_for_by_its_name(written: Any) -> None:
    lamp = adapted(written(LAMPS))["Acme::Lamp"]
    instance = dataclasses.replace(instance_of(lamp, {"watts": 1}), cloud=CLOUD)
    failed = drive(lamp, "CREATE", instance=instance)
    assert isinstance(failed, Failed)
    assert "a client of lamps; give adapted() a function that makes it" in failed.reason


@pytest.mark.parametrize("line", ["from heat.engine.resources import stack_resource", "import heat.engine.clients"])
def test_what_is_not_provided_is_told(written: Any, line: str) -> None:
    with pytest.raises(NotProvided, match=r"heat\.engine\.\w+ is a part of Heat that plugins can't use in heatlite"):
        adapted(written(line))
    assert "heat" not in sys.modules


def test_a_rule_that_is_not_supported_is_told(written: Any) -> None:
    text = LAMPS.replace("TranslationRule.RESOLVE", "TranslationRule.DELETE")
    plugin = adapted(written(text))["Acme::Socketed"]
    with pytest.raises(NotSupported, match="A translation rule Delete of net"):
        _ = plugin(instance_of(plugin, {"net": "private"}, cloud=CLOUD)).inner
