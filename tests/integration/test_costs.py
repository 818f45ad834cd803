"""What a resource costs in statements, commits and messages: counts, which noise can't touch."""

from __future__ import annotations

import pathlib
from typing import Any

from tests.deployment import Daemons, running
from tests.story import Story, hot, resource

RESOURCES = 200
READS = ("Com_select",)
WRITES = ("Com_insert", "Com_update", "Com_delete")
STATEMENTS = 4.0
COMMITS = 0.3
MESSAGES = 0.15


def test_a_flat_stack_stays_batched(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> None:
    """Statements, commits and messages a resource created, those of the engines' own sweeps and leases included."""
    with running(Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost())) as deployment:
        warm_up = Story(deployment)
        warm_up.create(hot(a=resource()))
        warm_up.settle("CREATE_COMPLETE")
        story = Story(deployment)
        before, sent = mariadb.statement_counts(), rabbitmq.messages_published()
        story.create(hot(**{f"r{number}": resource(str(number)) for number in range(RESOURCES)}))
        polls = patient_settle(story)
        after, received = mariadb.statement_counts(), rabbitmq.messages_published()
    used = {name: after[name] - before[name] for name in (*READS, *WRITES, "Com_commit")}
    statements = sum(used[name] for name in (*READS, *WRITES)) / RESOURCES
    assert statements <= STATEMENTS, used
    assert used["Com_commit"] / RESOURCES <= COMMITS, used
    calls = 2 * (polls + 1)  # a call is a message there and one back
    assert (received - sent - calls) / RESOURCES <= MESSAGES, (received - sent, calls)


def patient_settle(story: Story) -> int:
    """Wait for the stack's end with few calls, and say how many they were."""
    import time

    polls = 0
    while True:
        polls += 1
        if not story.state().endswith("IN_PROGRESS"):
            return polls
        time.sleep(0.2)  # the engines have no event to offer to a client
