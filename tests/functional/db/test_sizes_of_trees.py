"""A number is compared with what the whole tree may have before a member is built, by every step that could build one.

Each story is told on every kind of database, since how many resources there are is counted there.
"""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.db import resources
from heatlite.db.api import Database
from heatlite.engine.common.settings import Settings
from heatlite.resources.groups import batches
from heatlite.resources.nested.port import NestedStacks
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.test_bounded_work import (
    FEW,
    MANY,
    MOST,
    NUMBERS,
    TYPES,
    built,
    chain,
    from_another,
    group,
    scaled,
)
from tests.functional.engine.test_groups import row_of, signal
from tests.story import hot, resource

__all__ = ["built"]
TOO_MANY = "Maximum resources per stack exceeded"
SETTINGS = Settings(max_resources_per_stack=MOST, max_group_template_size=700_000)
OTHERS, MORE = 60, 50
"""Together they are more than MOST, by themselves they aren't."""


@pytest.fixture
def engine(database: Database) -> Endpoint:
    return Endpoint(database, SETTINGS)


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return Fleet.on(database, SETTINGS, **TYPES)


def source(value: int) -> dict[str, Any]:
    return {"type": "OS::Heat::Value", "properties": {"type": "number", "value": value}}


def others() -> dict[str, Any]:
    return {f"other{place}": resource() for place in range(OTHERS)}


def test_a_chain_of_many_types_is_refused_before_each_of_them_is_looked_at(engine: Endpoint, built: list[str]) -> None:
    many = chain([f"Type{place}" for place in range(MANY)])
    for method in ("create_stack", "preview_stack"):
        call = {"params": None, "files": None, "args": {}, "template": hot(many=many)}
        with pytest.raises(exception.RequestLimitExceeded, match=TOO_MANY):
            engine.call(method, stack_name="web", **call)
    assert built == []


@pytest.mark.parametrize(
    ("method", "key", "number"),
    [
        ("preview_update_stack", "count", group()),
        ("preview_update_stack", "min_size", scaled(min_size=MANY)),
        ("plan_update", "count", group()),  # it doesn't look into a scaling group
    ],
    ids=["preview", "preview of a scaling group", "plan"],
)
def test_a_number_that_is_known_from_a_resource_is_refused_before_its_members_are_previewed(
    engine: Endpoint, built: list[str], method: str, key: str, number: Any
) -> None:
    """Validation takes it for unknown: a preview finds what the resource has now."""
    identity = engine.created("web", hot(source=source(MANY)))
    call = {"params": None, "files": None, "args": {"show_nested": True}, "template": from_another(key, number)}
    with pytest.raises(exception.RequestLimitExceeded, match=TOO_MANY):
        engine.call(method, stack_identity=identity, **call)
    assert len(built) <= FEW


def test_members_are_counted_with_all_that_the_tree_has_before_one_is_built(fleet: Fleet, built: list[str]) -> None:
    template = from_another("count", group(MORE))
    template["resources"] |= others()
    fleet.create(template)
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert TOO_MANY in fleet.stack().status_reason
    assert len(built) <= FEW


def test_as_many_as_the_tree_may_still_have_are_made(fleet: Fleet) -> None:
    template = from_another("count", group(MORE))
    template["resources"] |= dict(list(others().items())[: MOST - MORE - 2])
    fleet.create(template)
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE", fleet.stack().status_reason


def test_a_group_counts_its_own_members_once_as_it_grows(fleet: Fleet) -> None:
    fleet.create(from_another("count", group(MORE)))
    fleet.settle()
    fleet.update(from_another("count", group(MOST - 2)))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    fleet.update(from_another("count", group(MOST - 1)))
    fleet.settle()
    assert fleet.state() == "UPDATE_FAILED"


def test_a_large_member_times_their_number_is_refused_before_one_is_built(fleet: Fleet, built: list[str]) -> None:
    fleet.create(from_another("count", group(MORE, resource("v" * 20_000))))
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert "option max_group_template_size" in fleet.stack().status_reason
    assert len(built) <= FEW


