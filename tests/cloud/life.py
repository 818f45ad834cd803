"""Life: one resource on real services, step by step, as an engine takes it."""

from __future__ import annotations

import dataclasses
import random
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from heatlite.resources.instance import Instance
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.registry import Registry
from heatlite.resources.sight import AS_IT_SHOULD_BE
from heatlite.resources.steps import find_existing, poll, start
from heatlite.resources.testing import Outcome, carried, instance_of
from tests.cloud.reached import Reached

REGISTRY = Registry.load()
PATIENCE = 600.0
"""Seconds until something is given up: a busy machine is no fault."""


@dataclass
class Life:
    """One resource, step by step, as an engine takes them; ``plugin`` is its class."""

    cloud: Reached
    type_name: str
    properties: dict[str, Any]
    user: str = "demo"
    reads: frozenset[str] = frozenset()
    instance: Instance = field(init=False)

    def __post_init__(self) -> None:
        self.plugin = REGISTRY.get(self.type_name)
        self.instance = instance_of(
            self.plugin,
            self.properties,
            time.time,  # type: ignore[arg-type]
            uuid=str(uuid.uuid4()),
            random=random.Random(),
            type_name=self.type_name,
            cloud=self.cloud.services(self.user, self.user),
            project_id=self.cloud.project_id(self.user),
            reads=self.reads,
        )

    def run(self, action: str, *given: Any) -> Done | Failed | Replace:
        """Take an action to its end; what it waits for is looked at as often as it asks."""
        steps = self.cloud.interruptions
        return self._end(steps.first_step(self.plugin, self.instance, action, *given), action, *given)

    def _end(self, outcome: Outcome, action: str, *given: Any) -> Done | Failed | Replace:
        steps = self.cloud.interruptions
        end = time.monotonic() + PATIENCE
        while isinstance(outcome, Waiting):
            assert time.monotonic() < end, f"{action} of {self.type_name} waits for ever: {outcome}"
            time.sleep(min(outcome.poll_after, 1.0))
            self.instance = carried(self.instance, outcome)
            outcome = steps.next_step(self.plugin, self.instance, action, outcome.progress, *given)
        if isinstance(outcome, Done):
            self.instance = carried(self.instance, outcome)
        return outcome

    def create(self) -> Done:
        made = self.run("CREATE")
        assert isinstance(made, Done), made
        assert self.drift() == {}, self.type_name
        return made

    def create_and_die(self) -> list[str]:
        """Create it as an engine that dies as the service answers and one that goes on; return what that one found."""
        outcome = start(self.plugin(self.instance), "CREATE")
        while isinstance(outcome, Waiting) and outcome.physical_id is None:
            self.instance = carried(self.instance, outcome)
            outcome = poll(self.plugin(self.instance), "CREATE", outcome.progress)
        assert isinstance(outcome, (Done, Waiting)), outcome
        found = self.find_existing()
        self.instance = dataclasses.replace(self.instance, resource_id=found[0] if found else None)
        self._end(poll(self.plugin(self.instance), "CREATE", None), "CREATE")
        return found

    def update(self, **properties: Any) -> Done | Failed | Replace:
        """Change these properties; those that are None go."""
        self.properties = {name: it for name, it in (self.properties | properties).items() if it is not None}
        after = self.plugin.checked_properties(self.properties)
        before, self.instance = self.instance.properties, dataclasses.replace(self.instance, properties=after)
        updated = self.run("UPDATE", {name: after[name] for name in after if after[name] != before.get(name)})
        assert not isinstance(updated, Done) or self.drift() == {}, self.type_name
        return updated

    def drift(self) -> dict[str, Any]:
        """What differs from its properties, by a look at it alone and by a list; after an action nothing may."""
        resource, twin = self.plugin(self.instance), self.plugin(self.instance)
        alone = self.plugin.see_all([resource])
        listed = self.plugin.see_all([resource, twin])
        assert alone == listed, (self.type_name, alone, listed)
        [sight] = alone.values() or [AS_IT_SHOULD_BE]
        return {"unseen": sight} if isinstance(sight, str) else sight.to_dict()

    def find_existing(self) -> list[str]:
        """What an engine finds that doesn't know the id."""
        ids = find_existing(self.plugin(dataclasses.replace(self.instance, resource_id=None)))
        assert isinstance(ids, list), ids
        return ids

    def seen(self) -> dict[str, Any]:
        """What the service says of it."""
        resource = self.plugin(self.instance)
        assert isinstance(resource, CloudResource)
        return resource.seen()


def reference(life: Life) -> str:
    """The physical id."""
    return str(life.instance.resource_id)
