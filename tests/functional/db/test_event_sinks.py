"""Event sinks: one engine at a time serves one, and only while there is news in its tree."""

from heatlite.db import event_sinks, events
from heatlite.db.events import Happening
from tests.functional.db.build import NOW, add_stack, unique


def tree(context):
    """A root stack and the stack in it."""
    root = unique("root")
    add_stack(context, id=root, root_id=root, live_name=None)
    return root, add_stack(context, "inner", root_id=root, owner_id=root, live_name=None)


def happen(context, stack_id, name):
    events.insert(context, stack_id, [Happening(name, "T", None, "CREATE", "COMPLETE", "")], [unique("event")], NOW)


def due(context, stack_id, now=1.0):
    """The sinks of one stack that are due."""
    return [it for it in event_sinks.due(context, now, 10_000) if it.stack_id == stack_id]


def test_a_sink_is_due_for_events_in_its_tree_only(context):
    root, inner = tree(context)
    other, _ = tree(context)
    event_sinks.keep(context, root, {"news"})
    happen(context, other, "foreign")
    assert due(context, root) == []
    happen(context, inner, "a")
    [record] = due(context, root)
    [found] = event_sinks.unsent(context, record, 10)
    assert (found.resource_name, record.target) == ("a", "news")


def test_one_engine_claims_a_sink_until_it_is_done_or_dead(context):
    root, _ = tree(context)
    event_sinks.keep(context, root, {"news"})
    happen(context, root, "a")
    [record] = due(context, root)
    claimed = event_sinks.claim(context, record, 60.0)
    assert event_sinks.claim(context, record, 60.0) is None
    assert (due(context, root, 59.0), len(due(context, root, 60.0))) == ([], 1)

    taken_over = event_sinks.claim(context, claimed, 120.0)
    ids = [it.id for it in event_sinks.unsent(context, taken_over, 10)]
    assert not event_sinks.advance(context, claimed, ids, 61.0, None), "it is another's"
    assert event_sinks.advance(context, taken_over, ids, 61.0, 7)
    assert due(context, root, 62.0) == [], "all was sent"
    [again] = due(context, root, 61.0 + event_sinks.SETTLES)
    assert (again.user_creds_id, again.last_id, event_sinks.unsent(context, again, 10)) == (7, ids[0], [])


def test_sinks_that_are_known_stay_as_they_are(context):
    root, _ = tree(context)
    happen(context, root, "a")
    event_sinks.keep(context, root, {"Queue"}, after=event_sinks.newest(context, root))
    event_sinks.keep(context, root, {"Queue", "queue"})
    [record] = due(context, root)
    assert record.target == "queue", "names are exact, and nothing was news to the other"
