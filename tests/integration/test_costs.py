"""What operations cost in statements, commits and messages a resource: counts, which noise can't touch.

Engines sweep and renew their leases so rarely here that a slow machine counts the same as a quick one. Whoever waits
for the end does so by a connection that isn't counted.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bench import shapes
from tests.bench.drive import Cost, Stacks
from tests.bench.fleet import BenchFleet
from tests.bench.meters import Meters
from tests.bench.shapes import Shape

NAMES = ("statements", "commits", "messages")
RARELY = {"sweep_interval": 900, "lease_seconds": 900}
FEW = 50.0
"""Statements, commits and messages of an operation that has nothing to do with most of the resources."""


@pytest.fixture(scope="module")
def meters(mariadb: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meters]:
    """Two engine processes, whose caches have seen a stack."""
    directory: pathlib.Path = tmp_path_factory.mktemp("costs")
    fleet = BenchFleet(directory, mariadb.fresh_database(), rabbitmq.fresh_vhost(), **RARELY)
    try:
        fleet.launch()
        found = Meters(fleet, mariadb, rabbitmq)
        Stacks(found, shapes.flat(10)).create()
        yield found
    finally:
        fleet.stop()


def assert_at_most(cost: Cost, *most: float) -> None:
    """The cost of each resource, in statements, commits and messages."""
    each = {name: cost.each(name) for name in NAMES}
    assert all(each[name] <= limit for name, limit in zip(NAMES, most, strict=True)), (cost.shape, cost.verb, each)


@pytest.mark.parametrize(
    ("shape", "create", "update", "delete"),
    [
        (shapes.flat(200), (0.6, 0.1, 0.05), (1.2, 0.2, 0.1), (0.6, 0.1, 0.05)),
        (shapes.layers(200), (0.6, 0.1, 0.05), (1.2, 0.2, 0.1), (0.8, 0.1, 0.05)),
        (shapes.chain(30), (2.0, 0.35, 0.1), (3.0, 0.5, 0.2), (2.0, 0.35, 0.1)),
        (shapes.chain(300), (0.6, 0.1, 0.05), (1.2, 0.2, 0.1), (0.6, 0.1, 0.05)),
    ],
    ids=lambda it: it.name if isinstance(it, Shape) else "",
)
def test_stacks_stay_batched(meters: Meters, shape: Shape, create: Any, update: Any, delete: Any) -> None:
    stacks = Stacks(meters, shape)
    assert_at_most(stacks.create(), *create)
    assert_at_most(stacks.update(), *update)
    assert_at_most(stacks.delete(), *delete)


def test_a_group_costs_little_more_than_its_resources(meters: Meters) -> None:
    """Its members begin, end and are told of together. A slow machine looks and sends again: the limits leave room."""
    stacks = Stacks(meters, shapes.nested(60, 5))
    assert_at_most(stacks.create(), 5.0, 0.4, 0.45)
    stacks.delete()


def test_an_update_costs_what_it_changes(meters: Meters) -> None:
    """Of 200 resources, whether none or one has changed."""
    stacks = Stacks(meters, shapes.flat(200))
    stacks.create()
    for cost in (stacks.repeat(), stacks.change_one()):
        used = {name: cost.used[name] for name in NAMES}
        assert all(count <= FEW for count in used.values()), (cost.verb, used)


def test_a_small_stack_is_done_where_it_begins(meters: Meters) -> None:
    """The engine that plans an operation has read all that its first batch needs: no message tells others of it."""
    stacks = Stacks(meters, shapes.flat(10))
    for cost in (stacks.create(), stacks.repeat(), stacks.change_one(), stacks.update(), stacks.delete()):
        assert cost.used["messages"] == 0, cost
        assert cost.used["statements"] <= FEW, cost
