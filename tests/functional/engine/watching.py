"""An observer on an endpoint whose resources' real state a test chooses; its rounds are run when a test says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from heatlite.db import observations
from heatlite.db.api import Database
from heatlite.db.observations import ObservationRecord
from heatlite.engine.common.settings import ObserverSettings, Settings
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.runtime.observer import IDLE, Observer
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.resources.base import Resource
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.sight import Sight
from tests.functional.engine.endpoint import HANDS_OVER, Endpoint

Identity = dict[str, Any]
INTERVAL = 300.0
ENOUGH = 50


class World:
    """What is to be seen of resources by their names. ``looks``: the names of each look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sights: dict[str, Sight | str] = {}
        self.looks: list[list[str]] = []
        monkeypatch.setattr(TestResource, "see_all", classmethod(lambda cls, resources: self.see_all(resources)))
        monkeypatch.setattr(TestResource, "handle_update", lambda resource, diff: self.updated(resource))
        monkeypatch.setattr(TestResource, "check_update_complete", lambda resource, progress: True)

    def see_all(self, resources: Sequence[Resource]) -> dict[str, Sight | str]:
        self.looks.append(sorted(it.name for it in resources))
        return {it.uuid: self.sights.get(it.name, Sight()) for it in resources}

    def updated(self, resource: Resource) -> None:
        """Repair it, as an update does."""
        self.sights.pop(resource.name, None)


class Watch:
    """An endpoint with an observer."""

    def __init__(self, database: Database, clock: Any = None, **options: Any) -> None:
        options = {"resources_per_second": 1000.0, "interval": INTERVAL, **options}
        settings = Settings(**{**HANDS_OVER, "observer": ObserverSettings(**options)})
        self.engine = Endpoint(database, settings)
        self.shared = self.engine.shared
        if clock is not None:
            self.engine.clock.now = clock.now
        self.observer = Observer(self.shared, Lifecycle(self.shared, ResultRecorder(self.shared)))

    def pass_time(self, seconds: float) -> None:
        self.engine.clock.now += seconds
        self.shared.lease.renew()

    def round(self, later: float = INTERVAL + 1) -> None:
        """Look at every stack that is due by then, and do what comes of it."""
        self.pass_time(later)
        for _ in range(ENOUGH):
            wait = self.observer.turn()
            self.engine.settle()
            if wait >= IDLE:
                return
            self.pass_time(wait)
        raise AssertionError(f"the observer still wants to go on after {ENOUGH} turns")

    def record(self, identity: Identity) -> ObservationRecord:
        found = observations.get(self.shared.context(), identity["stack_id"])
        assert found is not None, "the stack hasn't been looked at"
        return found

    def drifted(self, identity: Identity) -> dict[str, str]:
        """Name → what differs, as recorded."""
        return {it["name"]: it["words"] for it in self.record(identity).drift.values()}

    def told(self, identity: Identity) -> list[tuple[str, str, str]]:
        """The events of drift, oldest first: resource, state, reason."""
        found = self.engine.call("list_events", stack_identity=identity, sort_dir="asc", nested_depth=5)
        return [
            (it["resource_name"], f"{it['resource_action']}_{it['resource_status']}", it["resource_status_reason"])
            for it in found
            if it["resource_status_reason"].startswith("Drift: ")
        ]

    def ids(self, identity: Identity) -> dict[str, str]:
        found = self.engine.call("list_stack_resources", stack_identity=identity)
        return {it["resource_name"]: it["physical_resource_id"] for it in found}

    def state(self, identity: Identity) -> tuple[str, str, str]:
        shown = self.engine.show(identity)
        return shown["stack_action"], shown["stack_status"], shown["stack_status_reason"]
