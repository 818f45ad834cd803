"""With encryption on, a hidden value stands in clear in no column of any table: not of launched groups, not of
deployment groups, and not of what is planned for them.

Real engines on MariaDB and PostgreSQL; each column of each table is searched as whoever copies the database could.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models, software_models
from tests.deployment import Daemons, Deployment, running
from tests.story import Story, Template, hot

FIRST, LATER, MARK = "hunter9-First", "hunter9-Later", "hunter9"
PIN = {"pin": {"type": "string", "hidden": True}}
GIVEN = {"get_param": "pin"}
MEMBER = {
    "heat_template_version": "2021-04-16",
    "parameters": {name: {"type": "string"} for name in ("ImageId", "InstanceType", "UserData")}
    | {"Tags": {"type": "json"}},
    "resources": {"it": {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "UserData"}}}},
}
SERVERS = {"web": "s-1", "db": "s-2"}


def launched(kind: str, **sizes: Any) -> Template:
    configuration = {"ImageId": "image", "InstanceType": "small", "UserData": GIVEN}
    group = {"AvailabilityZones": ["nova"], "LaunchConfigurationName": {"get_resource": "launch"}, **sizes}
    rolling = {"AutoScalingRollingUpdate" if kind.startswith("AWS") else "RollingUpdate": {"MaxBatchSize": 1}}
    return hot(
        PIN,
        None,
        launch={"type": "AWS::AutoScaling::LaunchConfiguration", "properties": configuration},
        group={"type": kind, "properties": group, "update_policy": rolling},
    )


def deployed(kind: str) -> Template:
    inputs = [{"name": "pin"}]
    structured = {"type": "OS::Heat::StructuredConfig", "properties": {"config": {"is": GIVEN}, "inputs": inputs}}
    software = {"type": "OS::Heat::SoftwareConfig", "properties": {"config": GIVEN, "inputs": inputs}}
    group = {"config": {"get_resource": "config"}, "servers": SERVERS, "input_values": {"pin": GIVEN}}
    return hot(
        PIN,
        None,
        config=structured if "Structured" in kind else software,
        group={"type": kind, "properties": {**group, "signal_transport": "NO_SIGNAL"}},
    )


TEMPLATES = {
    "AWS::AutoScaling::AutoScalingGroup": launched("AWS::AutoScaling::AutoScalingGroup", MinSize=2, MaxSize=3),
    "OS::Heat::InstanceGroup": launched("OS::Heat::InstanceGroup", Size=2),
    "OS::Heat::SoftwareDeploymentGroup": deployed("OS::Heat::SoftwareDeploymentGroup"),
    "OS::Heat::StructuredDeploymentGroup": deployed("OS::Heat::StructuredDeploymentGroup"),
}


@pytest.fixture(scope="module", params=["mariadb", "postgresql"])
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemons]:
    urls = request.getfixturevalue(request.param).fresh_database(), request.getfixturevalue("rabbitmq").fresh_vhost()
    options = {"workers": 1, "encrypt_parameters_and_properties": True}
    with running(Daemons(tmp_path_factory.mktemp(request.param), *urls, **options)) as deployment:
        yield deployment


def columns_with(deployment: Deployment, text: str) -> set[str]:
    """``table.column`` of each column in which a text stands as it is."""
    found = set()
    tables = models.metadata.sorted_tables
    assert software_models.software_config in tables
    with deployment.database.reader(EngineContext(deployment.database)) as connection:
        for table in tables:
            for row in connection.execute(sa.text(f"SELECT * FROM {quoted(deployment, table.name)}")).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if text in str(value)}
    return found


def quoted(deployment: Deployment, name: str) -> str:
    return deployment.database.engine.dialect.identifier_preparer.quote(name)


def request(template: Template, pin: str) -> dict[str, Any]:
    environment = {"parameters": {"pin": pin}, "resource_registry": {"AWS::EC2::Instance": "instance.yaml"}}
    return {"template": template, "params": environment, "files": {"instance.yaml": json.dumps(MEMBER)}, "args": {}}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_hidden_value_of_a_group_stands_in_clear_nowhere(engines: Daemons, kind: str) -> None:
    story, sent = Story(engines), request(TEMPLATES[kind], FIRST)
    story.identity = story.client.create_stack(
        story.context, story.name, sent["template"], sent["params"], sent["files"], {}
    )
    story.settle("CREATE_COMPLETE")
    assert columns_with(engines, MARK) == set()

    later = request(TEMPLATES[kind], LATER)
    plan = story.client.plan_update(story.context, story.identity, **later)
    assert "******" in str(plan["changes"])
    assert MARK not in str(plan)
    assert columns_with(engines, MARK) == set()
    story.client.update_as_planned(story.context, story.identity, **later, digest=plan["digest"])
    story.settle("UPDATE_COMPLETE")
    story.snapshot()
    story.settle("SNAPSHOT_COMPLETE")
    assert columns_with(engines, MARK) == set()
    assert "stack.name" in columns_with(engines, story.name), "the search finds what is there"
    deployments = story.client.list_software_deployments(story.context)
    assert [it["input_values"] for it in deployments] == [{"pin": LATER}] * (2 if "Deployment" in kind else 0)
