"""OS::Heat::Stack: a stack in a stack, whose template is a property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.constraints import Range, asked

ORCHESTRATION, REGION = "orchestration", "region_name"
TEMPLATE, PARAMETERS, TIMEOUT, CONTEXT = "template", "parameters", "timeout", "context"
NAME, OUTPUTS = "stack_name", "outputs"


class Stack(StackResource):
    """A nested stack of this region and project."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        TEMPLATE: Property(Type.STRING, "The stack's template.", required=True, update_allowed=True),
        PARAMETERS: Property(Type.MAP, "The values of its parameters.", default={}, update_allowed=True),
        TIMEOUT: Property(
            Type.INTEGER,
            "Minutes that an operation on it may take, within the time that the parent's has.",
            constraints=(Range(1, None),),
            update_allowed=True,
        ),
        CONTEXT: Property(
            Type.MAP,
            "Where it is: region_name may name this region; other regions and clouds are not supported.",
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
        """Refuse another region or cloud. A region is this one if the API has the same URL there as here.

        :raises StackValidationFailed: where the context names another, or one that isn't there
        """
        if not self.properties[CONTEXT] or not self.known(CONTEXT):
            return
        cloud, others = self._cloud or asked(), set(self.properties[CONTEXT]) - {REGION}
        there = cloud.endpoint(ORCHESTRATION, self.region) if cloud is not None and self.region else None
        if cloud is not None and self.region and there is None:
            raise StackValidationFailed(
                message=f'Cannot establish connection to Heat endpoint at region "{self.region}" due to '
                f'"public endpoint for {ORCHESTRATION} service in {self.region} region not found"'
            )
        if others or there is None or there != cloud.endpoint(ORCHESTRATION):
            raise self.property_error(
                CONTEXT, "stacks in other regions or clouds are not supported; leave it out to make one here"
            )

    def child_template(self) -> str | None:
        """The property; None while it isn't known, or it isn't known which parameters are given."""
        return self.properties[TEMPLATE] if self.known(TEMPLATE) and self.knows_keys(PARAMETERS) else None

    def child_parameters(self) -> Mapping[str, Any]:
        """The property; none while its keys aren't known, when nothing is said of the template either."""
        return (self.properties[PARAMETERS] or {}) if self.knows_keys(PARAMETERS) else {}

    def child_timeout(self) -> int | None:
        """The property, in minutes."""
        return self.properties[TIMEOUT]

    def resolve_attribute(self, name: str) -> Any:
        """The name, or every output with its value."""
        return self.physical_resource_name() if name == NAME else self.nested.outputs(self.uuid)
