"""The port through which plugins store software configs and deployments. The engine implements it.

It writes the database, so only plugins that aren't ``immediate`` may use it. Each call is one transaction, and has the
same effect if it is repeated after a crash. Tests use an implementation in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

UNGROUPED, COMPONENT = "Heat::Ungrouped", "component"


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration to apply to a server. ``inputs`` and ``outputs`` have the form that ``io`` checks."""

    name: str
    group: str | None = UNGROUPED
    config: Any = None
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A request to apply a config to a server now."""

    config: Config
    """Derived for this deployment alone, with the values of its inputs."""
    server_id: str
    action: str
    status: str
    status_reason: str
    input_values: Mapping[str, Any] | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment in its present state."""

    config: Config
    status: str | None
    status_reason: str | None
    output_values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Served:
    """A server to which deployments are pushed: its resource's data and metadata, and its deployments."""

    data: Mapping[str, Any]
    metadata: Mapping[str, Any]
    deployments: Sequence[Mapping[str, Any]] = ()


class Software(Protocol):
    """The configs and deployments of a stack's project."""

    def config(self, config_id: str) -> Config | None:
        """Return a config; None if it doesn't exist."""

    def make_config(self, config_id: str, config: Config) -> None:
        """Create a config, unless there is one with this id."""

    def remove_config(self, config_id: str) -> None:
        """Delete a config, if it exists.

        :raises InvalidRestrictedAction: if a deployment uses it
        """

    def deploy(self, deployment_id: str, order: Order) -> None:
        """Create or change a deployment to match the order; its previous config is deleted."""

    def deployed(self, deployment_id: str) -> Deployed | None:
        """Return a deployment; None if it doesn't exist."""

    def signal(self, deployment_id: str, details: Mapping[str, Any]) -> str | None:
        """Record a server's report on a deployment; return a sentence about it, or None if it isn't in progress.

        :raises NotFound: if there is no such deployment
        """

    def give_up(self, deployment_id: str, reason: str) -> None:
        """Mark a deployment FAILED, if it is in progress."""

    def undeploy(self, deployment_id: str) -> None:
        """Delete a deployment and the config that was derived for it, if they exist."""

    def served(self, server_id: str, data: Mapping[str, Any] | None = None) -> Served | None:
        """Return a server of the project by its physical id; None if its deployments aren't pushed to it.

        :param data: the data of the server's resource, if its row doesn't have them yet
        """
