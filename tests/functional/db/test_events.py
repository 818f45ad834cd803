"""Events: in the order in which they happened, filtered and paged as lists want them."""

from heatlite.db import events
from heatlite.db.events import Happening
from tests.functional.db.build import NOW, add_stack, unique


def happen(context, stack_id, *names):
    happenings = [Happening(name, "Server", f"p-{name}", "CREATE", "COMPLETE", "state changed") for name in names]
    events.insert(context, stack_id, happenings, [unique("event") for _ in names], NOW)


def names(context, *conditions, order=(events.TABLE.c.id,), limit=None):
    return [it.resource_name for it in events.listed(context, conditions, order, limit)]


def test_events_keep_the_order_in_which_they_were_written(context):
    stack = add_stack(context)
    happen(context, stack, "c", "a")
    happen(context, stack, "b")

    assert names(context) == ["c", "a", "b"]


def test_events_are_filtered_ordered_and_limited(context):
    one, two = add_stack(context, "one"), add_stack(context, "two")
    happen(context, one, "a", "b", "c")
    happen(context, two, "d")

    of_one = events.TABLE.c.stack_id == one
    assert names(context, of_one, order=[events.TABLE.c.id.desc()], limit=2) == ["c", "b"]
    assert names(context, of_one, events.TABLE.c.resource_name > "a") == ["b", "c"]


def test_an_event_is_read_as_it_was_written(context):
    stack = add_stack(context)
    events.insert(context, stack, [Happening("wéb", "T", None, "DELETE", "FAILED", "größer 💡")], ["u"], NOW)

    (record,) = events.listed(context, [], [], None)

    assert (record.uuid, record.stack_id, record.resource_name, record.resource_type) == ("u", stack, "wéb", "T")
    assert (record.resource_action, record.resource_status) == ("DELETE", "FAILED")
    assert (record.physical_resource_id, record.resource_status_reason, record.created_at) == (None, "größer 💡", NOW)


def test_no_events_are_written_without_complaint(context):
    happen(context, add_stack(context))

    assert names(context) == []
