"""Random stories in virtual time: engines that die, messages that are lost, a database that says no.

``tools/simulate`` explores as many as one likes; here are the first ones.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from tests.simulator.explore import explore, story
from tests.simulator.simulation import Simulation

SEEDS = 200
ROOT = pathlib.Path(__file__).parent.parent.parent
TELL = """
import hashlib
from tests.simulator import whole
from tests.simulator.simulation import play

for seed in range(24):
    simulation = play(whole.scenario(seed), trace=True)
    print(hashlib.sha256("\\n".join(simulation.trace.lines).encode()).hexdigest())
"""


@pytest.mark.timeout(3600)
def test_whatever_happens_every_operation_ends_and_the_world_is_what_the_templates_say() -> None:
    stories: list[str] = []

    def tell(simulation: Simulation) -> bool:
        stories.append(story(simulation))
        return False

    found = explore(range(SEEDS), on_failure=tell)
    assert not stories, f"{found}\n{stories[0]}"


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    def told(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-c", TELL]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

    assert told("1") == told("2")
