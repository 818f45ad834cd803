"""OS::Heat::TestResource and OS::Heat::Dummy: time is spent in progress, and failure comes on demand."""

import random
import re

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.builtin.dummy import Dummy
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.outcomes import Done, Failed, Replace, Update, Waiting
from heatlite.resources.steps import assess_update, poll, start
from heatlite.resources.testing import FakeClock, carried, drive, instance_of


def created(plugin, properties=None):
    instance = instance_of(plugin, properties)
    return carried(instance, drive(plugin, "CREATE", instance=instance))


def seconds(plugin, action, properties=None, instance=None):
    """How long an action takes, rounded, and what it came to."""
    clock = FakeClock()
    begun = clock()
    outcome = drive(plugin, action, properties, clock=clock, instance=instance)
    return round(clock() - begun), type(outcome)


def assessed(plugin, before, after):
    resource = plugin(instance_of(plugin, before))
    return assess_update(resource, plugin.checked_properties(before), plugin.checked_properties(after))


def test_the_value_is_stored_and_is_the_output():
    outcome = start(TestResource(instance_of(TestResource, {"value": "v"})), "CREATE")
    assert outcome == Done("stack-web-evpcxm5sieib", {"output": "v"}, {"value": "v"}, "stack-web-evpcxm5sieib")


def test_waiting_is_a_time_in_the_progress():
    clock = FakeClock(1000.0)
    outcome = start(TestResource(instance_of(TestResource, {"wait_secs": 30}, clock)), "CREATE")
    assert isinstance(outcome, Waiting)
    assert outcome.progress["done_at"] == 1030.0
    assert outcome.poll_after == 30.0


def test_a_wait_that_a_clock_ahead_has_begun_lasts_no_longer_than_asked_for_once_it_is_right():
    clock = FakeClock(1600.0)
    instance = instance_of(TestResource, {"wait_secs": 30}, clock)
    begun = start(TestResource(instance), "CREATE")
    clock.advance(-600)
    later = poll(TestResource(carried(instance, begun)), "CREATE", begun.progress)
    assert isinstance(later, Waiting)
    assert (later.progress["done_at"], later.poll_after) == (1030.0, 30.0)


def test_a_wait_that_an_older_engine_has_begun_goes_on():
    clock = FakeClock(1000.0)
    later = poll(TestResource(instance_of(TestResource, {"wait_secs": 30}, clock)), "CREATE", {"done_at": 1030.0})
    assert isinstance(later, Waiting)
    assert later.poll_after == 30.0


@pytest.mark.parametrize("action", ["CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME", "CHECK"])
def test_each_action_takes_its_own_time(action):
    own = {"wait_secs": 3, "action_wait_secs": {action.lower(): 20}}
    existing = created(TestResource, own)
    new = {**own, "value": "new"} if action == "UPDATE" else None
    assert seconds(TestResource, action, new, existing) == (20, Done)


@pytest.mark.parametrize(
    ("action", "wait"), [("CREATE", 3), ("DELETE", 3), ("SUSPEND", 0), ("RESUME", 0), ("CHECK", 0)]
)
def test_the_general_wait_is_for_create_update_and_delete(action, wait):
    assert seconds(TestResource, action, None, created(TestResource, {"wait_secs": 3})) == (wait, Done)


def test_reading_the_attribute_takes_its_time_without_blocking():
    assert seconds(TestResource, "CREATE", {"wait_secs": 3, "attr_wait_secs": 4}) == (7, Done)


def test_a_negative_wait_is_for_ever():
    clock = FakeClock()
    instance = instance_of(TestResource, {"wait_secs": -1, "attr_wait_secs": 5}, clock)
    outcome = start(TestResource(instance), "CREATE")
    clock.advance(1e9)
    later = poll(TestResource(carried(instance, outcome)), "CREATE", outcome.progress)
    assert isinstance(later, Waiting)
    assert later.progress["done_at"] is None


def test_a_creation_fails_after_its_wait_and_leaves_nothing():
    assert seconds(TestResource, "CREATE", {"fail": "true", "wait_secs": 5}) == (5, Failed)
    outcome = drive(TestResource, "CREATE", {"fail": True})
    assert outcome == Failed("ValueError: resources.web: Test Resource failed web", None, {})


def test_an_update_stores_the_value_in_place():
    existing = created(TestResource, {"value": "old"})
    outcome = drive(TestResource, "UPDATE", {"value": "new"}, instance=existing)
    assert outcome.attributes == {"output": "new"}
    assert outcome.physical_id == existing.resource_id


