"""Sync points: each step of a node's life is won once, and whoever lost, or came after the end, is told so."""

from heatlite.convergence.model import COMMIT, EPILOGUE, NodeState
from heatlite.db import resources, services, sync_points
from tests.functional.db.build import NOW, add_nodes, add_resources, add_stack, cleanup, together, update

GONE = 10**12
"""The id of a row that doesn't exist."""

READY = {update(1): 0, update(2): 0, update(3): 0}


def states(context, *nodes, traversal="t"):
    return [sync_points.state(context, traversal, node) for node in nodes]


def claim(context, *nodes, engine="e1", claim="c1"):
    return sync_points.claim(context, "t", nodes, engine, claim)


def finish(context, *nodes, engine="e1", claims=("c1",)):
    return sync_points.finish(context, "t", nodes, engine, claims)


def hand_back(context, *nodes, state=NodeState.SCHEDULED, claims=("c1",), at=50.0):
    return sync_points.hand_back(context, "t", nodes, state, at, claims)


def test_nodes_that_wait_for_nothing_are_ready_from_the_start(context):
    add_nodes(context, {update(1): 0, cleanup(1): 2, EPILOGUE: 1})

    assert states(context, update(1), cleanup(1), EPILOGUE) == [
        NodeState.SCHEDULED,
        NodeState.WAITING,
        NodeState.WAITING,
    ]
    assert states(context, COMMIT) == [None]


def test_a_node_is_claimed_once(context):
    add_nodes(context, READY)

    assert claim(context, update(1), update(2), claim="c1") == 2
    assert claim(context, update(1), update(2), engine="e2", claim="c2") == 0
    assert claim(context, update(2), update(3), engine="e2", claim="c3") == 1

    assert [it.node for it in sync_points.claimed(context, "t", list(READY), "c1")] == [update(1), update(2)]
    assert [it.node for it in sync_points.claimed(context, "t", list(READY), "c3")] == [update(3)]


def test_of_many_that_claim_a_batch_at_once_each_node_goes_to_one(context, database):
    nodes = [update(id_) for id_ in range(1, 21)]
    add_nodes(context, dict.fromkeys(nodes, 0))

    def work(number):
        own = type(context)(database)
        claim(own, *nodes, claim=f"c{number}")
        return [it.node for it in sync_points.claimed(own, "t", nodes, f"c{number}")]

    taken = [node for part in together(4, work) for node in part]
    assert sorted(taken) == nodes


def test_only_ready_nodes_of_the_traversal_are_claimed(context):
    add_nodes(context, {update(1): 1, update(2): 0})
    add_nodes(context, {update(1): 0}, traversal_id="another")

    assert claim(context, update(1)) == 0
    assert claim(context, update(2)) == 1
    assert states(context, update(1), traversal="another") == [NodeState.SCHEDULED]


def test_a_claim_of_no_nodes_claims_none(context):
    """An empty condition would be no condition, and take the whole traversal."""
    add_nodes(context, READY)

    assert claim(context) == 0
    assert hand_back(context) == 0
    assert finish(context) == set()
    assert states(context, *READY) == [NodeState.SCHEDULED] * 3


def test_a_claimed_node_comes_with_the_row_that_acts(context):
    old, new = add_resources(context, add_stack(context), 2)
    add_nodes(context, {update(old): 0, cleanup(old): 0, update(GONE): 0, EPILOGUE: 0})
    sync_points.act_by(context, "t", {old: new})

    found = {
        it.node: it for it in sync_points.acting(context, "t", [update(old), cleanup(old), update(GONE), EPILOGUE])
    }

    assert (found[update(old)].acting_id, found[update(old)].resource.id) == (new, new)
    assert found[cleanup(old)].resource.id == old
    assert found[update(GONE)].resource is None
    assert found[EPILOGUE].resource is None


def test_replacements_act_each_under_its_own_key(context):
    add_nodes(context, READY)

    sync_points.act_by(context, "t", {1: 11, 2: 12})

    found = {it.node: it.acting_id for it in sync_points.acting(context, "t", list(READY))}
    assert found == {update(1): 11, update(2): 12, update(3): 3}


def test_finished_nodes_are_done_and_nobodys(context):
    add_nodes(context, READY)
    claim(context, update(1), update(2))

    assert finish(context, update(1), update(2)) == {update(1), update(2)}
    assert states(context, update(1), update(2), update(3)) == [NodeState.DONE, NodeState.DONE, NodeState.SCHEDULED]
    assert sync_points.running(context, ["e1"], 10) == []


def test_who_finishes_twice_finishes_nothing_the_second_time(context):
    """Or its successors would be counted down twice."""
    add_nodes(context, READY)
    claim(context, update(1))

    assert finish(context, update(1)) == {update(1)}
    assert finish(context, update(1)) == set()


def test_after_the_end_of_its_traversal_a_finisher_finishes_nothing(context):
    add_nodes(context, READY, stack_id="s")
    add_nodes(context, {update(9): 0}, traversal_id="of another stack", stack_id="another")
    claim(context, update(1))

    sync_points.delete_all(context, "s")

    assert finish(context, update(1)) == set()
    assert states(context, update(9), traversal="of another stack") == [NodeState.SCHEDULED]


