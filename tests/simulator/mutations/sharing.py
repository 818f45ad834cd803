"""Slips in how projects share the engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.context import EngineContext
from heatlite.db import sync_points
from heatlite.engine.membership.project_quota import ProjectQuota
from heatlite.engine.runtime.backlog_puller import BacklogPuller
from tests.simulator.mutations.base import Patch, mutation


@mutation(200)
def serve_the_first_project_first_always() -> Sequence[Patch]:
    def next_project(self: BacklogPuller) -> str | None:
        return sync_points.next_queued_project(EngineContext(self._quota.database), "")

    return [(BacklogPuller, "_next_project", next_project)]


@mutation(50)
def take_what_is_queued_and_do_nothing() -> Sequence[Patch]:
    return [(BacklogPuller, "_hand_on", lambda self, project, traversal_id, batch: None)]


@mutation(50)
def leave_what_is_beyond_the_share_to_nobody() -> Sequence[Patch]:
    def queue(self: ProjectQuota, traversal_id: str, nodes: Any, project: str | None = None) -> None:
        return None

    return [(ProjectQuota, "queue", queue)]
