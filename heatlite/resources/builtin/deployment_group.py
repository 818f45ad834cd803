"""OS::Heat::SoftwareDeploymentGroup and StructuredDeploymentGroup: one config for several servers, in a nested stack.

::

    servers: {web: 5f2c…, db: 91aa…}      a deployment named web, and one named db
    update_policy: {rolling_update: {max_batch_size: 1, pause_time: 60}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.batched_stack import BatchedStack
from heatlite.resources.builtin import software_deployment, structured_deployment
from heatlite.resources.builtin.group_schemas import BATCH_CREATE_SCHEMA, MAX_BATCH_SIZE, PAUSE_TIME
from heatlite.resources.builtin.software_deployment import SoftwareDeployment
from heatlite.resources.groups import template
from heatlite.resources.groups.attributes import Members
from heatlite.resources.groups.batches import Batch
from heatlite.resources.groups.members import Definition
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.software.report import STATUS_CODE, STDERR, STDOUT
from heatlite.resources.stack_resource import Progress
from heatlite.schema.attribute_paths import inside

SERVERS = "servers"
ROLLING_UPDATE, BATCH_CREATE = "rolling_update", "batch_create"
PLURAL = {"deploy_stdouts": STDOUT, "deploy_stderrs": STDERR, "deploy_status_codes": STATUS_CODE}
"""The group's attributes → the attributes of the members that they consist of."""


class SoftwareDeploymentGroup(BatchedStack):
    """A group with a deployment for each server; each attribute is a map of the members' values."""

    member_type = "OS::Heat::SoftwareDeployment"
    support_status = SupportStatus(version="5.0.0")
    properties_schema = {
        SERVERS: Property(Type.MAP, "The ids of the servers by name.", required=True, update_allowed=True),
        **{name: it for name, it in SoftwareDeployment.properties_schema.items() if name != software_deployment.SERVER},
    }
    update_policy_schema = {
        ROLLING_UPDATE: Property(Type.MAP, "How an update changes the members in batches.", schema=BATCH_CREATE_SCHEMA),
        BATCH_CREATE: Property(Type.MAP, "How the members are created in batches.", schema=BATCH_CREATE_SCHEMA),
    }
    attributes_schema = {
        name: Attribute(f"The attribute {member} of each deployment.", Type.MAP) for name, member in PLURAL.items()
    }

    def definition_of(self, name: str) -> Definition:
        """Return a member's definition: as Heat does, with each property, null where it isn't given."""
        given = {key: it for key, it in self.properties.items() if key != SERVERS}
        return template.definition(
            self.member_type, {**given, software_deployment.SERVER: self.properties[SERVERS][name]}
        )

    def child_size(self) -> int | None:
        """Return the number of servers."""
        return len(self.properties[SERVERS]) if self.describes() else None

    def describes(self) -> bool:
        """Tell whether the names of the servers are known."""
        return isinstance(self.properties[SERVERS], Mapping)

    def first_name(self) -> str:
        """Return the first server's name."""
        return str(next(iter(self.properties[SERVERS])))

    def child_template(self) -> Mapping[str, Any] | None:
        """Return a template with all members; None while their names aren't known."""
        if not self.describes():
            return None
        return template.of({name: self.definition_of(name) for name in self.properties[SERVERS]})

    def template_of(self, batch: Batch) -> Mapping[str, Any]:
        """Return the template after a batch: the first members are changed, the other present ones stay as they are."""
        names, before = list(self.properties[SERVERS]), self.definitions()
        new = {name: self.definition_of(name) for name in names[: batch.changes]}
        return template.of(new | {name: before[name] for name in names[batch.changes :] if name in before})

    def handle_create(self) -> Progress:
        """Begin to create the members: all at once, or in batches."""
        return self._begin_all(self.update_policy.get(BATCH_CREATE))

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress:
        """Begin to change them: all at once, or in batches."""
        return self._begin_all(self.update_policy.get(ROLLING_UPDATE) if prop_diff else None)

    def _begin_all(self, policy: Mapping[str, Any] | None) -> Progress:
        count = len(self.properties[SERVERS])
        if not policy:
            return self.begin_batches([Batch(count, count)])
        self.check_size(count)  # before building a list of that many batches
        steps = [*range(policy[MAX_BATCH_SIZE], count, policy[MAX_BATCH_SIZE]), count]
        return self.begin_batches([Batch(count, changes) for changes in steps], policy[PAUSE_TIME])

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept any name: a deployment may have any attribute."""
        return True

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the recorded attributes of the members, from which ``read_attribute`` answers."""
        found = Members.of_outputs(self.name, self.nested.outputs(self.uuid))
        return {**found.recorded(), **{name: found.mapped([member], name) for name, member in PLURAL.items()}}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return a map from the members' names to their values of an attribute, or the part of it at a path."""
        if key in PLURAL:
            return super().read_attribute(name, recorded, key, path)
        return inside(Members.of_recorded(name, recorded).mapped([key], key), path)


class StructuredDeploymentGroup(SoftwareDeploymentGroup):
    """A SoftwareDeploymentGroup whose config is a map."""

    member_type = "OS::Heat::StructuredDeployment"
    support_status = SupportStatus(version="2014.1")
    properties_schema = {**SoftwareDeploymentGroup.properties_schema, **structured_deployment.PROPERTIES}


class SoftwareDeployments(SoftwareDeploymentGroup):
    """The old name of SoftwareDeploymentGroup."""

    support_status = SupportStatus(
        status="HIDDEN",
        version="7.0.0",
        message="Please use OS::Heat::SoftwareDeploymentGroup instead.",
        previous_status=SupportStatus(status="DEPRECATED", version="2014.2"),
    )


class StructuredDeployments(StructuredDeploymentGroup):
    """The old name of StructuredDeploymentGroup."""

    support_status = SupportStatus(
        status="HIDDEN",
        version="7.0.0",
        message="Please use OS::Heat::StructuredDeploymentGroup instead.",
        previous_status=SupportStatus(status="DEPRECATED", version="2014.2"),
    )
