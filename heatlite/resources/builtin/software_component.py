"""OS::Heat::SoftwareComponent: configs for several actions on one piece of software, kept as one config."""

from __future__ import annotations

from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources.builtin.software_config import (
    CONFIG,
    INPUTS,
    INPUTS_PROPERTY,
    OPTIONS,
    OPTIONS_PROPERTY,
    OUTPUTS,
    OUTPUTS_PROPERTY,
    SoftwareConfig,
)
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.software import io
from heatlite.resources.software.port import COMPONENT, Config
from heatlite.schema.constraints import Length

CONFIGS, ACTIONS, TOOL = "configs", "actions", "tool"


class SoftwareComponent(SoftwareConfig):
    """A config that consists of several configs, each for some actions of the deployment."""

    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        CONFIGS: Property(
            Type.LIST,
            "The configs; each action may occur in only one of them.",
            required=True,
            constraints=(Length(min=1),),
            schema=Property(
                Type.MAP,
                "One config.",
                schema={
                    ACTIONS: Property(
                        Type.LIST,
                        "The actions that it is for: CREATE, UPDATE, SUSPEND, RESUME, DELETE, or the tool's own.",
                        default=["CREATE", "UPDATE"],
                        schema=Property(Type.STRING, "One action."),
                        constraints=(Length(min=1),),
                    ),
                    CONFIG: SoftwareConfig.properties_schema[CONFIG],
                    TOOL: Property(Type.STRING, "The tool that applies it.", required=True),
                },
            ),
        ),
        INPUTS: INPUTS_PROPERTY,
        OUTPUTS: OUTPUTS_PROPERTY,
        OPTIONS: OPTIONS_PROPERTY,
    }
    attributes_schema = {CONFIGS: Attribute("The stored configs.", Type.LIST)}

    def validate(self) -> None:
        """Refuse two configs for the same action.

        :raises StackValidationFailed: if there are two
        """
        if not self.known(CONFIGS):
            return
        actions = [action for each in self.properties[CONFIGS] for action in each[ACTIONS]]
        if len(actions) != len(set(actions)):
            raise StackValidationFailed(
                message="Defining more than one configuration for the same action in SoftwareComponent "
                f'"{self.name}" is not allowed.'
            )

    def made(self) -> Config:
        """Return all of them as one config."""
        configs = [{**each, ACTIONS: list(each[ACTIONS])} for each in self.properties[CONFIGS]]
        return Config(
            name=self.physical_resource_name(),
            group=COMPONENT,
            config={CONFIGS: configs},
            inputs=[io.without_unset(each) for each in self.properties[INPUTS] or ()],
            outputs=[io.without_unset(each) for each in self.properties[OUTPUTS] or ()],
            options=self.properties[OPTIONS],
        )

    def resolve_attribute(self, name: str) -> Any:
        """Return ``configs``; None if they don't exist any more."""
        kept = super().resolve_attribute(name)
        return kept.get(CONFIGS) if isinstance(kept, dict) else None
