"""Software deployments that are applied when they go, and at no other action."""

from __future__ import annotations

from typing import Any

import pytest

from tests.family import of
from tests.story import Story, Template, hot, resource
from tests.waiting import PATIENCE, wait_until

SERVER = "5f2c6a0e-0000-4000-8000-00000000000"
DELETE = ["DELETE"]
PART = {"actions": DELETE, "config": "bye", "tool": "script"}
CONFIGS: dict[str, Template] = {
    "software": {"type": "OS::Heat::SoftwareConfig", "properties": {"config": "bye", "group": "script"}},
    "structured": {"type": "OS::Heat::StructuredConfig", "properties": {"config": {"say": "bye"}, "group": "script"}},
    "component": {"type": "OS::Heat::SoftwareComponent", "properties": {"configs": [PART]}},
}
KINDS = {
    "software": ("OS::Heat::SoftwareDeployment", {"server": SERVER + "1"}),
    "component": ("OS::Heat::SoftwareDeployment", {"server": SERVER + "1"}),
    "structured": ("OS::Heat::StructuredDeployment", {"server": SERVER + "1"}),
    "software group": ("OS::Heat::SoftwareDeploymentGroup", {"servers": {"a": SERVER + "1"}}),
    "software deployments": ("OS::Heat::SoftwareDeployments", {"servers": {"a": SERVER + "1"}}),
    "structured deployments": ("OS::Heat::StructuredDeployments", {"servers": {"a": SERVER + "1"}}),
    "component group": ("OS::Heat::SoftwareDeploymentGroup", {"servers": {"a": SERVER + "1"}}),
    "structured group": ("OS::Heat::StructuredDeploymentGroup", {"servers": {"a": SERVER + "1"}}),
}


def deployed(kind: str) -> dict[str, Template]:
    """A config, and its deployment of a kind."""
    type_name, servers = KINDS[kind]
    given: dict[str, Any] = {"config": {"get_resource": "config"}, "signal_transport": "HEAT_SIGNAL", **servers}
    if not kind.startswith("component"):
        given["actions"] = DELETE
    return {"config": CONFIGS[kind.split()[0]], "deploy": {"type": type_name, "properties": given}}


def told(story: Story) -> list[str]:
    """The actions of which the server is told."""
    found = story.client.metadata_software_deployments(story.context, SERVER + "1")
    inputs = [{each["name"]: each["value"] for each in it["inputs"]} for it in found]
    return [each["deploy_action"] for each in inputs]


@pytest.mark.parametrize("way", ["delete", "update"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_applied_only_when_it_goes_is_applied_then(story: Story, kind: str, way: str) -> None:
    story.create(hot(**deployed(kind), keep=resource()))
    story.settle("CREATE_COMPLETE")
    assert told(story) == []
    is_group = "servers" in KINDS[kind][1]
    inner, name = (of(story, "deploy"), "a") if is_group else (story, "deploy")
    if way == "delete":
        story.delete()
    else:
        story.update(hot(config=deployed(kind)["config"], keep=resource()))
    wait_until(lambda: told(story) == ["DELETE"], PATIENCE, "the server to be told", story.explain)
    assert story.state().endswith("IN_PROGRESS")
    story.client.resource_signal(inner.context, inner.identity, name, {"deploy_status_code": "0"})
    story.settle(f"{way.upper()}_COMPLETE")
    assert told(story) == []
