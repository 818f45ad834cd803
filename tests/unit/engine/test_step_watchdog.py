"""Steps that don't come back: told of once, with the place where they stand; and their process leaves."""

from __future__ import annotations

import pytest

from heatlite.convergence.decide import Create
from heatlite.convergence.model import Action, Node, NodeKind
from heatlite.engine.definitions.work import Work
from heatlite.engine.traversal.step_watchdog import StepWatchdog
from tests.unit.engine.records import row

WORK = Work("t", Node(1, NodeKind.UPDATE), row(1, "bad"), Create(), Action.CREATE, "e", "c")


class Here:
    """A process with steps, on a clock of the test's."""

    def __init__(self, limit: float) -> None:
        self.now, self.left = 1000.0, 0
        self.watchdog = StepWatchdog(lambda: self.now, limit, self._leave)

    def _leave(self) -> None:
        self.left += 1

    def look_after(self, seconds: float) -> int:
        """Look once so much time has passed; how often the process was told to leave."""
        self.now += seconds
        self.watchdog.hanging_steps()
        return self.left


def test_a_step_that_hangs_is_told_of_once_and_its_process_leaves(caplog: pytest.LogCaptureFixture) -> None:
    here = Here(limit=60)
    with here.watchdog.watching(WORK):
        assert here.look_after(59) == 0
        assert here.look_after(2) == 1
        assert "CREATE of bad (OS::Heat::TestResource) has been in one step for 61 s" in caplog.text
        assert "in test_a_step_that_hangs" in caplog.text, "it says where the step stands"
        assert here.look_after(60) == 1
        assert here.watchdog.has_overdue
    assert not here.watchdog.has_overdue


def test_of_several_steps_each_is_told_of_and_the_process_leaves_once(caplog: pytest.LogCaptureFixture) -> None:
    here = Here(limit=60)
    with here.watchdog.watching(WORK), here.watchdog.watching(WORK):
        assert here.look_after(61) == 1
    assert caplog.text.count("has been in one step") == 2
    with here.watchdog.watching(WORK):
        assert here.look_after(61) == 1
    assert caplog.text.count("has been in one step") == 3


def test_a_step_that_came_back_was_none(caplog: pytest.LogCaptureFixture) -> None:
    here = Here(limit=60)
    with here.watchdog.watching(WORK):
        here.look_after(30)
    assert here.look_after(60) == 0
    assert not caplog.text


def test_steps_have_any_time_without_a_limit() -> None:
    here = Here(limit=0)
    with here.watchdog.watching(WORK):
        assert here.look_after(10**6) == 0
