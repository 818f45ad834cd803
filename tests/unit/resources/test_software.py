"""Configs and deployments as plugins: what is kept, what a server is told, and what its signal makes of it."""

from __future__ import annotations

import email
from typing import Any

import pytest
import yaml

from heatlite.exception import StackValidationFailed, UserParameterMissing
from heatlite.resources.base import Resource
from heatlite.resources.builtin.cloud_config import CloudConfig
from heatlite.resources.builtin.multipart_mime import MultipartMime
from heatlite.resources.builtin.software_component import SoftwareComponent
from heatlite.resources.builtin.software_config import SoftwareConfig, StructuredConfig
from heatlite.resources.builtin.software_deployment import SoftwareDeployment
from heatlite.resources.builtin.structured_deployment import StructuredDeployment, with_values
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.software.derived import derived_inputs
from heatlite.resources.software.port import Config
from heatlite.resources.software.report import report_of
from heatlite.resources.software.testing import SoftwareInMemory
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import carried, drive, instance_of

UUID = "5ee4c1f0-7a5d-4e1c-9f3f-2f9c8a8b1d11"


def made(plugin: type[Resource], software: SoftwareInMemory, **properties: Any) -> Any:
    """An instance that was created, with the outcome."""
    instance = instance_of(plugin, properties, uuid=UUID, software=software)
    outcome = drive(plugin, "CREATE", instance=instance)
    assert isinstance(outcome, Done), outcome
    return carried(instance, outcome), outcome


def kept(plugin: type[Resource], **properties: Any) -> Config:
    """What a config's resource keeps."""
    software = SoftwareInMemory()
    made(plugin, software, **properties)
    return software.configs[UUID]


def test_a_config_keeps_what_is_said_and_nothing_else() -> None:
    config = kept(SoftwareConfig, config="echo", inputs=[{"name": "a"}], outputs=[{"name": "b"}], options={"o": 1})
    assert (config.group, config.config, config.options) == ("Heat::Ungrouped", "echo", {"o": 1})
    assert config.inputs == [{"name": "a", "type": "String"}]
    assert config.outputs == [{"name": "b", "type": "String", "error_output": False}]


def test_a_config_that_was_made_before_a_crash_is_found() -> None:
    software = SoftwareInMemory({UUID: Config("kept")})
    assert SoftwareConfig(instance_of(SoftwareConfig, {}, uuid=UUID, software=software)).find() == [UUID]
    assert SoftwareConfig(instance_of(SoftwareConfig, {}, uuid=UUID)).find() == []


def test_a_config_in_use_is_not_deleted_and_one_that_is_gone_is() -> None:
    software = SoftwareInMemory()
    instance, _ = made(SoftwareConfig, software, config="echo")
    software.in_use.add(UUID)
    assert isinstance(drive(SoftwareConfig, "DELETE", instance=instance), Failed)
    software.in_use.clear()
    assert isinstance(drive(SoftwareConfig, "DELETE", instance=instance), Done)
    assert isinstance(drive(SoftwareConfig, "DELETE", instance=instance), Done)


def test_a_cloud_config_is_yaml_behind_the_line_that_names_it() -> None:
    text = kept(CloudConfig, cloud_config={"packages": ["bash"], "name": "é"}).config
    assert text.startswith("#cloud-config\n")
    assert yaml.safe_load(text) == {"packages": ["bash"], "name": "é"}


def test_a_message_has_texts_configs_and_the_parts_of_other_messages() -> None:
    inner = "0f0e0d0c-0000-4000-8000-000000000001"
    software = SoftwareInMemory({inner: Config("inner", config="#!/bin/sh")})
    instance, _ = made(
        MultipartMime, software, parts=[{"config": inner}, {"config": "é", "filename": "run.sh", "subtype": "x-shell"}]
    )
    first = software.configs[UUID].config
    parts = email.message_from_string(first).get_payload()
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/x-shell"]
    assert parts[0].get_payload() == "#!/bin/sh"
    assert (parts[1].get_filename(), parts[1].get_payload(decode=True).decode()) == ("run.sh", "é")
    whole = kept(MultipartMime, parts=[{"config": first, "type": "multipart"}, {"config": "text", "type": "multipart"}])
    assert len(email.message_from_string(whole.config).get_payload()) == 2
    assert MultipartMime(instance).made() == software.configs[UUID]  # the same again after a crash


def test_a_component_has_one_config_for_an_action() -> None:
    config = kept(SoftwareComponent, configs=[{"config": "echo", "tool": "script", "actions": ["DELETE"]}])
    assert (config.group, config.config["configs"][0]["actions"]) == ("component", ["DELETE"])
    twice = [{"tool": "a"}, {"tool": "b", "actions": ["UPDATE"]}]
    with pytest.raises(StackValidationFailed, match="more than one configuration for the same action"):
        SoftwareComponent(instance_of(SoftwareComponent, {"configs": twice})).validate()


