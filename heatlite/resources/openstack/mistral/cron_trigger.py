"""OS::Mistral::CronTrigger: executes a workflow at certain times. Names of triggers are unique, and their ids."""

from __future__ import annotations

import json

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.mistral.base import NamedInMistral, named
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type

NAME, PATTERN, WORKFLOW, INPUT, FIRST, COUNT = "name", "pattern", "workflow", "input", "first_time", "count"
FIELDS = {PATTERN: "pattern", FIRST: "first_execution_time", COUNT: "remaining_executions"}


class CronTrigger(NamedInMistral):
    """A trigger of a workflow."""

    path, key, is_bare = "/cron_triggers", "cron_trigger", True
    support_status = SupportStatus(version="5.0.0")
    properties_schema = {
        NAME: Property(Type.STRING, "The name of the trigger."),
        PATTERN: Property(Type.STRING, "When, as in cron.", constraints=custom("cron_expression")),
        WORKFLOW: Property(
            Type.MAP,
            "The workflow.",
            required=True,
            schema={
                NAME: Property(
                    Type.STRING,
                    "The name or id of the workflow.",
                    required=True,
                    constraints=custom("mistral.workflow"),
                ),
                INPUT: Property(Type.MAP, "The input of the workflow."),
            },
        ),
        FIRST: Property(Type.STRING, "The first time, as 2027-01-31 12:00."),
        COUNT: Property(Type.INTEGER, "How often it executes the workflow; needed if there is no pattern."),
    }
    attributes_schema = {
        "next_execution_time": Attribute("When it executes the workflow next.", Type.STRING),
        "remaining_executions": Attribute("How often it will still do so.", Type.INTEGER),
    }

    def validate(self) -> None:
        """Require a pattern or a first time.

        :raises StackValidationFailed: if both are missing
        """
        if self.known(PATTERN, FIRST):
            self.require_one(PATTERN, FIRST)

    def extra_body(self, body: Body) -> Body:
        """Return the trigger."""
        given, workflow = self.properties, self.properties[WORKFLOW]
        found = {field: given[name] for name, field in FIELDS.items() if given[name] is not None}
        return {NAME: self.own_name(), **named(workflow[NAME]), **found} | (
            {"workflow_input": json.dumps(workflow[INPUT])} if workflow[INPUT] else {}
        )
