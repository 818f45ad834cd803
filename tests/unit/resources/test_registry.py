"""The registry: installed plugins are found, and a broken one costs only itself."""

from importlib.metadata import EntryPoint

import pytest

from heatlite.exception import EntityNotFound
from heatlite.resources.base import Resource
from heatlite.resources.builtin.dummy import Dummy
from heatlite.resources.builtin.value import Value
from heatlite.resources.registry import NAMESPACE, Registry
from heatlite.resources.schema import Property, Type

HERE = __name__
NOT_A_PLUGIN = "a string"


class WrongDefault(Resource):
    properties_schema = {"size": Property(Type.INTEGER, default="many")}


class WrongAttributes(Resource):
    attributes_schema = {"address": "where it is"}


class LetsIn(Resource):
    adoptable_data = {"user_id": bool, "value": bool}


class ChecksNothing(Resource):
    adoptable_data = {"value": True}


def entry_point(value, name="Acme::Thing"):
    return EntryPoint(name=name, value=value, group=NAMESPACE)


def test_the_builtin_types_are_installed():
    registry = Registry.load()
    assert {
        "OS::Heat::Dummy",
        "OS::Heat::None",
        "OS::Heat::RandomString",
        "OS::Heat::TestResource",
        "OS::Heat::Value",
    } <= set(registry.names())
    assert registry.get("OS::Heat::Dummy") is Dummy


def test_names_are_sorted():
    assert Registry({"b": Dummy, "a": Value}).names() == ["a", "b"]


def test_a_type_that_nobody_serves_is_not_found():
    with pytest.raises(EntityNotFound, match=r"The Resource Type \(Acme::Thing\) could not be found"):
        Registry({}).get("Acme::Thing")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("heatlite.no_such_module:Thing", "ModuleNotFoundError"),
        (f"{HERE}:NoSuchClass", "AttributeError"),
        (f"{HERE}:NOT_A_PLUGIN", "'a string' is not a subclass of heatlite.resources.base.Resource"),
        (f"{HERE}:WrongDefault", "Invalid default: Property error: size: Value 'many' is not an integer"),
        (f"{HERE}:LetsIn", "adoptable_data names user_id, which only the engine may write"),
        (f"{HERE}:ChecksNothing", "adoptable_data has no function to check value"),
        (f"{HERE}:WrongAttributes", "attribute address is 'where it is', not an Attribute"),
    ],
)
def test_a_broken_plugin_is_reported_and_left_out(caplog, value, complaint):
    good = entry_point("heatlite.resources.builtin.value:Value", "Acme::Value")
    registry = Registry.load_from([entry_point(value), good])
    assert registry.names() == ["Acme::Value"]
    (warning,) = (record for record in caplog.records if record.levelname == "WARNING")
    assert f"Resource plugin Acme::Thing ({value}) is ignored" in warning.message
    assert complaint in warning.message


@pytest.mark.parametrize("statement", ["assert False, 'wrong version'", "raise SystemExit(1)", "1 +"])
def test_a_module_that_breaks_when_imported_does_not_end_start_up(tmp_path, monkeypatch, caplog, statement):
    (tmp_path / "a_broken_plugin.py").write_text(statement)
    monkeypatch.syspath_prepend(tmp_path)
    assert Registry.load_from([entry_point("a_broken_plugin:Thing")]).names() == []
    assert "Acme::Thing" in caplog.text


def test_of_two_plugins_for_one_type_the_first_serves(caplog):
    registry = Registry.load_from(
        [
            entry_point("heatlite.resources.builtin.value:Value"),
            entry_point("heatlite.resources.builtin.dummy:Dummy"),
        ]
    )
    assert registry.get("Acme::Thing") is Value
    assert "another plugin serves Acme::Thing" in caplog.text
