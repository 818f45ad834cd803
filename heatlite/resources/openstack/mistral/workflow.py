"""OS::Mistral::Workflow: a workflow, which a signal executes.

The workflow's name is unique in its project, and is the physical id. ``executions`` lists what signals have started.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import yaml

from heatlite.exception import CloudNotFound, StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.builtin.own_user import Signal, SuspendableUser
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.mistral.base import EXECUTIONS, NamedInMistral, execute, shown
from heatlite.resources.schema import HIDDEN, Attribute, CacheMode, PropertiesSchema, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Length

NAME, TYPE, INPUT, PARAMS, TASKS, DEFAULTS = "name", "type", "input", "params", "tasks", "task_defaults"
AS_INPUT, POLICIES, WORKFLOW, ACTION, REQUIRES = (
    "use_request_body_as_input",
    "policies",
    "workflow",
    "action",
    "requires",
)
ITEMS, CONCURRENCY, REVERSE, DIRECT = "with_items", "concurrency", "reverse", "direct"
MADE = "executions"
"""The key of the data for the ids of executions, newest first."""
PLAIN_TEXT = {"Content-Type": "text/plain"}

DEFAULT: PropertiesSchema = {
    "on_success": Property(Type.LIST, "The tasks that follow a success."),
    "on_error": Property(Type.LIST, "The tasks that follow an error."),
    "on_complete": Property(Type.LIST, "The tasks that follow in any case."),
    REQUIRES: Property(Type.LIST, "The tasks that must have succeeded; only in reverse workflows."),
    "retry": Property(Type.MAP, "How often the task is tried again, and when."),
    "wait_before": Property(Type.INTEGER, "Seconds to wait before the task."),
    "wait_after": Property(Type.INTEGER, "Seconds to wait after the task."),
    "pause_before": Property(Type.BOOLEAN, "Whether the workflow is paused before the task."),
    "timeout": Property(Type.INTEGER, "Seconds after which the task has failed."),
    CONCURRENCY: Property(Type.INTEGER, f"How many items are processed at a time; needs {ITEMS}."),
}
TASK: PropertiesSchema = {
    NAME: Property(Type.STRING, "The name of the task.", required=True),
    "description": Property(Type.STRING, "The description of the task."),
    INPUT: Property(Type.MAP, "The input of the action or workflow."),
    ACTION: Property(Type.STRING, "The action to execute."),
    WORKFLOW: Property(Type.STRING, "The workflow to execute.", constraints=custom("mistral.workflow")),
    "publish": Property(Type.MAP, "What later tasks find in the context."),
    **DEFAULT,
    POLICIES: Property(Type.MAP, "Use the other properties: timeout, retry and so on.", status=HIDDEN),
    ITEMS: Property(Type.STRING, "The items for each of which the task is executed."),
    "keep_result": Property(Type.BOOLEAN, "Whether the result is stored."),
    "target": Property(Type.STRING, "The executor that executes the task."),
    "join": Property(Type.STRING, "How many of the tasks before must have ended: all, one, or a number."),
}


class Workflow(NamedInMistral):
    """A workflow of Mistral's. A signal executes it, with the signal's input."""

    path, key, is_bare = "/workflows", "workflow", True
    support_status = SupportStatus(version="2015.1")
    properties_schema = {
        NAME: Property(Type.STRING, "The name of the workflow."),
        TYPE: Property(
            Type.STRING,
            "Whether tasks name their successors, or what they require.",
            required=True,
            constraints=(AllowedValues((DIRECT, REVERSE)),),
            update_allowed=True,
        ),
        "description": Property(Type.STRING, "The description of the workflow.", update_allowed=True),
        "output": Property(Type.MAP, "The output of the workflow.", update_allowed=True),
        INPUT: Property(Type.MAP, "The input of the workflow, with defaults for signals.", update_allowed=True),
        PARAMS: Property(Type.MAP, "Parameters of executions.", update_allowed=True),
        "tags": Property(Type.LIST, "The tags of the workflow.", update_allowed=True),
        AS_INPUT: Property(Type.BOOLEAN, "Whether all of a signal is input.", update_allowed=True),
        TASKS: Property(
            Type.LIST,
            "The tasks.",
            required=True,
            constraints=(Length(min=1),),
            update_allowed=True,
            schema=Property(Type.MAP, "A task.", schema=TASK),
        ),
        DEFAULTS: Property(Type.MAP, "What holds for all tasks.", schema=DEFAULT, update_allowed=True),
    }
    attributes_schema = {
        "data": Attribute("The name and the input of the workflow.", Type.MAP),
        "alarm_url": Attribute("A signed URL that executes it.", Type.STRING),
        MADE: Attribute("What signals have executed, newest first.", Type.LIST, CacheMode.NONE),
    }

    def validate(self) -> None:
        """Refuse tasks that contradict themselves, and a reverse workflow without its last task.

        :raises StackValidationFailed: saying what is wrong
        """
        is_reverse = self.known(TYPE, PARAMS) and self.properties[TYPE] == REVERSE
        if is_reverse and not (self.properties[PARAMS] or {}).get("task_name"):
            message = "'task_name' is not assigned in 'params' in case of reverse type workflow."
            raise self.property_error(PARAMS, message)
        if self.known(TYPE, TASKS):
            for task in self.properties[TASKS]:
                self._validate_task(task)

    def _validate_task(self, task: Mapping[str, Any]) -> None:
        workflow, action = task[WORKFLOW], task[ACTION]
        if workflow and action:
            raise self._refused(f"Cannot define the following properties at the same time: {WORKFLOW}, {ACTION}.")
        if not workflow and not action:
            message = f"At least one of the following properties must be specified: {WORKFLOW}, {ACTION}."
            raise self._refused(message)
        if task[REQUIRES] is not None and self.properties[TYPE] == DIRECT:
            raise self._refused(
                f"task {task[NAME]} contains property 'requires' in case of direct workflow. Only reverse workflows "
                "can contain property 'requires'."
            )
        if twice := sorted(name for name in task[POLICIES] or {} if task.get(name) is not None):
            raise self._refused(f"Property {POLICIES} and {twice[0]} cannot be used both at one time.")
        if task[ITEMS] is None and task[CONCURRENCY] is not None:
            raise self._refused(f"{CONCURRENCY} cannot be specified without {ITEMS}.")

    def _refused(self, message: str) -> StackValidationFailed:
        return StackValidationFailed(path=f"resources.{self.name}.properties.{TASKS}", message=message)

    @classmethod
    def data_from_heat(cls, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data with a list of executions, which Heat keeps as a text with commas."""
        return {**data, **({MADE: [it for it in str(data[MADE]).split(",") if it]} if MADE in data else {})}

    # --- the object ------------------------------------------------------------------------------------------------

    def definition(self) -> str:
        """Return the workflow in Mistral's language."""
        given = self.properties
        flow: Body = {it: given[it] for it in (TYPE, "description", "tags", "output") if given[it] is not None}
        if given[INPUT] is not None:
            flow[INPUT] = list(given[INPUT])
        flow[TASKS] = {task[NAME]: dashed({**task, **(task[POLICIES] or {})}) for task in given[TASKS]}
        if given[DEFAULTS] is not None:
            flow["task-defaults"] = {name: it for name, it in dashed(given[DEFAULTS]).items() if it}
        return str(yaml.safe_dump({"version": "2.0", self.own_name(): flow}))

    def create(self, body: Body) -> Body:
        """Send the definition."""
        return self._send("POST")

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return anything, if something changed: a change sends the whole definition."""
        return {NAME: self.own_name()} if prop_diff else {}

    def change(self, body: Body) -> Body:
        """Send the whole definition."""
        return self._send("PUT")

    def _send(self, method: str) -> Body:
        sent = self.api.request(method, self.path, data=self.definition().encode(), headers=PLAIN_TEXT)
        return dict(sent["workflows"][0])

    def delete(self, thing_id: str) -> None:
        """Delete what signals have executed, and then the workflow."""
        for execution in self.data.get(MADE) or ():
            try:
                self.api.delete(f"{EXECUTIONS}/{execution}")
            except CloudNotFound:
                continue
        super().delete(thing_id)

    def reference(self) -> str:
        """Return the workflow's name."""
        return self.name if self.resource_id is None else self.resource_id

    # --- signals ---------------------------------------------------------------------------------------------------

    def handle_signal(self, details: Any) -> None:
        """Execute the workflow. The same signal, handled again, starts nothing else.

        :raises ValueError: if the signal has an unknown input, or isn't a map
        """
        given, params = self._read(details)
        earlier = list(self.data.get(MADE) or ())
        execution = str(uuid.uuid5(uuid.UUID(self.uuid), str(len(earlier))))
        wanted = {**(self.properties[INPUT] or {}), **given}
        execute(self.api, execution, str(self.resource_id), wanted, {**(self.properties[PARAMS] or {}), **params})
        self.data_set(MADE, [execution, *earlier])

    def _read(self, details: Any) -> tuple[Body, Body]:
        """Return the input and the parameters of a signal."""
        if self.properties[AS_INPUT]:
            given, params = details, None
        else:
            body = details if isinstance(details, Mapping) else {}
            given, params = body.get(INPUT), body.get(PARAMS)
        if given is not None and not isinstance(given, Mapping):
            raise ValueError(f"Input in signal data must be a map, find a {type(given).__name__}")
        if params is not None and not isinstance(params, Mapping):
            raise ValueError(f"Params must be a map, find a {type(params).__name__}")
        if unknown := sorted(set(given or ()) - set(self.properties[INPUT] or ())):
            raise ValueError(f"Unknown input {unknown[0]}")
        return dict(given or {}), dict(params or {})

    def resolve_attribute(self, name: str) -> Any:
        """Return the name and input, the signed URL, or the executions as Mistral shows them now."""
        match name:
            case "data":
                return {NAME: self.resource_id, INPUT: self.properties[INPUT]}
            case "executions":
                return [shown(it) for it in map(self._execution, self.data.get(MADE) or ()) if it]
        return None

    def _execution(self, execution_id: str) -> Body | None:
        try:
            return dict(self.api.get(f"{EXECUTIONS}/{execution_id}"))
        except CloudNotFound:
            return None


def dashed(given: Mapping[str, Any]) -> Body:
    """Return the properties of a task as Mistral's language spells them."""
    kept = {name: it for name, it in given.items() if it is not None and name not in (NAME, POLICIES)}
    return {name.replace("_", "-"): it for name, it in kept.items()}


class WorkflowWithUser(SuspendableUser, Workflow):
    """The same, where stacks have their own users: an alarm executes the workflow by a URL."""

    def handle_create(self) -> Any:
        """Create the workflow, and the URL."""
        self.make_own()
        return super().handle_create()

    def make_own(self) -> None:
        """Create the user and the keys, if there is a heat-api-cfn."""
        self.make_keys()

    def check_delete_complete(self, progress: Any) -> bool:
        """Tell whether the workflow is gone; then delete the user."""
        if not super().check_delete_complete(progress):
            return False
        self.delete_user()
        return True

    def resolve_attribute(self, name: str) -> Any:
        """Return an attribute; the URL never expires."""
        return self.signed_url(Signal.ANY, expires=False) if name == "alarm_url" else super().resolve_attribute(name)


IN_PLACE_OF: dict[str, type[Resource]] = {"OS::Mistral::Workflow": WorkflowWithUser}
"""Resource type → class that replaces the plain one."""
