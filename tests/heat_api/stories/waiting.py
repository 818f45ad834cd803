"""Stories of what takes its time: time-outs, wait conditions, deployments, cancelled updates."""

from __future__ import annotations

from typing import Any

from tests.heat_api.stories.teller import HOT, Teller, template_of

SERVER = "2c6d1d5e-8b1f-4ac1-9e33-8a6ee0b4d0a1"
LEAF = template_of("waiting_leaf")
GROUP = template_of("waiting_group")
NESTED = template_of("waiting_nested")
LONG = 600
TIMES_OUT = {"timeout_mins": 1}


def a_create_that_times_out(tell: Teller) -> None:
    """A2: a leaf that hangs; the update that repairs it."""
    tell.create(LEAF, parameters={"create": LONG}, **TIMES_OUT)
    tell.resources()
    tell.outputs()
    tell.mark_unhealthy("a")
    tell.update(LEAF)
    tell.resources()
    tell.outputs()
    tell.happened()
    tell.delete()


def an_update_that_times_out(tell: Teller) -> None:
    """A2: an update that hangs, and another one."""
    tell.create(LEAF)
    tell.update(LEAF, parameters={"v": "two", "update": LONG}, **TIMES_OUT)
    tell.resources()
    tell.outputs()
    tell.happened()
    tell.update(LEAF, parameters={"v": "three"})
    tell.resources()
    tell.outputs()
    tell.happened()
    tell.delete()


def a_group_that_times_out(tell: Teller) -> None:
    """A2: members that hang."""
    tell.create(GROUP, parameters={"create": LONG}, **TIMES_OUT)
    tell.resources()
    tell.outputs()
    tell.update(GROUP)
    tell.resources()
    tell.outputs()
    tell.delete()


def a_nested_update_that_times_out_and_is_rolled_back(tell: Teller) -> None:
    """A2: a nested update that hangs, with rollback."""
    files = {"leaf.yaml": LEAF}
    tell.create(NESTED, files=files)
    tell.update(NESTED, files=files, parameters={"v": "two", "update": LONG}, disable_rollback=False, **TIMES_OUT)
    tell.resources()
    tell.outputs()
    tell.update(NESTED, files=files, parameters={"v": "three"})
    tell.resources()
    tell.outputs()
    tell.delete()


def a_delete_after_a_time_out(tell: Teller) -> None:
    """A stack that timed out is deleted while its leaf would still be at it."""
    tell.create(LEAF, parameters={"create": LONG}, **TIMES_OUT)
    tell.delete()


WAITS = template_of("waiting_waits")


def a_wait_condition_that_nobody_ends(tell: Teller) -> None:
    """A5: what came is shown after its time is over."""
    tell.begin(WAITS, parameters={"timeout": 15})
    tell.until("it waits", lambda: tell.resource("w").get("resource_status") == "CREATE_IN_PROGRESS")
    tell.signal("h", {"status": "SUCCESS", "reason": "it is up", "data": "10.0.0.1", "id": "1"})
    tell.settle("create")
    tell.outputs()
    tell.resources()
    tell.delete()


def a_wait_condition_that_fails(tell: Teller) -> None:
    """A5: what came with the failure is shown; the same id twice, and what says nothing usable."""
    tell.begin(WAITS, parameters={"timeout": 60})
    tell.until("it waits", lambda: tell.resource("w").get("resource_status") == "CREATE_IN_PROGRESS")
    for body in ({"status": "nothing"}, {"status": "SUCCESS", "what": 1}, ["a"], "text", 7):
        tell.signal("h", body)
    tell.signal("h", {"status": "SUCCESS", "data": {"a": 1}, "id": "1"})
    tell.until("the first is stored", lambda: {"a": 1} in data_of(tell.metadata("h")))  # Heat replies before that
    tell.signal("h", {"status": "SUCCESS", "data": {"a": 2}, "id": "1"})
    tell.until("the second is stored", lambda: {"a": 2} in data_of(tell.metadata("h")))
    tell.signal("h", {"status": "FAILURE", "reason": "it broke", "data": "why", "id": "2"})
    tell.settle("create")
    tell.outputs()
    tell.resources()
    tell.delete()


def data_of(metadata: Any) -> list[Any]:
    """The data of the signals that a handle has stored."""
    return [it.get("data") for it in metadata.values() if isinstance(it, dict)]