@pytest.fixture
def port(fleet: Fleet) -> NestedStacks:
    """What a group's step asks the engine by."""
    fleet.create(from_another("count", group(1)))
    fleet.settle()
    engine = fleet.living[0]
    traversal = engine.shared.library.traversal(fleet.context(), fleet.stack().current_traversal)
    assert traversal is not None
    nested = engine.shared.evaluator.instance(traversal, row_of(fleet, "many"), None).nested
    assert nested is not None
    return nested


@pytest.mark.parametrize(
    ("size", "characters", "told"), [(MOST + 1, 0, TOO_MANY), (1, 700_001, "Group template size"), (2**63, 0, TOO_MANY)]
)
def test_what_is_too_much_by_itself_is_refused_without_a_question_to_the_database(
    port: NestedStacks, monkeypatch: pytest.MonkeyPatch, size: int, characters: int, told: str
) -> None:
    def asked(*arguments: Any, **named: Any) -> int:
        raise AssertionError("the database is asked")

    monkeypatch.setattr(resources, "count_in_tree", asked)
    with pytest.raises((exception.RequestLimitExceeded, exception.StackResourceLimitExceeded), match=told):
        port.check_size("child", size, characters)


def test_what_is_too_much_with_the_others_is_refused(port: NestedStacks) -> None:
    port.check_size("child", MOST - 3, 0)  # there are source, many and its member
    with pytest.raises(exception.StackResourceLimitExceeded, match=TOO_MANY):
        port.check_size("child", MOST - 2, 0)


@pytest.mark.parametrize(
    ("key", "written", "kind"),
    [
        ("count", NUMBERS["a group's count"], "number"),
        ("count", NUMBERS["a group that is made in batches"], "number"),
        ("min_size", NUMBERS["a scaling group's least size"], "number"),
        ("desired_capacity", NUMBERS["a scaling group's desired capacity"], "number"),
        ("resources", NUMBERS["a chain of as many types"], "comma_delimited_list"),
        ("servers", NUMBERS["a deployment for each server"], "json"),
    ],
)
def test_a_number_known_only_later_fails_its_resource_before_a_member_is_built(
    fleet: Fleet, built: list[str], key: str, written: Any, kind: str
) -> None:

    fleet.create(from_another(key, written, kind))
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert "Maximum resources per stack exceeded" in fleet.stack().status_reason
    assert len(built) <= FEW


def test_a_group_that_rolls_is_compared_before_there_is_a_list_of_its_batches(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    by_index = batches.by_index

    def counted(target: int, *rest: int) -> Any:
        asked.append(target)
        return by_index(target, *rest)

    monkeypatch.setattr(batches, "by_index", counted)
    policy = {"rolling_update": {"max_batch_size": 1}}
    fleet.create(from_another("count", group(2, **policy)))
    fleet.settle()
    fleet.update(from_another("count", group(3, resource("w"), **policy)))
    fleet.settle()
    assert (fleet.state(), asked) == ("UPDATE_COMPLETE", [3])
    fleet.update(from_another("count", group(MANY, resource("x"), **policy)))
    fleet.settle()
    assert (fleet.state(), asked) == ("UPDATE_FAILED", [3])
    assert "Maximum resources per stack exceeded" in fleet.stack().status_reason


def test_a_signal_that_would_make_too_many_is_refused_and_leaves_the_group_as_it_is(
    fleet: Fleet, built: list[str]
) -> None:
    policy = {
        "type": "OS::Heat::ScalingPolicy",
        "properties": {
            "auto_scaling_group_id": {"get_resource": "many"},
            "scaling_adjustment": MANY,
            "adjustment_type": "change_in_capacity",
        },
    }
    fleet.create(hot(many=scaled(desired_capacity=2), up=policy))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    before = row_of(fleet, "many")
    with pytest.raises(exception.HeatliteError, match="Maximum resources per stack exceeded"):
        signal(fleet, "up")
    fleet.settle()
    assert row_of(fleet, "many") == before
    assert len(built) <= FEW
