"""OS::Heat::Stack: a nested stack whose template is a property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.constraints import Range, current_cloud

ORCHESTRATION, REGION = "orchestration", "region_name"
TEMPLATE, PARAMETERS, TIMEOUT, CONTEXT = "template", "parameters", "timeout", "context"
NAME, OUTPUTS = "stack_name", "outputs"


class Stack(StackResource):
    """A nested stack of this region and project."""

    support_status = SupportStatus(version="2014.1")
    is_separate_in_heat = True
    properties_schema = {
        TEMPLATE: Property(Type.STRING, "The stack's template.", required=True, update_allowed=True),
        PARAMETERS: Property(Type.MAP, "The values of the stack's parameters.", default={}, update_allowed=True),
        TIMEOUT: Property(
            Type.INTEGER,
            "The timeout of an operation on the stack, in minutes; the timeout of the parent's operation applies too.",
            constraints=(Range(1, None),),
            update_allowed=True,
        ),
        CONTEXT: Property(
            Type.MAP,
            "The stack's location: region_name may name this region; other regions and clouds are not supported.",
            update_allowed=True,
        ),
    }
    attributes_schema = {
        NAME: Attribute("The stack's name.", Type.STRING),
        OUTPUTS: Attribute("The stack's outputs, by name.", Type.MAP),
    }

    @property
    def region(self) -> str | None:
        """The region that the context names."""
        return (self.properties[CONTEXT] or {}).get(REGION) if self.known(CONTEXT) else None

    def validate(self) -> None:
        """Refuse another region or cloud. A region is this one if its orchestration URL is the same as here.

        :raises StackValidationFailed: if the context names another region, or one that doesn't exist
        """
        if not self.properties[CONTEXT] or not self.known(CONTEXT):
            return
        cloud, others = self._cloud or current_cloud(), set(self.properties[CONTEXT]) - {REGION}
        there = cloud.endpoint(ORCHESTRATION, self.region) if cloud is not None and self.region else None
        if cloud is not None and self.region and there is None:
            raise StackValidationFailed(
                message=f'Cannot establish connection to Heat endpoint at region "{self.region}" due to '
                f'"public endpoint for {ORCHESTRATION} service in {self.region} region not found"'
            )
        if others or there is None or there != cloud.endpoint(ORCHESTRATION):
            raise self.property_error(
                CONTEXT, "stacks in other regions or clouds are not supported; leave it out to make the stack here"
            )

    def child_template(self) -> str | None:
        """Return the property; None while it, or which parameters are given, isn't known."""
        return self.properties[TEMPLATE] if self.known(TEMPLATE) and self.knows_keys(PARAMETERS) else None

    def child_parameters(self) -> Mapping[str, Any]:
        """Return the property; empty while its keys aren't known, because the template isn't checked then either."""
        return (self.properties[PARAMETERS] or {}) if self.knows_keys(PARAMETERS) else {}

    def child_timeout(self) -> int | None:
        """Return the property, in minutes."""
        return self.properties[TIMEOUT]

    def resolve_attribute(self, name: str) -> Any:
        """Return the name, or every output with its value."""
        return self.physical_resource_name() if name == NAME else self.nested.outputs(self.uuid)