def test_a_component_says_itself_at_which_actions_it_is_applied() -> None:
    software = SoftwareInMemory()
    made(SoftwareComponent, software, configs=[{"config": "echo", "tool": "t", "actions": ["SUSPEND"]}])
    given = {"config": UUID, "server": "s", "signal_transport": "NO_SIGNAL"}
    instance = instance_of(SoftwareDeployment, given, uuid="d", software=software)
    outcome = drive(SoftwareDeployment, "CREATE", instance=instance)
    assert not software.orders
    drive(SoftwareDeployment, "SUSPEND", instance=carried(instance, outcome))
    assert software.orders["d"].action == "SUSPEND"


def test_inputs_are_the_configs_then_those_given_then_what_the_server_must_know() -> None:
    declared = [{"name": "a", "type": "Number", "default": 1}, {"name": "b", "type": "String"}]
    found = derived_inputs(declared, {"b": "x", "c": "y"}, {"deploy_action": "CREATE", "deploy_server_id": "s"})
    assert [(it["name"], it["value"]) for it in found] == [
        ("a", 1), ("b", "x"), ("c", "y"), ("deploy_server_id", "s"), ("deploy_action", "CREATE")
    ]  # fmt: skip


def test_a_deployment_waits_for_its_signal_and_has_the_outputs_as_attributes() -> None:
    software = SoftwareInMemory({"c": Config("c", "script", "echo", outputs=[{"name": "address"}])})
    instance = instance_of(SoftwareDeployment, {"config": "c", "server": "s"}, uuid=UUID, software=software)
    waiting = start(SoftwareDeployment(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    instance = carried(instance, waiting)
    assert isinstance(poll(SoftwareDeployment(instance), "CREATE", waiting.progress), Waiting)
    assert SoftwareDeployment(instance).handle_signal({"address": "::1"}) == f"deployment {UUID} succeeded"
    done = poll(SoftwareDeployment(instance), "CREATE", waiting.progress)
    assert isinstance(done, Done)
    assert done.attributes["address"] == "::1"
    assert SoftwareDeployment.read_attribute("run", done.attributes, "nothing", ()) is None


def test_an_input_that_wants_it_makes_another_deployment() -> None:
    inputs = [{"name": "a", "type": "String", "replace_on_change": True}, {"name": "b", "type": "String"}]
    software = SoftwareInMemory({"c": Config("c", "g", "echo", inputs)})
    given = {"config": "c", "server": "s", "signal_transport": "NO_SIGNAL", "input_values": {"a": 1, "b": 1}}
    instance, _ = made(SoftwareDeployment, software, **given)
    same = drive(SoftwareDeployment, "UPDATE", {**given, "input_values": {"a": 1, "b": 2}}, instance=instance)
    assert isinstance(same, Done)
    other = drive(SoftwareDeployment, "UPDATE", {**given, "input_values": {"a": 2, "b": 2}}, instance=instance)
    assert other == Replace()


def test_a_deployment_of_a_config_that_is_not_there_fails() -> None:
    instance = instance_of(SoftwareDeployment, {"config": "gone", "server": "s"}, software=SoftwareInMemory())
    failed = drive(SoftwareDeployment, "CREATE", instance=instance)
    assert isinstance(failed, Failed)
    assert "Software config with id gone not found" in failed.reason


def test_a_structured_config_has_values_in_place_of_inputs() -> None:
    software = SoftwareInMemory()
    made(StructuredConfig, software, config={"port": {"get_input": "port"}, "list": [{"get_input": "none"}, 1]})
    given = {"config": UUID, "server": "s", "signal_transport": "NO_SIGNAL", "input_values": {"port": 80}}
    instance = instance_of(StructuredDeployment, given, uuid="d", software=software)
    assert isinstance(drive(StructuredDeployment, "CREATE", instance=instance), Done)
    assert software.orders["d"].config.config == {"port": 80, "list": [None, 1]}
    with pytest.raises(UserParameterMissing, match="none"):
        with_values({"get_input": "none"}, {}, "get_input", is_strict=True)
    assert with_values({"get_input": "a", "b": 1}, {"a": 2}, "get_input", is_strict=True) == {"get_input": "a", "b": 1}


@pytest.mark.parametrize(
    ("details", "status", "reason"),
    [
        ({}, "COMPLETE", "Outputs received"),
        ({"deploy_status_code": "0"}, "COMPLETE", "Outputs received"),
        (
            {"deploy_status_code": 3},
            "FAILED",
            "deploy_status_code : Deployment exited with non-zero status code: 3",
        ),
        ({"wrong": "no disk"}, "FAILED", "wrong : no disk"),
        ({"address": "::1"}, "COMPLETE", "Outputs received"),
    ],
)
def test_a_signal_says_what_came_of_it(details: dict[str, Any], status: str, reason: str) -> None:
    outputs = [{"name": "address"}, {"name": "wrong", "error_output": True}]
    said = report_of("d", details, outputs, {"before": 1})
    assert (said.status, said.status_reason) == (status, reason)
    assert said.output_values["before"] == 1
    assert {"deploy_stdout", "deploy_stderr", "deploy_status_code"} <= said.output_values.keys()
