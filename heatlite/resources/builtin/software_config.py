"""OS::Heat::SoftwareConfig and StructuredConfig: what is to be done on servers, kept where deployments find it.

A config never changes: every change of a property makes another one. Its id is the resource's uuid, so that making it
twice makes one.
"""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.software import io
from heatlite.resources.software.port import UNGROUPED, Config

GROUP, CONFIG, OPTIONS, INPUTS, OUTPUTS = "group", "config", "options", "inputs", "outputs"

GROUP_PROPERTY = Property(
    Type.STRING, "What the config is for, such as the tool that is to apply it.", default=UNGROUPED
)
OPTIONS_PROPERTY = Property(Type.MAP, "Options of that tool.")
INPUTS_PROPERTY = Property(
    Type.LIST, "The inputs that the config expects.", schema=Property(Type.MAP, "One of them.", schema=io.INPUT_SCHEMA)
)
OUTPUTS_PROPERTY = Property(
    Type.LIST,
    "The outputs that the config will give.",
    schema=Property(Type.MAP, "One of them.", schema=io.OUTPUT_SCHEMA),
)


class SoftwareConfig(Resource):
    """A script, or any other text, with the inputs that it expects and the outputs that it gives."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        GROUP: GROUP_PROPERTY,
        CONFIG: Property(Type.STRING, "The script or manifest."),
        OPTIONS: OPTIONS_PROPERTY,
        INPUTS: INPUTS_PROPERTY,
        OUTPUTS: OUTPUTS_PROPERTY,
    }
    attributes_schema = {CONFIG: Attribute("The script or manifest, as it is kept.", Type.STRING)}

    def made(self) -> Config:
        """The config that the properties describe."""
        return Config(
            name=self.physical_resource_name(),
            group=self.properties[GROUP],
            config=self.properties[CONFIG],
            inputs=[io.said(each) for each in self.properties[INPUTS] or ()],
            outputs=[io.said(each) for each in self.properties[OUTPUTS] or ()],
            options=self.properties[OPTIONS],
        )

    def handle_create(self) -> None:
        """Keep it."""
        self.resource_id_set(self.uuid)
        self.software.make_config(self.uuid, self.made())

    def handle_delete(self) -> None:
        """Forget it.

        :raises InvalidRestrictedAction: where it is deployed
        """
        if self.resource_id is not None:
            self.software.remove_config(self.resource_id)

    def find(self) -> list[str]:
        """The config, if it was kept."""
        return [self.uuid] if self.software.config(self.uuid) is not None else []

    def resolve_attribute(self, name: str) -> Any:
        """``config``, as it is kept; None where it is gone."""
        kept = self.software.config(self.resource_id) if self.resource_id else None
        return kept.config if kept else None


class StructuredConfig(SoftwareConfig):
    """The same, where the config is a map, which a deployment may put values into."""

    properties_schema = {
        **SoftwareConfig.properties_schema,
        CONFIG: Property(Type.MAP, "The configuration, kept as JSON."),
    }
