"""What wake-ups are for: with them an owner goes on when its nested stack ends; without, at its next poll.

Both are measured in one run, on the embedded engine; ``pytest -s`` shows the numbers (see doc/nested.md).
"""

from __future__ import annotations

import pathlib
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from heatlite.db.records import StackRecord
from heatlite.engine.ports.nested_stacks import Port
from heatlite.engine.traversal.nested_family import Family
from heatlite.resources.nested.port import ChildView
from heatlite.rpc.worker_client import WorkerClient
from tests.deployment import in_process
from tests.family import inline
from tests.story import Story, hot, resource

CHILDREN, SECONDS = 12, 2.5
TREE = hot(**{f"child{n}": inline(hot(inner=inline(hot(a=resource(wait_secs=SECONDS))))) for n in range(CHILDREN)})


@dataclass
class Measured:
    """When nested stacks ended, when their owners first saw it, and how often they looked."""

    ended: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    looks: int = 0

    @property
    def delays(self) -> list[float]:
        """Seconds from the end of each nested stack to its owner's going on."""
        return [self.seen[stack] - self.ended[stack] for stack in self.ended]


def measured(patch: pytest.MonkeyPatch) -> Measured:
    """Watch whoever ends, and whoever looks."""
    found, end, look = Measured(), Family.ended, Port.look

    def ended(self: Family, stack: StackRecord) -> None:
        if stack.is_nested:
            found.ended[stack.id] = time.monotonic()
        end(self, stack)

    def looked(self: Port, child_id: str) -> ChildView | None:
        view = look(self, child_id)
        found.looks += 1
        if view is not None and view.status == "COMPLETE":
            found.seen.setdefault(child_id, time.monotonic())
        return view

    patch.setattr(Family, "ended", ended)
    patch.setattr(Port, "look", looked)
    return found


def create(directory: pathlib.Path, *, wakes: bool) -> Measured:
    """Create the tree, and measure."""
    with pytest.MonkeyPatch.context() as patch:
        found = measured(patch)
        if not wakes:
            patch.setattr(WorkerClient, "wake", lambda self, engine_id, resource_ids: None)
        engine = in_process(directory)
        try:
            story = Story(engine)
            story.create(TREE)
            story.settle("CREATE_COMPLETE")
        finally:
            engine.stop()
    return found


def test_wake_ups_save_waiting_and_a_tree_completes_without_any(tmp_path: pathlib.Path) -> None:
    woken, polled = create(tmp_path / "woken", wakes=True), create(tmp_path / "polled", wakes=False)
    for name, it in (("with wake-ups", woken), ("by polling", polled)):
        told: Any = statistics.median(it.delays), max(it.delays), it.looks
        print(f"{name}: {told[0]:.3f} s (median), {told[1]:.3f} s (longest), {told[2]} looks")
    ratio = statistics.median(polled.delays) / statistics.median(woken.delays)
    print(f"ratio of the medians: {ratio:.0f}")
    assert len(woken.delays) == len(polled.delays) == 2 * CHILDREN
    assert ratio > 2
    assert woken.looks < polled.looks + 2 * CHILDREN, "a wake-up costs a look, and saves those that come after it"
