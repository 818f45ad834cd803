"""Wait conditions and their handles: which signals count, and when a condition is complete or has failed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import pytest

from heatlite import exception
from heatlite.resources import signals
from heatlite.resources.base import NoActionRequired, Resource
from heatlite.resources.builtin.dummy import Dummy
from heatlite.resources.builtin.wait_condition import CfnWaitCondition, WaitCondition
from heatlite.resources.builtin.wait_condition_handle import (
    CfnWaitConditionHandle,
    UpdateWaitConditionHandle,
    WaitConditionHandle,
)
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.siblings import Sibling
from heatlite.resources.steps import assess_update, poll, start
from heatlite.resources.testing import FakeClock, carried, drive, instance_of


class OneSibling:
    """A stack that has one other resource, ``handle``."""

    def __init__(self, plugin: type[Resource] = WaitConditionHandle, **properties: Any) -> None:
        self.plugin, self.properties, self.metadata = plugin, properties, {}
        self.looks = 0

    def by_reference(self, reference: str) -> Sibling | None:
        self.looks += 1
        found = Sibling("handle", self.plugin, self.properties, self.metadata)
        return found if reference == "ref" else None

    def clear_metadata(self, reference: str) -> None:
        self.metadata = {}

    def signal(self, details: Any = None) -> str | None:
        """Have the handle signalled; what its event tells."""
        answer = signals.signal(self.plugin(instance_of(self.plugin, metadata=self.metadata)), details)
        self.metadata = answer.metadata
        return answer.reason


def condition(there: OneSibling, plugin: type[Resource] = WaitCondition, **properties: Any) -> Any:
    return instance_of(plugin, {"handle": "ref", "timeout": 60, **properties}, siblings=there)


def looked(there: OneSibling, plugin: type[Resource] = WaitCondition, **properties: Any) -> Any:
    return start(plugin(condition(there, plugin, **properties)), "CREATE")


def test_a_condition_is_complete_when_enough_successes_are_there() -> None:
    there = OneSibling()
    assert isinstance(looked(there, count=2), Waiting)
    there.signal({"data": "a"})
    assert isinstance(looked(there, count=2), Waiting)
    there.signal({"status": "SUCCESS", "id": "web", "data": "b"})
    done = looked(there, count=2)
    assert isinstance(done, Done)
    assert json.loads(done.attributes["data"]) == {"1": "a", "web": "b"}


def test_a_look_for_signals_reads_the_handle_once() -> None:
    there = OneSibling()
    waiting = looked(there)
    assert isinstance(waiting, Waiting)
    there.looks = 0
    assert isinstance(poll(WaitCondition(condition(there)), "CREATE", waiting.progress), Waiting)
    assert there.looks == 1


def test_a_failure_fails_the_condition_with_its_reason() -> None:
    there = OneSibling()
    there.signal({"status": "FAILURE", "reason": "no disk"})
    there.signal({"status": "FAILURE", "reason": "no net"})
    failed = looked(there, count=3)
    assert isinstance(failed, Failed)
    assert failed.reason == "WaitConditionFailure: resources.web: no disk;no net"


@pytest.mark.parametrize(
    ("sent", "text"), [(0, "0 of 2 received"), (1, "1 of 2 received - Signal 1 received")], ids=["none", "one"]
)
def test_a_condition_that_waited_too_long_says_how_many_signals_came(sent: int, text: str) -> None:
    there, clock = OneSibling(), FakeClock()
    for _ in range(sent):
        there.signal()
    begun = clock()
    instance = dataclasses.replace(condition(there, count=2), now=clock)
    failed = drive(WaitCondition, "CREATE", instance=instance, clock=clock)
    assert isinstance(failed, Failed)
    assert failed.reason == f"WaitConditionTimeout: resources.web: {text}"
    assert clock() - begun == pytest.approx(60, abs=1)


def test_a_signal_that_came_in_time_counts_even_if_it_is_seen_late() -> None:
    there, clock = OneSibling(), FakeClock()
    instance = dataclasses.replace(condition(there), now=clock)
    waiting = start(WaitCondition(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    there.signal()
    clock.advance(61)
    assert isinstance(poll(WaitCondition(carried(instance, waiting)), "CREATE", waiting.progress), Done)


def test_what_is_not_a_handle_cannot_be_waited_for() -> None:
    failed = looked(OneSibling(Dummy))
    assert isinstance(failed, Failed)
    assert failed.reason == "ValueError: resources.web: handle is not a valid wait condition handle."
    other = instance_of(WaitCondition, {"handle": "elsewhere", "timeout": 1}, siblings=OneSibling())
    assert "elsewhere is not a valid" in start(WaitCondition(other), "CREATE").reason


def test_deleting_a_condition_forgets_the_signals() -> None:
    there = OneSibling()
    there.signal()
    assert isinstance(start(WaitCondition(condition(there)), "DELETE"), Done)
    assert there.metadata == {}


def test_without_a_signal_to_come_nothing_is_waited_for() -> None:
    assert isinstance(looked(OneSibling(signal_transport="NO_SIGNAL")), Done)


def test_a_larger_count_waits_again() -> None:
    there = OneSibling()
    there.signal()
    assert isinstance(start(WaitCondition(condition(there, count=2)), "UPDATE", {"count": 2}), Waiting)


def test_what_is_missing_in_a_signal_is_made_up_and_an_id_that_was_there_is_replaced() -> None:
    there = OneSibling()
    assert there.signal() == "Signal: status:SUCCESS reason:Signal 1 received"
    there.signal({"id": 7, "reason": "one"})
    there.signal({"id": "7", "reason": "two", "data": {"a": 1}})
    assert there.metadata == {
        "1": {"status": "SUCCESS", "reason": "Signal 1 received", "data": None},
        "7": {"status": "SUCCESS", "reason": "two", "data": {"a": 1}},
    }


@pytest.mark.parametrize("details", [{"status": "fine"}, {"colour": "red"}, "a text", ["a"]])
def test_what_is_no_signal_is_refused(details: Any) -> None:
    there = OneSibling()
    with pytest.raises(
        exception.Invalid, match=r"^Data supplied was not valid: resources\.web: Metadata format invalid$"
    ):
        there.signal(details)
    assert there.metadata == {}


FULL = {"Status": "SUCCESS", "UniqueId": "1", "Data": "d", "Reason": "r"}


def test_cloudformation_wants_every_part_under_its_own_names() -> None:
    there = OneSibling(CfnWaitConditionHandle)
    for part in FULL:
        with pytest.raises(exception.Invalid, match="Metadata format invalid"):
            there.signal({name: value for name, value in FULL.items() if name != part})
    assert there.signal(FULL) == "Signal: status:SUCCESS reason:r"
    done = start(
        CfnWaitCondition(instance_of(CfnWaitCondition, {"Handle": "ref", "Timeout": 9}, siblings=there)), "CREATE"
    )
    assert isinstance(done, Done)
    assert json.loads(done.attributes["Data"]) == {"1": "d"}


def test_the_two_kinds_do_not_mix() -> None:
    properties = {"Handle": "ref", "Timeout": 9}
    instance = instance_of(CfnWaitCondition, properties, siblings=OneSibling(WaitConditionHandle))
    assert "not a valid wait condition handle" in start(CfnWaitCondition(instance), "CREATE").reason


def test_a_handle_says_what_it_can_without_an_identity_service() -> None:
    def attributes(data: Mapping[str, str] = {}, **properties: str) -> dict[str, Any]:
        handle = WaitConditionHandle(instance_of(WaitConditionHandle, properties, data=data))
        return {name: handle.resolve_attribute(name) for name in handle.attributes_schema}

    assert attributes() == {"token": None, "endpoint": None, "curl_cli": None, "signal": None}
    assert attributes(signal_transport="NO_SIGNAL")["signal"] == "{}"
    known = attributes({"token": "t", "endpoint": "http://heat/signal"})
    assert known["curl_cli"] == (
        "curl -i -X POST -H 'X-Auth-Token: t' -H 'Content-Type: application/json' "
        "-H 'Accept: application/json' http://heat/signal"
    )


def test_an_update_handle_is_made_anew_by_each_update() -> None:
    assert assess_update(UpdateWaitConditionHandle(instance_of(UpdateWaitConditionHandle)), {}, {}) == Replace()
    assert UpdateWaitConditionHandle.update_when_unchanged, "an update without a change of its own is one as well"


class Listener(Resource):
    """Takes what it is told."""

    def handle_signal(self, details: Any) -> str | None:
        if details == "nothing":
            raise NoActionRequired
        return None


@pytest.mark.parametrize(
    ("details", "told"),
    [
        (None, "No signal details provided"),
        ("a text", "a text"),
        ({"previous": "ok", "current": "alarm", "reason": "hot"}, "alarm state changed from ok to alarm (hot)"),
        ({"a": 1}, "Unknown"),
        ("nothing", None),
    ],
)
def test_the_event_tells_the_details_where_the_plugin_has_nothing_to_say(details: Any, told: str | None) -> None:
    assert signals.signal(Listener(instance_of(Listener)), details).reason == told


def test_a_type_that_takes_no_signals_says_so() -> None:
    with pytest.raises(exception.ResourceActionNotSupported, match="signal is not supported for resource"):
        signals.signal(Dummy(instance_of(Dummy)), None)