def test_only_a_new_value_takes_time():
    existing = created(TestResource, {})
    assert seconds(TestResource, "UPDATE", {"wait_secs": 9}, existing) == (0, Done)


def test_a_failed_update_keeps_the_old_value():
    existing = created(TestResource, {"value": "old"})
    outcome = drive(TestResource, "UPDATE", {"value": "new", "fail": True}, instance=existing)
    assert isinstance(outcome, Failed)
    assert outcome.data == {"value": "old"}


def test_a_deletion_never_fails():
    assert isinstance(drive(TestResource, "DELETE", instance=created(TestResource, {})), Done)
    failing = instance_of(TestResource, {"fail": True}, resource_id="x")
    assert isinstance(drive(TestResource, "DELETE", instance=failing), Done)


def test_replacement_is_asked_for_by_update_replace_or_update_replace_value():
    assert assessed(TestResource, {}, {"value": "b", "update_replace": True}) == Replace()
    assert assessed(TestResource, {}, {"update_replace_value": "b"}) == Replace()
    assert assessed(TestResource, {}, {"update_replace": True}) == Update({"update_replace": True})
    assert assessed(TestResource, {}, {"value": "b"}) == Update({"value": "b"})


def test_a_check_of_what_was_never_created_fails():
    outcome = drive(TestResource, "CHECK")
    assert outcome == Failed("ValueError: resources.web: Resource not created", None, {})


def test_properties_of_older_templates_are_accepted():
    old = {"client_name": "nova", "entity_name": "servers", "constraint_prop_secs": "2"}
    assert seconds(TestResource, "CREATE", old) == (0, Done)


def test_a_dummy_has_a_random_name_of_the_length_asked_for():
    outcome = drive(Dummy, "CREATE", {"name_len": "16", "update_in_place_prop": "ntty"})
    assert re.fullmatch("[a-zA-Z0-9]{16}", outcome.physical_id)
    assert outcome.attributes == {"value": outcome.physical_id}


@pytest.mark.parametrize("seed", range(10))
def test_a_dummy_takes_one_to_five_seconds_by_chance(seed):
    instance = instance_of(Dummy, random=random.Random(seed))
    outcome = start(Dummy(instance), "CREATE")
    assert 1 <= outcome.progress["done_at"] - instance.now() <= 5


def test_the_wait_that_chance_gave_is_the_same_for_whoever_goes_on():
    clock = FakeClock()
    instance = instance_of(Dummy, {}, clock)
    outcome = start(Dummy(instance), "CREATE")
    clock.advance(outcome.poll_after / 2)
    elsewhere = carried(instance_of(Dummy, {}, clock, random=random.Random(99)), outcome)
    later = poll(Dummy(elsewhere), "CREATE", outcome.progress)
    assert later.progress == outcome.progress
    assert later.physical_id == outcome.physical_id


@pytest.mark.parametrize("action", ["CREATE", "UPDATE", "DELETE"])
def test_each_action_of_a_dummy_takes_wait_secs(action):
    existing = created(Dummy, {"wait_secs": 8})
    new = {"wait_secs": 8, "update_in_place_prop": "new"} if action == "UPDATE" else None
    assert seconds(Dummy, action, new, existing) == (8, Done)


def test_a_dummy_without_wait_is_done_at_once():
    assert isinstance(start(Dummy(instance_of(Dummy, {"wait_secs": 0})), "CREATE"), Done)


def test_a_dummy_fails_with_a_clear_reason_and_keeps_its_name_for_the_deletion():
    outcome = drive(Dummy, "CREATE", {"name_len": 16, "fail_prop": "yes"})
    assert isinstance(outcome, Failed)
    assert outcome.reason == ('ValueError: resources.web: the creation fails because the property fail_prop is "yes"')
    assert len(outcome.physical_id) == 16


def test_a_dummy_changes_in_place_by_its_one_property_only():
    assert assessed(Dummy, {}, {"update_in_place_prop": "a"}) == Update({"update_in_place_prop": "a"})
    assert assessed(Dummy, {}, {"update_in_place_prop": "a", "name_len": 9}) == Replace()
    assert assessed(Dummy, {}, {"wait_secs": 2}) == Replace()


@pytest.mark.parametrize("given", [{"wait_secs": -1}, {"name_len": 0}, {"name_len": "long"}])
def test_a_dummy_refuses_what_makes_no_sense(given):
    with pytest.raises(StackValidationFailed, match=next(iter(given))):
        instance_of(Dummy, given)
