"""Driving a step: whatever a plugin does, the answer is a value that says what became of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.outcomes import Done, Failed, Replace, Unchanged, Update, Waiting
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.resources.steps import CHECKS, VERBS, assess_update, find_existing, poll, start
from heatlite.resources.testing import carried, instance_of


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Server(Resource):
    """Its creation goes through two stages and counts its checks in the progress."""

    properties_schema = {
        "flavor": Property(Type.STRING, default="small", update_allowed=True),
        "image": Property(Type.STRING),
        "network": Property(Type.STRING, immutable=True),
    }
    attributes_schema = {"address": Attribute("Where it is.")}

    def handle_create(self):
        self.resource_id_set("server-1")
        self.data_set("key", "k")
        return {"checks": 0, "pair": (1, 2)}

    def check_create_complete(self, progress):
        assert progress["pair"] == [1, 2]
        progress["checks"] += 1
        self.poll_in(7)
        return progress["checks"] > 2

    def resolve_attribute(self, name):
        return [self.resource_id]


def plugin(base=Server, **methods):
    """An object of a plugin class with these methods in place of the base's."""
    facts = methods.pop("facts", {})
    made = type("Changed", (base,), methods)
    return made(instance_of(made, **facts))


def raising(error):
    def method(self, *_):
        self.resource_id_set("half-made")
        self.data_set("stage", "1")
        raise error

    return method


def test_a_resource_that_completes_at_once_is_done_in_one_step():
    outcome = start(plugin(Resource), "CREATE")
    assert outcome == Done(physical_id=None, attributes={}, data={}, reference="web")


def test_a_creation_goes_on_in_new_objects_until_it_is_done():
    instance = instance_of(Server)
    first = start(Server(instance), "CREATE")
    assert first == Waiting({"checks": 1, "pair": [1, 2]}, 7.0, "server-1", {"key": "k"})
    second = poll(Server(carried(instance, first)), "CREATE", first.progress)
    assert second.progress["checks"] == 2
    third = poll(Server(carried(instance, second)), "CREATE", second.progress)
    assert third == Done("server-1", {"address": ["server-1"]}, {"key": "k"}, "server-1")


def test_a_plugin_that_says_nothing_is_polled_after_a_second():
    outcome = start(plugin(Resource, check_create_complete=lambda self, progress: False), "CREATE")
    assert outcome == Waiting(None, 1.0, None, {})


@pytest.mark.parametrize("action", sorted(VERBS))
def test_every_action_calls_its_own_methods(action):
    called = []

    def handle(self, *rest):
        called.append("handle")
        return "progress"

    def check(self, progress):
        called.append(progress)
        return True

    methods = {f"handle_{VERBS[action]}": handle, f"check_{CHECKS[action]}_complete": check}
    assert isinstance(start(plugin(Resource, **methods), action), Done)
    assert called == ["handle", "progress"]


def test_a_failure_is_worded_as_in_heat_and_keeps_what_was_made():
    outcome = start(plugin(handle_create=raising(ValueError("no quota"))), "CREATE")
    assert outcome == Failed("ValueError: resources.web: no quota", "half-made", {"stage": "1"})


