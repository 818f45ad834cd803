"""What Heat tells the agent of a server is taken over with the server: whom the agent is, but not as metadata."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from heatlite.engine.heat_import.judge import JudgedResource
from heatlite.engine.heat_import.rows import kept_data
from heatlite.resources.openstack.nova.server import Server
from heatlite.resources.software.delivery import PASSWORD, USER

AGENT = {
    "auth_url": "http://keystone/v3/",
    "user_id": "u1",
    "password": "hunter2",
    "project_id": "p1",
    "stack_id": "shop/6c84fb90-12c4-11e1-840d-7b25c5ee775a",
    "resource_name": "web",
}
TOLD = {"os-collect-config": {"collectors": ["ec2", "heat", "local"], "heat": AGENT}, "deployments": []}


def judged(data: dict[str, Any], metadata: dict[str, Any]) -> JudgedResource:
    """A server of Heat's with these data and this metadata."""
    heat: Any = SimpleNamespace(data=data, metadata=metadata)
    definition: Any = None
    return JudgedResource(heat, definition, Server, {})


def test_the_templates_metadata_is_what_remains() -> None:
    assert judged({}, {**TOLD, "role": "web"}).metadata == {"role": "web"}


def test_the_agents_user_is_among_the_data() -> None:
    kept = kept_data(judged({PASSWORD: "hunter2", "user_id": "u1"}, TOLD), None)
    assert kept[USER] == {"user_id": "u1", "project_id": "p1", "auth_url": "http://keystone/v3/"}
    assert kept[PASSWORD] == "hunter2"


def test_a_server_without_an_agent_has_the_data_that_heat_has() -> None:
    assert kept_data(judged({"internal_ports": "[]"}, {"a": "b"}), None) == {"internal_ports": "[]"}
