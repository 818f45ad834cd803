"""OS::Heat::SoftwareConfig and StructuredConfig: software configuration for servers, stored for deployments.

A config never changes: each change of a property makes a new one. Its id is the resource's uuid, so creating it twice
makes one config.
"""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.software import io
from heatlite.resources.software.port import UNGROUPED, Config

GROUP, CONFIG, OPTIONS, INPUTS, OUTPUTS = "group", "config", "options", "inputs", "outputs"

GROUP_PROPERTY = Property(Type.STRING, "The kind of config, such as the tool that applies it.", default=UNGROUPED)
OPTIONS_PROPERTY = Property(Type.MAP, "Options of that tool.")
INPUTS_PROPERTY = Property(
    Type.LIST, "The inputs that the config expects.", schema=Property(Type.MAP, "One input.", schema=io.INPUT_SCHEMA)
)
OUTPUTS_PROPERTY = Property(
    Type.LIST,
    "The outputs that the config returns.",
    schema=Property(Type.MAP, "One output.", schema=io.OUTPUT_SCHEMA),
)


class SoftwareConfig(Resource):
    """A script, or any other text, with its expected inputs and outputs."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        GROUP: GROUP_PROPERTY,
        CONFIG: Property(Type.STRING, "The script or manifest."),
        OPTIONS: OPTIONS_PROPERTY,
        INPUTS: INPUTS_PROPERTY,
        OUTPUTS: OUTPUTS_PROPERTY,
    }
    attributes_schema = {CONFIG: Attribute("The stored script or manifest.", Type.STRING)}

    def made(self) -> Config:
        """Return the config that the properties describe."""
        return Config(
            name=self.physical_resource_name(),
            group=self.properties[GROUP],
            config=self.properties[CONFIG],
            inputs=[io.without_unset(each) for each in self.properties[INPUTS] or ()],
            outputs=[io.without_unset(each) for each in self.properties[OUTPUTS] or ()],
            options=self.properties[OPTIONS],
        )

    def handle_create(self) -> None:
        """Store the config."""
        self.resource_id_set(self.uuid)
        self.software.make_config(self.uuid, self.made())

    def handle_delete(self) -> None:
        """Delete the config.

        :raises InvalidRestrictedAction: if a deployment uses it
        """
        if self.resource_id is not None:
            self.software.remove_config(self.resource_id)

    def find(self) -> list[str]:
        """Return the config's id, if it is stored."""
        return [self.uuid] if self.software.config(self.uuid) is not None else []

    def resolve_attribute(self, name: str) -> Any:
        """Return ``config``, as it is stored; None if it doesn't exist any more."""
        kept = self.software.config(self.resource_id) if self.resource_id else None
        return kept.config if kept else None


class StructuredConfig(SoftwareConfig):
    """A SoftwareConfig whose config is a map, into which a deployment may put values."""

    properties_schema = {
        **SoftwareConfig.properties_schema,
        CONFIG: Property(Type.MAP, "The configuration, kept as JSON."),
    }