def test_a_failed_poll_keeps_what_the_steps_before_made():
    changed = plugin(check_create_complete=raising(ValueError("gone")), facts={"data": {"a": "b"}})
    outcome = poll(changed, "CREATE", {})
    assert outcome == Failed("ValueError: resources.web: gone", "half-made", {"a": "b", "stage": "1"})


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (asyncio.CancelledError("stop"), "CancelledError: resources.web: stop"),
        (GeneratorExit(), "GeneratorExit: resources.web: GeneratorExit()"),
        (TimeoutError(), "TimeoutError: resources.web: TimeoutError()"),
        (ValueError("{braces}"), "ValueError: resources.web: {braces}"),
        (Unprintable(), "Unprintable: resources.web: Unprintable()"),
        (MemoryError("too much"), "MemoryError: resources.web: too much"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_whatever_a_plugin_raises_is_a_failure(error, reason):
    assert start(plugin(handle_create=raising(error)), "CREATE").reason == reason


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_a_process_that_must_end_does(end):
    with pytest.raises(end):
        start(plugin(handle_create=raising(end())), "CREATE")


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_a_plugin_can_not_end_a_thread_of_the_pool(end):
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(start, plugin(handle_create=raising(end("bye"))), "CREATE").result()
    assert outcome.reason == f"{end.__name__}: resources.web: bye"


@pytest.mark.parametrize(("result", "texts"), [(None, []), ([7, "b"], ["7", "b"]), ((), [])])
def test_what_is_found_comes_as_texts(result, texts):
    assert find_existing(plugin(find=lambda self: result)) == texts


def test_a_look_up_that_raises_is_a_failure():
    assert find_existing(plugin(find=raising(OSError("away")))).reason == "OSError: resources.web: away"


def test_a_green_thread_that_is_killed_ends():
    greenlet = pytest.importorskip("greenlet")
    with pytest.raises(greenlet.GreenletExit):
        poll(plugin(check_create_complete=raising(greenlet.GreenletExit())), "CREATE", {})


def test_progress_that_is_not_json_fails_and_names_plugin_and_value():
    outcome = start(plugin(handle_create=lambda self: {"server": {"session": {1, 2}}}), "CREATE")
    assert isinstance(outcome, Failed)
    assert "NotJson: resources.web: " in outcome.reason
    assert "Changed progress.server.session is {1, 2} (set), which isn't JSON" in outcome.reason


@pytest.mark.parametrize("value", [float("nan"), {("a", "b"): 1}, [object()], b"bytes"])
def test_nothing_but_json_goes_on_to_another_process(value):
    outcome = start(plugin(handle_create=lambda self: value), "CREATE")
    assert isinstance(outcome, Failed)
    assert "isn't JSON" in outcome.reason


def test_progress_that_contains_itself_fails_too():
    loop = []
    loop.append(loop)
    assert "isn't JSON" in start(plugin(handle_create=lambda self: loop), "CREATE").reason


def test_progress_spoilt_by_the_check_fails():
    def check(self, progress):
        progress["socket"] = object()
        return False

    outcome = start(plugin(check_create_complete=check), "CREATE")
    assert "progress.socket is <object" in outcome.reason


def test_attributes_that_are_not_json_fail_and_keep_the_physical_id():
    outcome = poll(
        plugin(resolve_attribute=lambda self, name: object(), facts={"resource_id": "server-1"}),
        "CREATE",
        {"checks": 2, "pair": [1, 2]},
    )
    assert isinstance(outcome, Failed)
    assert outcome.physical_id == "server-1"
    assert "attributes.address is <object" in outcome.reason


def test_a_deleted_resource_is_not_asked_for_attributes():
    outcome = start(plugin(resolve_attributes=raising(ValueError("gone"))), "DELETE")
    assert outcome == Done(None, {}, {}, "web")


@pytest.mark.parametrize("action", ["CREATE", "UPDATE"])
def test_the_extra_checks_run_before_anything_physical_happens(action):
    def refuse(self):
        raise self.property_error("image", "no such image")

    outcome = start(plugin(validate=refuse), action, {})
    reason = "StackValidationFailed: resources.web: Property error: resources.web.properties.image: no such image"
    assert outcome == Failed(reason, None, {})


def test_a_deletion_does_not_depend_on_valid_properties():
    assert isinstance(start(plugin(validate=raising(ValueError("bad"))), "DELETE"), Done)


def test_an_update_gets_the_difference():
    seen = []
    outcome = start(plugin(handle_update=lambda self, diff: seen.append(diff)), "UPDATE", {"flavor": "large"})
    assert isinstance(outcome, Done)
    assert seen == [{"flavor": "large"}]


def test_a_plugin_asks_for_a_replacement_from_handle_update():
    assert start(plugin(handle_update=raising(UpdateReplace())), "UPDATE", {"flavor": "l"}) == Replace()


def test_a_plugin_without_handle_update_is_replaced():
    assert start(plugin(), "UPDATE", {"flavor": "large"}) == Replace()


@pytest.mark.parametrize(("action", "method"), [("CREATE", "handle_create"), ("UPDATE", "check_update_complete")])
def test_a_replacement_asked_for_elsewhere_is_a_failure_that_says_so(action, method):
    outcome = start(plugin(**{method: raising(UpdateReplace())}), action)
    assert isinstance(outcome, Failed)
    assert "only handle_update may raise UpdateReplace" in outcome.reason


def test_an_action_that_does_not_exist_is_a_failure():
    assert start(plugin(), "EXPLODE").reason == "KeyError: resources.web: 'EXPLODE'"


BEFORE = Server.checked_properties({})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Unchanged()),
        ({"flavor": "small"}, Unchanged()),
        ({"flavor": "large"}, Update({"flavor": "large"})),
        ({"image": "new"}, Replace()),
        ({"flavor": "large", "image": "new"}, Replace()),
    ],
)
def test_a_change_is_made_in_place_or_by_replacement_as_the_schema_says(given, expected):
    updatable = plugin(handle_update=lambda self, prop_diff: None)
    assert assess_update(updatable, BEFORE, Server.checked_properties(given)) == expected


def test_a_type_that_handles_no_update_is_replaced_by_any_change():
    assert assess_update(plugin(), BEFORE, Server.checked_properties({"flavor": "large"})) == Replace()
    assert assess_update(plugin(), BEFORE, BEFORE) == Unchanged()


def test_a_type_that_always_looks_may_be_replaced_although_nothing_changed():
    looking = plugin(update_when_unchanged=True, needs_replacement=lambda self, before, after, changed: not changed)
    assert assess_update(looking, BEFORE, BEFORE) == Replace()


def test_a_change_of_what_is_immutable_fails():
    outcome = assess_update(plugin(), BEFORE, Server.checked_properties({"network": "other"}))
    expected = "NotSupported: resources.web: Update to properties network of web is not supported."
    assert outcome == Failed(expected, None, {})


def test_a_plugin_newer_than_the_row_changes_nothing_by_itself():
    stored = {"image": None, "colour": "a property that is no more"}
    assert assess_update(plugin(), stored, BEFORE) == Unchanged()


def test_an_error_in_the_plugins_own_judgement_is_a_failure():
    broken = plugin(needs_replacement=lambda self, *_: 1 / 0)
    outcome = assess_update(broken, BEFORE, Server.checked_properties({"flavor": "l"}))
    assert outcome.reason == "ZeroDivisionError: resources.web: division by zero"


def test_what_a_failure_tells_is_masked_in_the_reason_and_in_the_log(caplog):
    def mask(text):
        return text.replace("hunter2", "******")

    failing = plugin(handle_create=raising(ValueError("hunter2 is too short")), facts={"mask": mask})
    with caplog.at_level("DEBUG"):
        outcome = start(failing, "CREATE")
    assert outcome.reason == "ValueError: resources.web: ****** is too short"
    assert "ValueError: ****** is too short" in caplog.text
    assert "hunter2" not in caplog.text
