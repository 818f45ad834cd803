"""The method that generates a stack from a project: whose token asks, what is refused, and what may be adopted."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.engine.common.settings import Settings
from heatlite.engine.operations import generating
from tests.functional.engine.endpoint import Endpoint
from tests.unit.resources.openstack.project import PROJECT, Project, ProjectsCloud

TOKEN = {"auth_token": "t-1"}


class CloudsOfTokens:
    """Gives requests with a token the services; stacks have none."""

    def __init__(self, cloud: ProjectsCloud) -> None:
        self.cloud, self.tokens = cloud, []

    def of_request(self, context: Any) -> Any:
        token = context.wire.get("auth_token")
        self.tokens.append(token)
        return self.cloud if token else None


@pytest.fixture
def project() -> Project:
    there = Project()
    net = there.network("net")
    there.server("web", [there.port(net, there.subnet(net), name="door")])
    return there


@pytest.fixture
def cloud(project: Project) -> ProjectsCloud:
    return ProjectsCloud(project)


@pytest.fixture
def engine(schema: pathlib.Path, tmp_path: pathlib.Path, cloud: ProjectsCloud) -> Iterator[Endpoint]:
    shutil.copy(schema, tmp_path / "db")
    database = Database(DatabaseSettings(f"sqlite:///{tmp_path}/db"))
    yield Endpoint(database, clouds=CloudsOfTokens(cloud))  # type: ignore[arg-type]
    database.dispose()


def generated(engine: Endpoint, project: str = PROJECT, wire: Any = TOKEN, **selected: Any) -> dict[str, Any]:
    return engine.call("generate_stack", project=project, wire=wire, **selected)


def with_settings(engine: Endpoint, **changed: Any) -> Endpoint:
    settings = dataclasses.replace(engine.shared.settings, **changed)
    return Endpoint(engine.database, settings, engine.shared.clouds)


def test_the_services_are_asked_with_the_requests_token_and_nothing_is_written(engine: Endpoint) -> None:
    before = engine.rows()
    reply = generated(engine)
    assert set(reply["data"]["resources"]) == {"net", "subnet", "door", "web"}
    assert [it["thing"] for it in reply["notes"]] == ["server web"]
    assert engine.rows() == before
    assert engine.shared.clouds.tokens == ["t-1"]  # type: ignore[union-attr]


def test_a_selection_is_by_names_tags_and_ids(engine: Endpoint, project: Project) -> None:
    project.networks[0]["tags"].append("mine")
    assert set(generated(engine, names=["w*"])["data"]["resources"]) == {"web", "door"}
    assert set(generated(engine, tags=["mine"])["data"]["resources"]) == {"net", "subnet"}
    assert set(generated(engine, ids=[project.subnets[0]["id"]])["data"]["resources"]) == {"subnet"}
    needed = generated(engine, names=["web"], needed=True)["data"]["resources"]
    assert set(needed) == {"net", "subnet", "door", "web"}


def test_a_request_without_a_token_and_an_engine_without_a_keystone_have_nobody_to_ask(
    engine: Endpoint, cloud: ProjectsCloud
) -> None:
    with pytest.raises(exception.Invalid, match="this request has none"):
        generated(engine, wire={})
    with pytest.raises(exception.NotSupported, match="without an identity service"):
        generated(Endpoint(engine.database))
    assert cloud.asked == []


def test_another_projects_token_is_refused_also_for_an_administrator(engine: Endpoint, cloud: ProjectsCloud) -> None:
    for is_admin in (False, True):
        with pytest.raises(exception.Forbidden, match="for another project"):
            generated(engine, project="other", is_admin=is_admin)
    assert cloud.asked == []


def test_more_things_than_a_stack_may_have_are_refused_with_the_way_to_ask_for_less(engine: Endpoint) -> None:
    small = with_settings(engine, max_resources_per_stack=3)
    with pytest.raises(exception.RequestLimitExceeded, match=r"There are 4 things, and a stack may have 3.*select"):
        generated(small)
    assert len(generated(small, names=["w*"])["data"]["resources"]) == 2
    assert len(generated(with_settings(engine, max_resources_per_stack=-1))["data"]["resources"]) == 4


def test_a_template_that_is_too_large_for_a_stack_is_refused(engine: Endpoint, monkeypatch: Any) -> None:
    with pytest.raises(exception.RequestLimitExceeded, match=r"Template size .* max_template_size"):
        generated(with_settings(engine, max_template_size=200))
    monkeypatch.setattr("heatlite.engine.common.reply_limits.LARGEST_REPLY", 100)
    with pytest.raises(exception.RequestLimitExceeded, match=r"The reply would hold .* select things"):
        generated(engine)


def test_notes_are_no_more_than_a_reply_may_hold(engine: Endpoint, project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr(generating, "MOST_NOTES", 3)
    for _ in range(9):
        project.server("broken", status="ERROR")
    assert len(generated(engine)["notes"]) == 3


@pytest.mark.parametrize("name", ["names", "tags", "ids"])
@pytest.mark.parametrize("wrong", ["web", [1], [None], ["x" * 256], ["x"] * 101, {"a": 1}, 7])
def test_a_selection_of_another_form_is_refused_before_anything_is_asked(
    engine: Endpoint, cloud: ProjectsCloud, name: str, wrong: Any
) -> None:
    with pytest.raises(exception.Invalid):
        generated(engine, **{name: wrong})
    assert cloud.asked == []


def test_whether_more_is_needed_is_true_or_false(engine: Endpoint) -> None:
    with pytest.raises(exception.Invalid, match="must be true or false"):
        generated(engine, needed="yes")


def test_the_template_is_one_that_a_stack_may_be_made_of(engine: Endpoint) -> None:
    template = generated(engine)["data"]["template"]
    shown = Endpoint(engine.database).call("validate_template", template=template, params={})
    assert "Error" not in shown
    assert set(shown["Parameters"]) == {"flavor_m1_tiny", "image_cirros", "server_availability_zone_nova"}


def test_settings_of_a_deployment_leave_adoption_to_its_operator() -> None:
    assert not Settings().enable_stack_adopt