def test_who_lost_a_claim_finishes_only_what_is_left_of_it(context):
    add_nodes(context, READY)
    claim(context, *READY)
    hand_back(context, update(2))
    claim(context, update(2), engine="e2", claim="c2")

    assert finish(context, *READY) == {update(1), update(3)}
    assert states(context, *READY) == [NodeState.DONE, NodeState.RUNNING, NodeState.DONE]


def test_nodes_of_several_claims_finish_together(context):
    add_nodes(context, READY)
    claim(context, update(1), claim="c1")
    claim(context, update(2), claim="c2")

    assert finish(context, update(1), update(2), claims=["c1", "c2"]) == {update(1), update(2)}


def test_another_engine_finishes_nothing_under_a_claim_that_it_knows(context):
    add_nodes(context, READY)
    claim(context, update(1), engine="e1", claim="c1")

    assert finish(context, update(1), engine="e2") == set()


def test_work_handed_back_is_to_be_had_again(context):
    add_nodes(context, READY)
    claim(context, update(1), update(2))

    assert hand_back(context, update(1)) == 1
    assert claim(context, update(1), engine="e2", claim="c2") == 1
    assert hand_back(context, update(1)) == 0
    assert states(context, update(1), update(2)) == [NodeState.RUNNING, NodeState.RUNNING]


def test_a_node_that_waits_for_a_lock_is_scheduled_by_its_release(context):
    add_nodes(context, READY)
    claim(context, *READY)
    assert hand_back(context, update(1), update(2), state=NodeState.BLOCKED) == 2

    assert sync_points.unblock(context, "t", [1, 3], 60.0) == [update(1)]
    assert sync_points.unblock(context, "t", [1, 3], 60.0) == []
    assert states(context, *READY) == [NodeState.SCHEDULED, NodeState.BLOCKED, NodeState.RUNNING]


def test_a_replacement_that_is_released_wakes_the_node_under_whose_key_it_acts(context):
    add_nodes(context, READY)
    claim(context, update(1))
    hand_back(context, update(1), state=NodeState.BLOCKED)
    sync_points.act_by(context, "t", {1: 11})

    assert sync_points.unblock(context, "t", [1], 60.0) == []
    assert sync_points.unblock(context, "t", [11], 60.0) == [update(1)]


def test_due_are_ready_nodes_whose_time_has_come_the_longest_waiting_first(context):
    add_nodes(context, READY | {update(4): 1})
    claim(context, *READY)
    for node, at in ((update(1), 30.0), (update(2), 20.0), (update(3), 99.0)):
        hand_back(context, node, at=at)

    assert [it.node for it in sync_points.due(context, 50.0, 10)] == [update(2), update(1)]
    assert [it.node for it in sync_points.due(context, 50.0, 1)] == [update(2)]


def test_the_right_to_cast_is_taken_once(context, database):
    add_nodes(context, READY, traversal_id="t")
    due = sync_points.due(context, 100.0, 10)
    until = {node: 1893466245.123456 + node.node.resource_id for node in due}

    taken = together(4, lambda _: sync_points.postpone(type(context)(database), due, until))

    assert sorted(len(part) for part in taken) == [0, 0, 0, 3]
    again = sync_points.due(context, 2e9, 10)
    assert {(it.node, it.next_cast_at, it.casts) for it in again} == {(it.node, until[it], 1) for it in due}
    assert set(sync_points.postpone(context, again, dict.fromkeys(again, 3e9))) == set(again)


def test_a_node_that_was_claimed_meanwhile_is_not_cast(context):
    add_nodes(context, READY)
    due = sync_points.due(context, 100.0, 10)
    claim(context, update(2))

    taken = sync_points.postpone(context, due, dict.fromkeys(due, 200.0))

    assert {it.node for it in taken} == {update(1), update(3)}


def test_what_engines_are_at_is_found(context):
    add_nodes(context, READY)
    claim(context, update(1), engine="e1", claim="c1")
    claim(context, update(2), engine="e2", claim="c2")

    assert sync_points.running(context, ["e1"], 10) == [("t", update(1), "c1", 1)]
    assert len(sync_points.running(context, ["e1", "e2"], 10)) == 2
    assert len(sync_points.running(context, ["e1", "e2"], 1)) == 1


def test_nodes_blocked_by_a_lock_that_nobody_holds_are_found(context):
    free, held = add_resources(context, add_stack(context), 2)
    resources.write(context, {held: 0}, {held: {"attempts": 0}}, NOW, locked_by=None, lock_for="e1")
    nodes = [update(free), update(held), update(GONE)]
    add_nodes(context, dict.fromkeys(nodes, 0))
    claim(context, *nodes)
    hand_back(context, *nodes, state=NodeState.BLOCKED)

    assert sorted(sync_points.blocked_on_free_rows(context, 10)) == [("t", free), ("t", GONE)]


def test_an_engine_without_a_row_that_holds_a_node_is_gone(context):
    add_nodes(context, READY)
    claim(context, update(1))

    assert services.gone(context) == ["e1"]
