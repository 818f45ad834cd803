"""Lists: a page of very many stacks, and of very many events. The rows are made by the database itself."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import Any

from heatlite.rpc.queries import EventQuery, StackQuery
from tests.bench.findings import Finding, timed
from tests.bench.meters import Meters

STACKS, EVENTS, PAGE = 100_000, 1_000_000, 100
TIMES = 20
REACH = 50.0
OWNER = {"project_id": "of-many", "username": "lister"}
TEMPLATE = """
INSERT IGNORE INTO {schema}.raw_template (content_hash, template, files, environment)
VALUES ('of many', '{{}}', '{{}}', '{{}}')
"""
ROWS_OF_STACKS = """
INSERT INTO {schema}.stack (id, name, tenant, live_name, raw_template_id, current_traversal, action, status,
                            status_reason, disable_rollback, nested_depth, created_at, root_id)
SELECT CONCAT('00000000-0000-4000-8000-', LPAD(seq, 12, '0')), CONCAT('stack-', seq), 'of-many',
       CONCAT('stack-', seq), (SELECT id FROM {schema}.raw_template WHERE content_hash = 'of many'), UUID(), 'CREATE',
       'COMPLETE', 'Stack CREATE completed successfully', 1, 0, '2030-01-01' + INTERVAL seq SECOND,
       CONCAT('00000000-0000-4000-8000-', LPAD(seq, 12, '0')) FROM {schema}.seq_1_to_{stacks}
"""
ROWS_OF_EVENTS = """
INSERT INTO {schema}.event (uuid, stack_id, resource_name, resource_type, physical_resource_id, resource_action,
                            resource_status, resource_status_reason, created_at)
SELECT UUID(), '00000000-0000-4000-8000-000000000001', CONCAT('web-', seq MOD 1000), 'OS::Heat::TestResource',
       CONCAT('physical-', seq), 'CREATE', 'COMPLETE', 'state changed', '2030-01-01' + INTERVAL seq SECOND
FROM {schema}.seq_1_to_{events}
"""


def pages(meters: Meters) -> Iterator[Finding]:
    """Pages as a client gets them: by RPC, from an engine."""
    for statement in (TEMPLATE, ROWS_OF_STACKS, ROWS_OF_EVENTS):
        meters.mariadb.ask(statement.format(schema=meters.schema, stacks=STACKS, events=EVENTS))
    meters.mariadb.ask(f"ANALYZE TABLE {meters.schema}.stack, {meters.schema}.event")
    client = meters.fleet.client
    empty = median(lambda: client.count_stacks({"project_id": "anybody"}))
    identity = client.identify_stack(OWNER, "stack-1")
    later = client.list_stacks(OWNER, StackQuery(limit=STACKS // 10))[-1]["stack_identity"]["stack_id"]
    asked: dict[str, Callable[[], Any]] = {
        f"list {PAGE} of {STACKS:,} stacks": lambda: client.list_stacks(OWNER, StackQuery(limit=PAGE)),
        "the same, ten thousand on": lambda: client.list_stacks(OWNER, StackQuery(limit=PAGE, marker=later)),
        f"list {PAGE} of {EVENTS:,} events": lambda: client.list_events(OWNER, identity, EventQuery(limit=PAGE)),
    }
    yield Finding("an empty call", REACH, empty * 1000, "ms")
    for what, ask in asked.items():
        assert len(ask()) == PAGE
        yield Finding(what, REACH, median(ask) * 1000, "ms")


def median(call: Callable[[], Any]) -> float:
    """The median of the seconds that a call takes."""
    return statistics.median(timed(call) for _ in range(TIMES))
