"""Deaths: engines that are killed, one or all of them, in the middle of a large create; plugins that kill them; and one
that is believed to be dead and isn't.

Each ends by itself, in about a lease and a sweep, and nothing is made twice.
"""

from __future__ import annotations

import pathlib
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chaos.world import World
from tests.deployment import QUICK
from tests.integration import poison
from tests.integration.replaceable import Replaceable, things
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

LARGE = 200
SECONDS = 0.5
LEASE, SWEEP = float(QUICK["lease_seconds"]), float(QUICK["sweep_interval"])


@pytest.fixture
def engines(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Replaceable]:
    deployment = Replaceable(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost())
    try:
        deployment.launch()
        deployment.launch()
        yield deployment
    finally:
        for process in deployment.workers():
            process.send_signal(signal.SIGCONT)
        deployment.stop()


def ended(engines: Replaceable) -> None:
    """Wait until no stack is in progress."""
    wait_until(lambda: "IN_PROGRESS" not in engines.states(), PATIENCE, "every operation to end", engines.tail)


def made_once(engines: Replaceable, count: int) -> None:
    """See that each thing was made, and once."""
    keys = Counter(thing.key for thing in World(engines.directory / "world").things().values())
    assert len(keys) == count
    assert set(keys.values()) == {1}


def test_an_engine_that_slept_through_its_death_writes_nothing_more_and_goes_on_as_another(
    engines: Replaceable,
) -> None:
    story = Story(engines)
    story.create(things(20, 4.0))  # each holds a lock for longer than a lease
    wait_until(lambda: len(engines.holders()) == 2, PATIENCE, "both engines to hold something", engines.tail)
    zombie, _other = list(engines.holders())
    process = engines.process_of(zombie)
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: zombie not in engines.engines(), PATIENCE, "the other to notice", engines.tail)
    wait_until(lambda: zombie not in engines.holders(), PATIENCE, "what it held to be taken over", engines.tail)
    written = engines.written_by(zombie)
    process.send_signal(signal.SIGCONT)
    wait_until(lambda: len(engines.engines()) == 2, PATIENCE, "it to register anew", engines.tail)
    assert zombie not in engines.engines()
    story.settle("CREATE_COMPLETE")
    story.verify(*things(20, 4.0)["resources"])
    # It may have been about to take up something else. Events of one moment may come in any order, so they are counted.
    later = Counter(engines.written_by(zombie)) - Counter(written)
    assert not set(written).intersection(later), "it wrote of what it had lost"
    assert process.is_running(), "it was another process that registered"
    assert sorted(story.order("CREATE")) == sorted(set(story.order("CREATE"))), "something was completed twice"
    made_once(engines, 20)
    story.verify_nothing_left()


def test_a_plugin_that_kills_its_engine_kills_no_more_than_it_may(engines: Replaceable) -> None:
    beside = Story(engines)
    story = Story(engines)
    beside.create(things(4, 3.0))
    story.create(hot(bad={"type": poison.TYPE}, good=resource("1")))
    ended(engines)  # told by the database: a call that an engine takes with it into its death is never answered
    story.settle("CREATE_FAILED")
    found = story.resources()
    assert found["good"]["resource_status"] == "COMPLETE"
    assert found["bad"]["resource_status"] == "FAILED"
    reason = "resources.bad: 3 engines died at it, one after the other; it isn't tried again"
    assert reason in found["bad"]["resource_status_reason"]
    beside.settle("CREATE_COMPLETE")
    wait_until(lambda: len(engines.engines()) == 2, PATIENCE, "the launchers to start others", engines.tail)
    assert engines.log.read_text().count("exited with status 1") == 3


@pytest.mark.slow
@pytest.mark.parametrize("victims", [1, 2])
def test_after_a_kill_in_the_middle_of_a_large_create_it_takes_a_lease_and_a_sweep_longer(
    engines: Replaceable, victims: int
) -> None:
    undisturbed = timed(engines, Story(engines), 0)
    disturbed = timed(engines, Story(engines), victims)
    print(f"\n{victims} of 2 engines killed: {disturbed:.1f} s, undisturbed {undisturbed:.1f} s")
    assert disturbed <= 2 * undisturbed + LEASE + 2 * SWEEP


def timed(engines: Replaceable, story: Story, victims: int) -> float:
    """Seconds that a large create takes, in the middle of which engines are killed; their launchers start others."""
    before, begun = engines.completions(), time.monotonic()
    story.create(things(LARGE, SECONDS))
    if victims:
        wait_until(lambda: engines.completions() - before > LARGE // 4, PATIENCE, "a quarter of it", engines.tail)
        wait_until(lambda: len(engines.holders()) == 2, PATIENCE, "both engines to hold something", engines.tail)
        living = engines.engines()
        for process in engines.workers()[:victims]:
            process.kill()
        assert engines.states() >= {"IN_PROGRESS"}, "it was over before they died: nothing is shown by this"
    ended(engines)
    if victims:
        assert len(set(living) - set(engines.engines())) == victims, "they didn't die"
    took = time.monotonic() - begun
    story.settle("CREATE_COMPLETE")
    story.verify(*things(LARGE, SECONDS)["resources"])
    return took
