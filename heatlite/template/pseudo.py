"""Pseudo parameters: what a template may ask about its own stack without declaring it."""

from __future__ import annotations

from dataclasses import dataclass

PSEUDO_PARAMETERS = ("OS::stack_id", "OS::project_id", "OS::stack_name", "OS::region")

SHOWN = ("OS::stack_id", "OS::project_id", "OS::stack_name")
"""Those that Heat's API lists among a stack's parameters."""


@dataclass(frozen=True)
class PseudoParameters:
    """Their values for one stack. The id of a stack that isn't stored yet is ``""``."""

    stack_name: str
    stack_id: str
    project_id: str
    region: str

    def values(self) -> dict[str, str]:
        """Name, as templates write it, to value."""
        return dict(zip(PSEUDO_PARAMETERS, (self.stack_id, self.project_id, self.stack_name, self.region), strict=True))
