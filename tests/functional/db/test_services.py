"""Services: a counter that moves is life, and whoever declares a death must have watched the counter that stands."""

import pytest

from heatlite.db import resources, services
from tests.functional.db.build import LATER, NOW, add_engine, add_resources, add_stack, together


@pytest.fixture
def engine(context):
    add_engine(context, "e1")
    return "e1"


def hold(context, engine_id):
    """Let an engine hold a row."""
    (row,) = add_resources(context, add_stack(context, engine_id))
    resources.write(context, {row: 0}, {row: {"attempts": 0}}, NOW, locked_by=None, lock_for=engine_id)


def test_a_renewal_counts_up(context, engine):
    assert services.leases(context) == {"e1": 0}

    assert services.renew(context, engine, LATER)
    assert services.renew(context, engine, LATER)

    assert services.leases(context) == {"e1": 2}


def test_a_dead_engine_cannot_renew(context, engine):
    assert services.declare_dead(context, engine, 0, NOW)

    assert not services.renew(context, engine, LATER)
    assert services.leases(context) == {}


def test_an_engine_whose_counter_moved_is_not_declared_dead(context, engine):
    services.renew(context, engine, LATER)

    assert not services.declare_dead(context, engine, 0, NOW)
    assert services.leases(context) == {"e1": 1}


def test_a_death_is_declared_once(context, database, engine):
    declared = together(4, lambda _: services.declare_dead(type(context)(database), engine, 0, NOW))

    assert sorted(declared) == [False, False, False, True]


def test_an_engine_says_goodbye_whatever_its_counter_is(context, engine):
    services.renew(context, engine, LATER)

    assert services.declare_dead(context, engine, None, NOW)
    assert not services.declare_dead(context, engine, None, NOW)


def test_an_engine_that_never_was_neither_renews_nor_dies(context):
    assert not services.renew(context, "nobody", NOW)
    assert not services.declare_dead(context, "nobody", None, NOW)


def test_gone_are_engines_that_hold_something_and_are_dead_or_unknown(context):
    for engine_id in ("living", "dead", "dead and empty-handed"):
        add_engine(context, engine_id)
    for engine_id in ("living", "dead", "unknown"):
        hold(context, engine_id)
    for engine_id in ("dead", "dead and empty-handed"):
        services.declare_dead(context, engine_id, None, NOW)

    assert sorted(services.gone(context)) == ["dead", "unknown"]


def test_the_rows_of_engines_are_forgotten(context, engine):
    add_engine(context, "e2")

    services.forget(context, ["e1"])

    assert [it.engine_id for it in services.listed(context)] == ["e2"]


def test_dead_engines_are_listed_too(context, engine):
    add_engine(context, "e2")
    services.declare_dead(context, "e2", 0, LATER)

    assert {it.engine_id: it.deleted_at for it in services.listed(context)} == {"e1": None, "e2": LATER}
