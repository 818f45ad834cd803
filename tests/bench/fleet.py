"""The engines that are measured: as they are by default, but for limits that would keep large stacks out."""

from __future__ import annotations

import pathlib
from typing import Any

from tests.deployment import Daemons

DEFAULTS: dict[str, Any] = {
    "lease_seconds": 20,
    "sweep_interval": 5,
    "recast_after": 10,
    "max_events_per_stack": 1000,
    "graceful_shutdown_timeout": 60,
    "max_stacks_per_tenant": -1,
}


class BenchFleet(Daemons):
    """Engine processes in their default configuration."""

    def __init__(self, directory: pathlib.Path, url: str, bus: str, *, workers: int = 2, **options: Any) -> None:
        self.url = url
        super().__init__(directory, url, bus, workers=workers, **{**DEFAULTS, **options})
