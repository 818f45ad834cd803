"""An update leaves out what it is certain of, and nothing else.

left out    no node: no message, no claim, no write
visited     a node, which may find that there is nothing to do
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import Template, stores, template

PARAMETERS = {
    "size": {"type": "string", "default": "small"},
    "other": {"type": "string", "default": "x"},
    "secret": {"type": "string", "hidden": True, "default": "tell no one"},
}
NET = template(
    {
        "net": stores("10.0.0.0"),
        "sized": stores({"get_param": "size"}),
        "server": stores({"get_attr": ["net", "output"]}),
        "after": stores("z", depends_on="net"),
        "alone": stores("q"),
    },
    parameters=PARAMETERS,
)


def changed(change: Any, base: Template = NET) -> Template:
    """The template after a function has changed it."""
    copied = copy.deepcopy(base)
    change(copied["resources"])
    return copied


def visited(engine: Endpoint, identity: dict[str, Any]) -> set[str]:
    """The names that the traversal which was just begun has nodes for."""
    with engine.database.engine.connect() as connection:
        found = connection.execute(
            sa.select(models.resource.c.name)
            .select_from(
                models.sync_point.join(models.resource, models.resource.c.id == models.sync_point.c.resource_id)
            )
            .where(models.sync_point.c.stack_id == identity["stack_id"])
        )
        return set(found.scalars())


def test_an_update_to_the_same_is_over_as_it_begins(engine: Endpoint) -> None:
    identity = engine.created("s", NET)
    engine.update(identity, NET)
    assert engine.show(identity)["stack_status"] == "COMPLETE"
    assert engine.announcements.waiting == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda it: it["alone"]["properties"].update(value="new"), {"alone"}),
        (lambda it: it["net"]["properties"].update(value="new"), {"net", "server", "after"}),
        (lambda it: it["server"]["properties"].update(fail=False), {"server"}),
        (lambda it: it["alone"].update(metadata={"a": 1}), {"alone"}),
        (lambda it: it["alone"].update(deletion_policy="Retain"), {"alone"}),
        (lambda it: it["alone"].update(depends_on="sized"), {"alone"}),
        (lambda it: it.update(more=stores("m")), {"more"}),
        (lambda it: it.pop("after"), {"after"}),
        (lambda it: it["alone"].update(description="words only"), set()),
    ],
)
def test_a_change_is_visited_with_what_requires_it_and_no_more(
    engine: Endpoint, change: Any, expected: set[str]
) -> None:
    identity = engine.created("s", NET)
    wanted = changed(change)
    engine.update(identity, wanted)
    assert visited(engine, identity) == expected
    engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"
    engine.update(identity, wanted)
    assert engine.announcements.waiting == []


def test_a_parameter_brings_who_uses_it(engine: Endpoint) -> None:
    identity = engine.created("s", NET)
    engine.update(identity, NET, params={"parameters": {"size": "large"}})
    assert visited(engine, identity) == {"sized"}
    engine.settle()
    engine.update(identity, NET, params={"parameters": {"size": "large", "other": "unused"}})
    assert engine.announcements.waiting == []


def test_what_has_a_secret_in_it_is_always_visited(engine: Endpoint) -> None:
    with_secret = changed(lambda it: it.update(hides=stores({"get_param": "secret"})))
    identity = engine.created("s", with_secret)
    engine.update(identity, with_secret)
    assert visited(engine, identity) == {"hides"}


def test_what_another_resource_gives_is_looked_at_again_once_its_row_was_written(engine: Endpoint) -> None:
    """Whatever wrote it, in whichever operation: a superseded one may never have come to what reads it."""
    identity = engine.created("s", NET)
    with engine.database.writer(EngineContext(engine.database)) as connection:
        table = models.resource
        written = sa.update(table).where(table.c.name == "net").values(atomic_key=table.c.atomic_key + 1)
        connection.execute(written)
    engine.update(identity, NET)
    assert visited(engine, identity) == {"server"}


@pytest.mark.parametrize(
    "values",
    [{"status": "FAILED"}, {"engine_id": "another"}, {"progress": {"damaged": True}}, {"action": "SUSPEND"}],
)
def test_what_isnt_in_order_is_visited(engine: Endpoint, values: dict[str, Any]) -> None:
    identity = engine.created("s", NET)
    with engine.database.writer(EngineContext(engine.database)) as connection:
        connection.execute(sa.update(models.resource).where(models.resource.c.name == "alone").values(**values))
    engine.update(identity, NET)
    assert visited(engine, identity) == {"alone"}


def test_converge_visits_everything(engine: Endpoint) -> None:
    identity = engine.created("s", NET)
    engine.update(identity, NET, args={"converge": True})
    assert visited(engine, identity) == {"net", "sized", "server", "after", "alone"}


def test_a_rollback_leaves_out_what_the_update_never_touched(engine: Endpoint) -> None:
    identity = engine.created("s", NET)
    fails = changed(lambda it: it["alone"]["properties"].update(value="new", fail=True))
    engine.update(identity, fails, args={"disable_rollback": False})
    while engine.show(identity)["stack_action"] == "UPDATE":
        assert engine.step()
    assert visited(engine, identity) == {"alone"}
    engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"
