"""Software configs and deployments: kept, applied, signalled, forgotten; by clients and by resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import stack_projects
from tests.deployment import InProcess, in_process
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

INPUTS = [{"name": "port", "type": "Number", "default": 80}, {"name": "kind", "replace_on_change": True}]
OUTPUTS = [{"name": "address"}, {"name": "trouble", "error_output": True}]
CONFIG = {"type": "OS::Heat::SoftwareConfig",
          "properties": {"group": "script", "config": "echo", "inputs": INPUTS, "outputs": OUTPUTS}}  # fmt: skip


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    engine = in_process(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.stop()


@pytest.fixture
def story(deployment: InProcess) -> Story:
    return Story(deployment)


def deployed(**properties: Any) -> dict[str, Any]:
    """A template with a server, a config, and its deployment."""
    given = {"config": {"get_resource": "config"}, "server": {"get_resource": "server"}, **properties}
    deployment = {"type": "OS::Heat::SoftwareDeployment", "properties": given}
    outputs = {name: {"value": {"get_attr": ["run", name]}} for name in ("deploy_stdout", "address")}
    return hot({}, outputs, server={"type": "OS::Heat::DeployedServer"}, config=CONFIG, run=deployment)


def the_deployment(story: Story) -> dict[str, Any]:
    [found] = story.client.list_software_deployments(story.context)
    return found


def inputs_of(story: Story) -> dict[str, Any]:
    """The values of the inputs that the server is told."""
    config = story.client.show_software_config(story.context, the_deployment(story)["config_id"])
    return {each["name"]: each["value"] for each in config["inputs"]}


def outputs_of(story: Story) -> dict[str, Any]:
    return {each["output_key"]: each["output_value"] for each in story.show()["outputs"]}


def test_a_config_is_kept_listed_and_forgotten(story: Story) -> None:
    client, context = story.client, story.context
    made = client.create_software_config(
        context, group="script", name="setup", config="echo", inputs=INPUTS, outputs=OUTPUTS, options={"a": 1}
    )
    assert made == client.show_software_config(context, made["id"])
    assert made["inputs"] == [
        {"name": "port", "type": "Number", "default": 80},
        {"name": "kind", "type": "String", "replace_on_change": True},
    ]
    assert made["outputs"][0] == {"name": "address", "type": "String", "error_output": False}
    second = client.create_software_config(
        context, group="g", name=None, config=None, inputs=[], outputs=[], options={}
    )
    listed = client.list_software_configs(context)
    assert {it["id"] for it in listed} == {made["id"], second["id"]}
    assert listed[0].keys() == {"id", "name", "group", "creation_time"}
    first, *rest = [it["id"] for it in listed]
    assert [it["id"] for it in client.list_software_configs(context, limit=1)] == [first]
    assert [it["id"] for it in client.list_software_configs(context, marker=first)] == rest
    client.delete_software_config(context, made["id"])
    with pytest.raises(exception.NotFound, match=f"Software config with id {made['id']} not found"):
        client.show_software_config(context, made["id"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"inputs": "no"}, "inputs: a list of maps"),
        ({"inputs": [{"type": "String"}]}, r"inputs\[0\]: Property name not assigned"),
        ({"inputs": [{"name": "a", "type": "Text"}]}, r"inputs\[0\].type: .* not an allowed value"),
        ({"inputs": [{"name": "a", "type": "Number", "default": "x"}]}, r"inputs\[0\].default"),
        ({"outputs": [{"name": "a", "other": 1}]}, r"outputs\[0\]: Unknown Property other"),
        ({"name": "x" * 256}, '"name" should be no more than 255 characters'),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(story: Story, wrong: dict[str, Any], said: str) -> None:
    whole = {"group": "g", "name": "n", "config": "", "inputs": [], "outputs": [], "options": {}, **wrong}
    with pytest.raises(exception.Invalid, match=said):
        story.client.create_software_config(story.context, **whole)


def test_a_deployment_is_kept_changed_and_signalled(story: Story) -> None:
    client, context = story.client, story.context
    config = client.create_software_config(
        context, group="g", name="n", config="echo", inputs=[], outputs=OUTPUTS, options=None
    )
    made = client.create_software_deployment(
        context, "server-1", config["id"], {"a": 1}, action="INIT", status="IN_PROGRESS"
    )
    assert (made["status_reason"], made["output_values"]) == ("None", None)
    assert "updated_time" not in made
    with pytest.raises(exception.InvalidRestrictedAction, match="can not be deleted as it is referenced"):
        client.delete_software_config(context, config["id"])
    [told] = client.metadata_software_deployments(context, "server-1")
    assert told["id"] == config["id"]
    said = client.signal_software_deployment(context, made["id"], {"deploy_stdout": "ok", "address": "10.0.0.1"})
    assert said == f"deployment {made['id']} succeeded"
    done = client.show_software_deployment(context, made["id"])
    assert (done["status"], done["status_reason"]) == ("COMPLETE", "Outputs received")
    assert done["output_values"] == {
        "address": "10.0.0.1", "deploy_stdout": "ok", "deploy_stderr": None, "deploy_status_code": None
    }  # fmt: skip
    assert done["updated_time"]
    assert client.signal_software_deployment(context, made["id"], {"deploy_status_code": 1}) is None
    assert client.update_software_deployment(context, made["id"], status="FAILED")["status"] == "FAILED"
    client.delete_software_deployment(context, made["id"])
    assert client.list_software_deployments(context, "server-1") == []
    client.delete_software_config(context, config["id"])


def test_what_is_another_projects_is_not_there(story: Story, deployment: InProcess) -> None:
    client, context, stranger = story.client, story.context, Story(deployment).context
    config = client.create_software_config(context, group="g", name="n", config="", inputs=[], outputs=[], options=None)
    story.create(hot(a=resource()))
    stack_projects.intend(EngineContext(deployment.database), story.identity["stack_id"])
    stack_projects.record(EngineContext(deployment.database), story.identity["stack_id"], stranger["project_id"])
    made = client.create_software_deployment(
        context, "s", config["id"], stack_user_project_id=stranger["project_id"], status="IN_PROGRESS"
    )
    assert client.list_software_configs(stranger) == []
    with pytest.raises(exception.NotFound):
        client.show_software_config(stranger, config["id"])
    assert client.show_software_deployment(stranger, made["id"])["id"] == made["id"]  # its servers' users may
    other = Story(deployment).context
    with pytest.raises(exception.NotFound, match=f"Deployment with id {made['id']} not found"):
        client.signal_software_deployment(other, made["id"], {})
    assert client.list_software_deployments(other) == []


def test_a_resource_waits_until_its_server_has_signalled(story: Story) -> None:
    story.create(deployed(input_values={"port": 8080, "more": "x"}))
    wait_until(lambda: story.client.list_software_deployments(story.context), PATIENCE, "the server to be told")
    assert {"port": 8080, "more": "x", "kind": None, "deploy_action": "CREATE"}.items() <= inputs_of(story).items()
    server = story.client.describe_stack_resource(story.context, story.identity, "server")
    [told] = server["metadata"]["deployments"]
    assert told["id"] == the_deployment(story)["config_id"]
    story.client.resource_signal(story.context, story.identity, "run", {"deploy_stdout": "hello", "address": "::1"})
    story.settle("CREATE_COMPLETE")
    assert outputs_of(story) == {"deploy_stdout": "hello", "address": "::1"}


def test_the_metadata_of_a_server_tell_its_agent_where_to_ask(story: Story) -> None:
    template = deployed()
    template["outputs"]["agent"] = {"value": {"get_attr": ["server", "os_collect_config"]}}
    story.create(template)
    story.step_until("run", "CREATE_IN_PROGRESS")
    server = story.client.describe_stack_resource(story.context, story.identity, "server")
    told = server["metadata"]["os-collect-config"]
    assert told["heat"] == {"stack_id": f"{story.name}/{story.identity['stack_id']}", "resource_name": "server"}
    outputs = {it["output_key"]: it["output_value"] for it in story.show(resolve_outputs=True)["outputs"]}
    assert outputs["agent"] == told
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_what_the_server_says_went_wrong_fails_the_stack(story: Story) -> None:
    story.create(deployed())
    wait_until(lambda: story.client.list_software_deployments(story.context), PATIENCE, "the server to be told")
    story.client.signal_software_deployment(story.context, the_deployment(story)["id"], {"trouble": "no disk"})
    stack = story.settle("CREATE_FAILED")
    assert "Deployment to server failed: trouble : no disk" in stack["stack_status_reason"]


def test_an_update_deploys_anew_and_nothing_is_left_behind(story: Story) -> None:
    story.create(deployed(signal_transport="NO_SIGNAL", input_values={"port": 1}))
    story.settle("CREATE_COMPLETE")
    before = the_deployment(story)
    story.update(deployed(signal_transport="NO_SIGNAL", input_values={"port": 2}))
    story.settle("UPDATE_COMPLETE")
    after = the_deployment(story)
    assert (after["id"], after["action"]) == (before["id"], "UPDATE")
    assert inputs_of(story)["port"] == 2
    assert len(story.client.list_software_configs(story.context)) == 2  # the resource's, and that of the deployment
    story.update(deployed(signal_transport="NO_SIGNAL", input_values={"port": 2, "kind": "other"}))
    story.settle("UPDATE_COMPLETE")
    assert the_deployment(story)["id"] != before["id"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.client.list_software_deployments(story.context) == []
    assert story.client.list_software_configs(story.context) == []


def test_a_group_deploys_to_each_server_a_few_at_a_time(story: Story) -> None:
    def group(port: int) -> dict[str, Any]:
        given = {"config": {"get_resource": "config"}, "servers": {"web": "s-1", "db": "s-2", "x": "s-3"},
                 "input_values": {"port": port}, "signal_transport": "NO_SIGNAL"}  # fmt: skip
        policy = {"rolling_update": {"max_batch_size": 2}, "batch_create": {"max_batch_size": 1}}
        written = {"type": "OS::Heat::SoftwareDeploymentGroup", "properties": given, "update_policy": policy}
        codes = {"codes": {"value": {"get_attr": ["run", "deploy_status_codes"]}}}
        return hot({}, codes, config=CONFIG, run=written)

    story.create(group(1))
    story.settle("CREATE_COMPLETE")
    assert outputs_of(story) == {"codes": {"web": None, "db": None, "x": None}}
    story.update(group(2))
    story.settle("UPDATE_COMPLETE")
    found = story.client.list_software_deployments(story.context)
    assert {it["server_id"]: it["input_values"] for it in found} == {f"s-{number}": {"port": 2} for number in (1, 2, 3)}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.client.list_software_configs(story.context) == []


SERVERS = {str(number): f"dummy{number}" for number in range(4)}


def waiting_group(value: str, **policy: Any) -> dict[str, Any]:
    """A group whose servers have to answer."""
    given = {"config": {"get_resource": "config"}, "servers": SERVERS, "input_values": {"kind": value}}
    written = {"type": "OS::Heat::SoftwareDeploymentGroup", "properties": given, "update_policy": policy}
    plain = {"type": "OS::Heat::SoftwareConfig", "properties": {"group": "script", "inputs": [{"name": "kind"}]}}
    return hot(config=plain, run=written)


def all_signalled(story: Story, action: str, value: str) -> None:
    """Signal each deployment for as long as the stack isn't complete, as its servers would."""
    nested = story.client.identify_stack(story.context, nested_id(story))

    def signalled() -> bool:
        for each in story.client.list_stack_resources(story.context, nested):
            story.client.resource_signal(story.context, nested, each["resource_name"], None)
        return story.show()["stack_status"] != "IN_PROGRESS"

    wait_until(signalled, PATIENCE, f"the {action} to end")
    story.settle(f"{action}_COMPLETE")
    found = story.client.list_software_deployments(story.context)
    assert [it["input_values"] for it in found] == [{"kind": value}] * 4


def nested_id(story: Story) -> str:
    shown = story.client.describe_stack_resource(story.context, story.identity, "run")
    return str(shown["nested_stack_id"]["stack_id"])


def all_wait(story: Story) -> bool:
    found = story.client.list_software_deployments(story.context)
    return len(found) == 4 and all(it["status"] == "IN_PROGRESS" for it in found)


@pytest.mark.parametrize("policy", [{}, {"rolling_update": {"max_batch_size": 2, "pause_time": 0.1}}])
def test_a_group_waits_for_all_of_its_servers(story: Story, policy: dict[str, Any]) -> None:
    story.create(waiting_group("one", **policy))
    wait_until(lambda: all_wait(story), PATIENCE, "all to wait for a signal")
    all_signalled(story, "CREATE", "one")
    story.update(waiting_group("two", **policy))
    all_signalled(story, "UPDATE", "two")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.client.list_software_configs(story.context) == []


def test_a_group_that_waits_can_be_deleted(story: Story) -> None:
    story.create(waiting_group("one"))
    wait_until(lambda: all_wait(story), PATIENCE, "all to wait for a signal")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.client.list_software_deployments(story.context) == []
    assert story.client.list_software_configs(story.context) == []