def deployed(actions: str, transport: str, version: int = 1, present: bool = True, kind: str = "Software") -> str:
    """A template with a deployment."""
    config = f"config: echo {version}" if kind == "Software" else f"config: {{echo: {version}}}"
    deployment = f"""
  d:
    type: OS::Heat::{kind}Deployment
    properties: {{config: {{get_resource: c}}, server: {SERVER}, actions: {actions}, signal_transport: {transport}}}
"""
    return (
        HOT
        + f"""
resources:
  c: {{type: OS::Heat::{kind}Config, properties: {{{config}, outputs: [{{name: r}}]}}}}
"""
        + (deployment if present else "")
    )


def deployments(tell: Teller) -> list[Any]:
    """The server's deployments: action and status."""
    _, answer = tell.web.ask("GET", f"/software_deployments?server_id={SERVER[:-4]}{len(tell.name):04}")
    return sorted(f"{it['action']} {it['status']}" for it in answer["software_deployments"])


def told_to(tell: Teller, server: str) -> list[str]:
    """The configs that a server is told."""
    _, answer = tell.web.ask("GET", f"/software_deployments/metadata/{server}")
    return sorted(it["config"] for it in answer.get("metadata", []))


def own(tell: Teller, template: str) -> str:
    """The template with a server of this story's own."""
    return template.replace(SERVER, f"{SERVER[:-4]}{len(tell.name):04}")


def a_deployment_for_delete_only(tell: Teller) -> None:
    """A4: a deployment that is only for DELETE is deployed when it goes."""
    deployed_at_the_end(tell, "Software")


def a_structured_deployment_for_delete_only(tell: Teller) -> None:
    """A4: so is one of a structured config."""
    deployed_at_the_end(tell, "Structured")


def deployed_at_the_end(tell: Teller, kind: str) -> None:
    """Have an update remove it. The story ends there: once it is signalled, Heat asks nova, which isn't here."""
    tell.create(own(tell, deployed("[DELETE]", "HEAT_SIGNAL", kind=kind)))
    tell.note("deployments", deployments(tell))
    body = {"template": own(tell, deployed("[DELETE]", "HEAT_SIGNAL", present=False, kind=kind))}
    tell.ask("update", "PUT", tell.path, body)
    tell.until("it is deployed", lambda: deployments(tell) == ["DELETE IN_PROGRESS"])


def a_deployment_that_nobody_signals(tell: Teller) -> None:
    """A2: it times out; with a new config the server is told the new one."""
    tell.create(own(tell, deployed("[CREATE, UPDATE]", "HEAT_SIGNAL")), **TIMES_OUT)
    tell.note("deployments", deployments(tell))
    tell.resources()
    body = {"template": own(tell, deployed("[CREATE, UPDATE]", "HEAT_SIGNAL", 2))}
    tell.ask("update", "PUT", tell.path, body)
    server = own(tell, SERVER)
    tell.until("the server is told the new config", lambda: "echo 2" in told_to(tell, server))
    tell.signal("d", {"r": "1", "deploy_status_code": 0})
    tell.settle("update")
    tell.resources()
    tell.delete()


def an_update_that_is_cancelled(tell: Teller) -> None:
    """An update that is cancelled, with rollback and without."""
    tell.create(LEAF)
    for action in ("cancel_update", "cancel_without_rollback"):
        tell.ask("update", "PUT", tell.path, {"template": LEAF, "parameters": {"v": "two", "update": 20}})
        tell.until("it is at it", lambda: tell.resource("a").get("resource_status") == "UPDATE_IN_PROGRESS")
        tell.ask(action, "POST", f"{tell.path}/actions", {action: None})
        tell.settle(action)
        tell.outputs()
        tell.update(LEAF, parameters={"v": "three"})
        tell.outputs()
    tell.ask("cancel of nothing", "POST", f"{tell.path}/actions", {"cancel_update": None})
    tell.delete()


STORIES = (
    a_create_that_times_out,
    an_update_that_times_out,
    a_group_that_times_out,
    a_nested_update_that_times_out_and_is_rolled_back,
    a_delete_after_a_time_out,
    a_wait_condition_that_nobody_ends,
    a_wait_condition_that_fails,
    a_deployment_for_delete_only,
    a_structured_deployment_for_delete_only,
    a_deployment_that_nobody_signals,
    an_update_that_is_cancelled,
)
