"""The RPC client: what each method puts on the wire, and what a remote error becomes."""

import oslo_messaging
import pytest

from heatlite import exception
from heatlite.rpc.engine_client import EngineClient, MessagingCaller
from heatlite.rpc.queries import EventQuery, StackQuery

IDENTITY = {"tenant": "p", "stack_name": "web", "stack_id": "1", "path": ""}
WRITTEN = "template params files args environment_files files_container"
FILTERED = "filters show_deleted show_nested show_hidden tags tags_any not_tags not_tags_any"
CHECKED = "template params files environment_files files_container show_nested ignorable_errors"

WIRE = {  # method: (positional arguments here, version, names of the arguments on the wire), as heat-api calls them
    "create_stack": (("web", {}, {}, {}, {}), "1.36", f"stack_name {WRITTEN}"),
    "update_stack": ((IDENTITY, {}, {}, {}, {}), "1.36", f"stack_identity {WRITTEN}"),
    "delete_stack": ((IDENTITY,), "1.0", "stack_identity"),
    "list_stacks": ((), "1.33", f"limit marker sort_keys sort_dir {FILTERED}"),
    "count_stacks": ((), "1.33", FILTERED),
    "identify_stack": (("web",), "1.0", "stack_name"),
    "show_stack": ((IDENTITY,), "1.20", "stack_identity resolve_outputs"),
    "list_stack_resources": ((IDENTITY,), "1.25", "stack_identity nested_depth with_detail filters"),
    "describe_stack_resource": ((IDENTITY, "a"), "1.2", "stack_identity resource_name with_attr"),
    "list_events": (
        (IDENTITY,),
        "1.31",
        "stack_identity filters limit marker sort_keys sort_dir nested_depth",
    ),
    "stack_suspend": ((IDENTITY,), "1.0", "stack_identity"),
    "stack_resume": ((IDENTITY,), "1.0", "stack_identity"),
    "stack_check": ((IDENTITY,), "1.0", "stack_identity"),
    "list_outputs": ((IDENTITY,), "1.19", "stack_identity"),
    "show_output": ((IDENTITY, "ip"), "1.19", "stack_identity output_key"),
    "get_template": ((IDENTITY,), "1.0", "stack_identity"),
    "get_environment": ((IDENTITY,), "1.28", "stack_identity"),
    "resource_signal": ((IDENTITY, "a", None), "1.3", "stack_identity resource_name details sync_call"),
    "resource_mark_unhealthy": (
        (IDENTITY, "a", True),
        "1.26",
        "stack_identity resource_name mark_unhealthy resource_status_reason",
    ),
    "list_services": ((), "1.4", ""),
    "validate_template": (({},), "1.36", CHECKED),
}


PAGED = ("list_stacks", "list_events")


class Recorder:
    """A caller that answers with what it was asked; where that is a list, as its only record."""

    def call(self, context, method, version, timeout, **arguments):
        asked = {"context": context, "call": (method, version, timeout), "arguments": arguments}
        return [asked] if method in PAGED else asked


class Pages:
    """A caller with a list of numbers, of which it tells so many in one call."""

    def __init__(self, numbers, most):
        self.numbers, self.most, self.asked = numbers, most, []

    def call(self, context, method, version, timeout, *, limit, marker, **arguments):
        self.asked.append((limit, marker))
        left = self.numbers[self.numbers.index(marker) + 1 :] if marker else self.numbers
        page = [{"number": number} for number in left[: min(limit or self.most, self.most)]]
        if len(left) > self.most and (limit is None or limit > self.most):
            page[-1]["next_marker"] = page[-1]["number"]
        return page


class Wire:
    """An RPC client whose calls all end in one error."""

    def __init__(self, error):
        self.error, self.prepared = error, {}

    def prepare(self, **options):
        self.prepared = options
        return self

    def call(self, context, method, **arguments):
        raise self.error


@pytest.mark.parametrize("method", sorted(WIRE))
def test_a_method_sends_the_version_and_the_arguments_that_engines_expect(method):
    positional, version, names = WIRE[method]
    sent = getattr(EngineClient(Recorder(), timeout=9), method)({"user": "u"}, *positional)
    sent = sent[0] if method in PAGED else sent
    assert sent["call"] == (method, version, 9)
    assert sent["context"] == {"user": "u"}
    assert set(sent["arguments"]) == set(names.split())


def test_queries_fill_in_the_arguments():
    client = EngineClient(Recorder())
    assert client.list_stacks({}, StackQuery(limit=3, tags=["a"]))[0]["arguments"]["limit"] == 3
    assert client.count_stacks({}, StackQuery(limit=3, tags=["a"]))["arguments"]["tags"] == ["a"]
    assert client.list_events({}, IDENTITY, EventQuery(marker="e"))[0]["arguments"]["marker"] == "e"


@pytest.mark.parametrize(
    ("limit", "asked"),
    [
        (None, [(None, None), (None, 2), (None, 4)]),
        (1, [(1, None)]),
        (2, [(2, None)]),
        (3, [(3, None), (1, 2)]),
        (9, [(9, None), (7, 2), (5, 4)]),
    ],
)
def test_a_list_that_the_engine_cuts_is_gone_on_with_until_it_is_whole(limit, asked):
    pages = Pages([1, 2, 3, 4, 5], most=2)
    found = EngineClient(pages).list_events({}, IDENTITY, EventQuery(limit=limit))
    assert found == [{"number": number} for number in [1, 2, 3, 4, 5][:limit]]
    assert pages.asked == asked


def test_a_remote_error_comes_back_as_the_class_that_was_raised():
    text = "The Stack (web) could not be found."
    wire = Wire(oslo_messaging.RemoteError("EntityNotFound", text, []))
    with pytest.raises(exception.EntityNotFound) as caught:
        EngineClient(MessagingCaller(wire), timeout=5).identify_stack({}, "web")
    assert str(caught.value) == text
    assert wire.prepared == {"version": "1.0", "timeout": 5}


def test_a_remote_error_of_an_unknown_class_is_named():
    wire = Wire(oslo_messaging.RemoteError("KeyError", "'x'", []))
    with pytest.raises(exception.HeatliteError, match=r"^KeyError: 'x'$"):
        EngineClient(MessagingCaller(wire)).list_services({})


def test_no_answer_in_time_says_what_to_look_at():
    wire = Wire(oslo_messaging.MessagingTimeout())
    with pytest.raises(exception.NoAnswer, match=r"No engine answered list_services in time.*transport_url"):
        EngineClient(MessagingCaller(wire)).list_services({})
