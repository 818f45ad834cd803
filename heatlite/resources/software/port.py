"""The port by which plugins keep software configs and deployments. The engine implements it; tests have one in memory.

It writes the database: only plugins that aren't ``immediate`` may use it. Each call is one transaction, and each may be
made again after a crash, to the same effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

UNGROUPED, COMPONENT = "Heat::Ungrouped", "component"


@dataclass(frozen=True, slots=True)
class Config:
    """What is to be done on a server. ``inputs`` and ``outputs`` are as ``io`` reads them."""

    name: str
    group: str | None = UNGROUPED
    config: Any = None
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """That a config is to be applied to a server now."""

    config: Config
    """Made for this alone, with the values of its inputs."""
    server_id: str
    action: str
    status: str
    status_reason: str
    input_values: Mapping[str, Any] | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment as it is now."""

    config: Config
    status: str | None
    status_reason: str | None
    output_values: Mapping[str, Any]


class Software(Protocol):
    """The configs and deployments that a stack's project may see."""

    def config(self, config_id: str) -> Config | None:
        """One config."""

    def make_config(self, config_id: str, config: Config) -> None:
        """A new config, if there is none of this id."""

    def remove_config(self, config_id: str) -> None:
        """Forget a config, if it is there.

        :raises InvalidRestrictedAction: where it is deployed
        """

    def deploy(self, deployment_id: str, order: Order) -> None:
        """Have a deployment be this, whether it was there or not; the config that it had goes."""

    def deployed(self, deployment_id: str) -> Deployed | None:
        """One deployment."""

    def signal(self, deployment_id: str, details: Mapping[str, Any]) -> str | None:
        """Take what a server says of a deployment: a sentence about it; None where it isn't in progress.

        :raises NotFound: where there is no such deployment
        """

    def undeploy(self, deployment_id: str) -> None:
        """Forget a deployment and the config that was made for it, if they are there."""
