"""A project's stacks are its own: every method, asked by another one, says that there is no such thing.

A method that takes an identity and stands in no table here fails the last test.
"""

from __future__ import annotations

import ast
import itertools
import pathlib
from typing import Any

import pytest

from heatlite import exception
from heatlite.engine import api
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

ONE = template({"one": stores()}, outputs={"o": {"value": 1}})
WRITE = {"template": ONE, "params": None, "files": None, "args": {}}
SNAPSHOT = {"snapshot_id": "4b8a0d5a-0000-4000-8000-000000000000"}
OF_STACKS: dict[str, dict[str, Any]] = {
    "abandon_stack": {},
    "delete_snapshot": SNAPSHOT,
    "delete_stack": {},
    "describe_stack_resource": {"resource_name": "one"},
    "describe_stack_resources": {"resource_name": None},
    "export_stack": {},
    "get_environment": {},
    "get_files": {},
    "get_template": {},
    "list_events": {},
    "list_history": {},
    "list_outputs": {},
    "list_requirements": {},
    "list_stack_resources": {},
    "look_for_drift": {"resource_name": "one"},
    "move_resource": {"resource_name": "one", "new_name": "two"},
    "plan_update": WRITE,
    "preview_update_stack": WRITE,
    "resource_mark_unhealthy": {"resource_name": "one", "mark_unhealthy": True},
    "resource_signal": {"resource_name": "one", "details": None},
    "show_drift": {},
    "show_output": {"output_key": "o"},
    "show_snapshot": SNAPSHOT,
    "show_stack": {},
    "stack_cancel_update": {},
    "stack_check": {},
    "stack_list_snapshots": {},
    "stack_restore": SNAPSHOT,
    "stack_resume": {},
    "stack_snapshot": {"name": "then"},
    "stack_suspend": {},
    "update_as_planned": {**WRITE, "digest": "any"},
    "update_stack": WRITE,
}

OF_SOFTWARE: dict[str, dict[str, Any]] = {
    "list_software_configs": {},
    "count_software_configs": {},
    "list_software_deployments": {"server_id": "s"},
    "count_software_deployments": {},
    "metadata_software_deployments": {"server_id": "s"},
}
FUNCTION = ast.FunctionDef
REFUSALS = (exception.EntityNotFound, exception.NotFound, exception.InvalidTenant, exception.Forbidden)
SYSTEM = {"project_id": None, "system_scope": "all", "roles": ["reader"]}


@pytest.fixture
def web(engine: Endpoint) -> dict[str, Any]:
    """A stack of the project demo."""
    return engine.created("web", ONE)


@pytest.mark.parametrize("method", OF_STACKS)
def test_another_projects_stack_is_not_there(engine: Endpoint, web: dict[str, Any], method: str) -> None:
    before = engine.rows(), engine.show(web)
    for claims, wire in itertools.product(("demo", "other"), ({}, {"roles": ["admin"]}, SYSTEM)):
        identity = {**web, "tenant": claims}
        with pytest.raises(REFUSALS):
            engine.call(method, project="other", wire=wire, stack_identity=identity, **OF_STACKS[method])
    assert (engine.rows(), engine.show(web)) == before


def test_no_list_tells_of_another_project(engine: Endpoint, web: dict[str, Any]) -> None:
    def asked(method: str, **arguments: Any) -> Any:
        return engine.call(method, project="other", **arguments)

    assert asked("list_stacks") == asked("list_stacks", show_nested=True) == []
    assert asked("list_stacks", filters={"tenant": ["demo"]}) == []
    assert asked("list_stacks", filters={"id": [web["stack_id"]]}) == []
    assert asked("list_stacks", marker=web["stack_id"]) == []
    assert asked("count_stacks") == asked("count_stacks", show_deleted=True) == 0
    assert asked("show_stack", stack_identity=None) == []
    for name in ("web", web["stack_id"]):
        with pytest.raises(exception.EntityNotFound):
            asked("identify_stack", stack_name=name)


def test_what_is_found_by_other_names_is_the_projects_own_too(engine: Endpoint, web: dict[str, Any]) -> None:
    rows = engine.call("list_stack_resources", stack_identity=web)
    with pytest.raises(exception.EntityNotFound):
        engine.call("find_physical_resource", project="other", physical_resource_id=rows[0]["physical_resource_id"])
    with pytest.raises(exception.EntityNotFound):
        engine.call("migrate_convergence_1", project="other", stack_id=web["stack_id"])


def test_software_configs_and_deployments_are_the_projects_own(engine: Endpoint) -> None:
    config = engine.call("create_software_config", group=None, name="c", config="x")["id"]
    made = engine.call("create_software_deployment", server_id="s", config_id=config)["id"]
    for method in ("show_software_config", "delete_software_config"):
        with pytest.raises(REFUSALS):
            engine.call(method, project="other", config_id=config)
    for method in ("show", "check", "update", "delete"):
        with pytest.raises(REFUSALS):
            engine.call(f"{method}_software_deployment", project="other", deployment_id=made)
    with pytest.raises(REFUSALS):
        engine.call("signal_software_deployment", project="other", deployment_id=made, details={})
    with pytest.raises(REFUSALS):
        engine.call("create_software_deployment", project="other", server_id="s", config_id=config)
    for method, arguments in OF_SOFTWARE.items():
        assert engine.call(method, project="other", **arguments) in ([], 0)
    assert engine.call("count_software_deployments") == 1


@pytest.mark.parametrize("wire", [{"project_id": None}, {"project_id": "", "tenant": ""}, SYSTEM])
def test_nobody_in_particular_sees_nothing(engine: Endpoint, web: dict[str, Any], wire: dict[str, Any]) -> None:
    assert engine.call("list_stacks", wire=wire) == []
    with pytest.raises(REFUSALS):
        engine.call("show_stack", wire=wire, stack_identity=web)


def test_an_administrator_sees_every_project(engine: Endpoint, web: dict[str, Any]) -> None:
    system = {"project_id": None, "system_scope": "all"}
    for wire in ({}, system):
        assert len(engine.call("list_stacks", project="ops", is_admin=True, wire=wire)) == 1
        assert engine.call("show_stack", project="ops", is_admin=True, wire=wire, stack_identity=web)


def test_one_name_is_free_in_every_project(engine: Endpoint, web: dict[str, Any]) -> None:
    other = engine.create("web", ONE, project="other")
    assert other["stack_id"] != web["stack_id"]
    assert engine.call("identify_stack", project="other", stack_name="web") == other


def test_every_method_that_takes_an_identity_is_walked() -> None:
    sources = pathlib.Path(api.__file__).parent.rglob("*.py")
    functions = [it for path in sources for it in ast.walk(ast.parse(path.read_text())) if isinstance(it, FUNCTION)]
    methods = [it for it in functions if any(ast.unparse(each) == "client_call" for each in it.decorator_list)]
    takes = {it.name for it in methods if any(each.arg == "stack_identity" for each in it.args.args)}
    assert takes == OF_STACKS.keys(), "a new method of the client API: give it a line in OF_STACKS"
