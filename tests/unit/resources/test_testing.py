"""The helper for authors: it finds what would go wrong between two processes."""

import pytest

from heatlite.resources.base import Resource
from heatlite.resources.outcomes import Done, Failed, Replace
from heatlite.resources.schema import Property, Type
from heatlite.resources.testing import FakeClock, carried, drive, instance_of


class Slow(Resource):
    """Done at a time that stands in its progress."""

    properties_schema = {"seconds": Property(Type.NUMBER, default=30, update_allowed=True)}

    def handle_create(self):
        self.resource_id_set("slow")
        return self.now() + self.properties["seconds"]

    def check_create_complete(self, progress):
        self.poll_in(4)
        return self.now() >= progress

    def handle_update(self, prop_diff):
        self.data_set("diff", dict(prop_diff))


class Forgetful(Slow):
    """Keeps on the object what belongs into progress."""

    def handle_create(self):
        self.checks = 0

    def check_create_complete(self, progress):
        self.checks += 1
        return self.checks > 1


class Endless(Slow):
    def check_create_complete(self, progress):
        return False


def test_time_passes_as_the_plugin_asks():
    clock = FakeClock(100.0)
    assert isinstance(drive(Slow, "CREATE", clock=clock), Done)
    assert clock() == 132.0


def test_state_on_the_object_is_lost_between_steps():
    outcome = drive(Forgetful, "CREATE")
    assert isinstance(outcome, Failed)
    assert "has no attribute 'checks'" in outcome.reason


def test_an_action_without_an_end_is_found():
    with pytest.raises(AssertionError, match="CREATE of Endless didn't end within 5 steps"):
        drive(Endless, "CREATE", most_steps=5)


def test_an_update_gets_what_changed_since_the_instance():
    instance = instance_of(Slow, {"seconds": 1})
    created = carried(instance, drive(Slow, "CREATE", instance=instance))
    updated = drive(Slow, "UPDATE", {"seconds": 2}, instance=created)
    assert updated == Done("slow", {}, {"diff": {"seconds": 2}}, "slow")


def test_a_replacement_is_an_end_too():
    assert drive(Resource, "UPDATE") != Replace()
    replaced = type("Replaced", (Slow,), {"handle_update": Resource.handle_update})
    assert drive(replaced, "UPDATE", {"seconds": 2}, instance=instance_of(replaced)) == Replace()
