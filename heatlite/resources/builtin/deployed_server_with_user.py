"""OS::Heat::DeployedServer for clouds where stacks have their own users: its agent can log in, or read from a service.

It replaces the plain type if a domain for stack users is configured, because it does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.agent import ForAgents
from heatlite.resources.builtin.deployed_server import DeployedServer
from heatlite.resources.software.delivery import CONFIG_TRANSPORT


class DeployedServerWithUser(ForAgents, DeployedServer):
    """A server that the stack doesn't make, with what its agent needs."""

    def handle_create(self) -> None:
        """Record the physical id, and make what the agent needs."""
        super().handle_create()
        self.make_own()

    def make_own(self) -> None:
        """Make what the agent needs."""
        self.make_credentials()

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Make what another transport needs."""
        if CONFIG_TRANSPORT in prop_diff:
            self.change_credentials(str(self.resource_id))

    def handle_delete(self) -> None:
        """Remove what was made for the agent."""
        self.forget_credentials()


IN_PLACE_OF: dict[str, type[Resource]] = {"OS::Heat::DeployedServer": DeployedServerWithUser}
"""Resource type → class that replaces the plain one."""
