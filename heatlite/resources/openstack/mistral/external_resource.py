"""OS::Mistral::ExternalResource: whatever workflows make, change and delete.

::

    action ─▶ the id of an execution is recorded ─▶ POST /executions with it ─▶ polled ─┬─ SUCCESS: its output is kept
                                                                                        └─ ERROR, CANCELLED: failed

The physical id is the output ``resource_id``, or the id of the last execution.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import CloudNotFound, ResourceInError, ResourceUnknownStatus
from heatlite.resources.base import Resource
from heatlite.resources.jsonable import read_as
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import NEXT, RecordedFirst
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.mistral.base import EXECUTIONS, MistralResource, content, execute
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.sight import Sight
from heatlite.resources.tools import LONGEST_ID

ACTIONS, INPUT, DESCRIPTION, ALWAYS, REPLACES = (
    "actions",
    "input",
    "description",
    "always_update",
    "replace_on_change_inputs",
)
WORKFLOW, PARAMS, OUTPUTS, EXECUTION = "workflow", "params", "outputs", "execution"
EARLIER = "heat_extresource_data"
"""The key of a workflow's environment for the outputs of earlier workflows."""
RUNNING, FAILED = ("IDLE", "RUNNING", "PAUSED"), ("ERROR", "CANCELLED")


def for_action(action: str) -> Property:
    """Return the property for what an action of the stack executes."""
    schema = {
        WORKFLOW: Property(Type.STRING, "The workflow.", required=True, constraints=custom("mistral.workflow")),
        PARAMS: Property(Type.MAP, "Parameters of the execution.", default={}),
    }
    return Property(Type.MAP, f"What {action} of the resource executes.", schema=schema)


class ExternalResource(MistralResource):
    """Something that workflows make and delete. An action without a workflow does nothing."""

    path, key, is_bare, mark = EXECUTIONS, "execution", True, RecordedFirst.mark
    update_when_unchanged = True  # for ``always_update``; without it, such an update does nothing
    support_status = SupportStatus(version="9.0.0")
    properties_schema = {
        ACTIONS: Property(
            Type.MAP,
            "What each action of the stack executes.",
            required=True,
            schema={it: for_action(it) for it in ("CREATE", "UPDATE", "SUSPEND", "RESUME", "DELETE")},
        ),
        INPUT: Property(Type.MAP, "The input of all workflows.", default={}, update_allowed=True),
        DESCRIPTION: Property(Type.STRING, "The description of executions.", default="Heat managed"),
        ALWAYS: Property(Type.BOOLEAN, "Whether each update of the stack executes UPDATE.", default=False),
        REPLACES: Property(Type.LIST, "The inputs whose change replaces the resource.", default=[]),
    }
    attributes_schema = {"output": Attribute("The outputs of the workflows so far.", Type.MAP)}

    @classmethod
    def data_from_heat(cls, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data with the outputs as a map, which Heat keeps as a text."""
        return {**data, **({OUTPUTS: read_as(dict, data[OUTPUTS])} if OUTPUTS in data else {})}

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return None: a workflow tells what the id is, and decides what it deletes."""
        return None

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide like any type, and by the inputs that replace it."""
        old, new = before.get(INPUT) or {}, after.get(INPUT) or {}
        others = any(old.get(name) != new.get(name) for name in after.get(REPLACES) or ())
        return others or super().needs_replacement(before, after, changed)

    def _begin(self, action: str) -> Body:
        """Return the progress of an action, with the id of an execution that isn't started yet."""
        known = (self.properties[ACTIONS] or {}).get(action)
        return {EXECUTION: str(uuid.UUID(int=self.random.getrandbits(128), version=4)), NEXT: False} if known else {}

    def _is_done(self, action: str, progress: Any) -> bool:
        """Start the execution in the first step, look at it in later ones, and tell whether it has succeeded.

        :raises ResourceInError: if it has failed
        """
        if not progress:
            if self.resource_id is None and action == "CREATE":
                self.resource_id_set(self.uuid)
            return True
        if not progress[NEXT]:
            progress[NEXT] = True
            self.poll_in(0)
            return False
        return self._run(action, str(progress[EXECUTION]))

    def _run(self, action: str, execution_id: str) -> bool:
        try:
            found = self.look(execution_id)
        except CloudNotFound:
            self._start(action, execution_id)
            return False
        state = found["state"]
        if state in RUNNING:
            return False
        if state in FAILED:
            raise ResourceInError(resource_status=state, status_reason=found.get("state_info") or "Unknown")
        if state != "SUCCESS":
            result = "Mistral execution is in unknown state."
            raise ResourceUnknownStatus(result=result, resource_status=state, status_reason="Unknown")
        output = content(found.get("output"))
        self.data_set(OUTPUTS, {**(self.data.get(OUTPUTS) or {}), **output})
        self.resource_id_set(str(output.get("resource_id") or execution_id)[:LONGEST_ID])
        return True

    def _start(self, action: str, execution_id: str) -> None:
        wanted = self.properties[ACTIONS][action]
        params = dict(wanted[PARAMS] or {})
        if self.resource_id is not None:
            params["env"] = {**(params.get("env") or {}), EARLIER: self.data.get(OUTPUTS) or {}}
        execute(
            self.api, execution_id, wanted[WORKFLOW], self.properties[INPUT], params, self.properties[DESCRIPTION] or ""
        )
        if self.resource_id is None:
            self.resource_id_set(execution_id)

    def handle_create(self) -> Any:
        """Begin the workflow that creates it."""
        return self._begin("CREATE")

    def check_create_complete(self, progress: Any) -> bool:
        """Tell whether the workflow has succeeded."""
        return self._is_done("CREATE", progress)

    replaced_if = "one of the inputs in replace_on_change_inputs changes"

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Begin the workflow that changes it, if something changed or each update does so."""
        return self._begin("UPDATE") if prop_diff or self.properties[ALWAYS] else {}

    def check_update_complete(self, progress: Any) -> bool:
        """Tell whether the workflow has succeeded."""
        return self._is_done("UPDATE", progress)

    def handle_suspend(self) -> Any:
        """Begin the workflow that suspends it."""
        return self._begin("SUSPEND")

    def check_suspend_complete(self, progress: Any) -> bool:
        """Tell whether the workflow has succeeded."""
        return self._is_done("SUSPEND", progress)

    def handle_resume(self) -> Any:
        """Begin the workflow that resumes it."""
        return self._begin("RESUME")

    def check_resume_complete(self, progress: Any) -> bool:
        """Tell whether the workflow has succeeded."""
        return self._is_done("RESUME", progress)

    def handle_delete(self) -> Any:
        """Begin the workflow that deletes it, if anything was ever begun."""
        return {} if self.resource_id is None else self._begin("DELETE")

    def check_delete_complete(self, progress: Any) -> bool:
        """Tell whether the workflow has succeeded."""
        return self._is_done("DELETE", progress)

    def handle_check(self) -> None:
        """Do nothing: only the workflows know what it is."""

    @classmethod
    def see_all(cls, resources: Sequence[Resource]) -> dict[str, Sight | str]:
        """Look at nothing: the physical id is a name that a workflow gave it, and no service knows the name."""
        return {}

    def find(self) -> list[str]:
        """Return nothing: the id of an execution is recorded before it is started."""
        return []

    def resolve_attribute(self, name: str) -> Any:
        """Return the outputs."""
        return self.data.get(OUTPUTS) or {}
