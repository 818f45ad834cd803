"""Transactions: marked functions join one, readers stay readers, and what others commit is seen at once."""

import pytest

from heatlite.context import EngineContext
from heatlite.convergence.model import Status
from heatlite.db import resources, stacks
from heatlite.db.api import reader, writer
from tests.functional.db.build import NOW, add_resources, add_stack, together
from tests.functional.db.conftest import on_servers


class Undone(Exception):
    """What ends a transaction in these tests."""


def test_marked_functions_join_one_transaction_and_are_undone_together(context, database):
    stack = add_stack(context, current_traversal="t1")

    def work():
        with database.writer(context):
            add_resources(context, stack, 2)
            assert stacks.supersede(context, stack, "t1", {"current_traversal": "t2"})
            assert stacks.get(context, stack).current_traversal == "t2"
            assert len(resources.by_stack(context, stack)) == 2
            raise Undone

    with pytest.raises(Undone):
        work()

    assert stacks.get(context, stack).current_traversal == "t1"
    assert resources.by_stack(context, stack) == []


def test_a_marked_function_that_calls_another_is_undone_with_it(context):
    stack = add_stack(context)

    @writer
    def half_way(context):
        add_resources(context, stack)
        raise Undone

    with pytest.raises(Undone):
        half_way(context)

    assert resources.by_stack(context, stack) == []


def test_marked_functions_within_one_transaction_share_its_connection(context, database):
    @reader
    def connection_of(context):
        return context.connection

    with database.writer(context) as connection:
        assert connection_of(context) is connection
        with database.reader(context) as joined, database.lagging_reader(context) as joined_too:
            assert joined is joined_too is connection


@pytest.mark.parametrize("mode", ["reader", "lagging_reader"])
def test_a_reader_cannot_become_a_writer(context, database, mode):
    stack = add_stack(context)

    with getattr(database, mode)(context), pytest.raises(TypeError, match="Can't upgrade"):
        add_resources(context, stack)

    assert resources.by_stack(context, stack) == []


def test_a_context_can_be_used_again_after_its_transaction(context, database):
    for name in ("a", "b"):
        with database.writer(context):
            add_stack(context, name)

    assert stacks.count(context, []) == 2


def test_threads_that_share_a_context_have_a_transaction_each(context, database):
    """The API's context is handed to worker threads, too."""
    add_stack(context, "other")

    def create(number):
        with database.writer(context) as connection:
            add_stack(context, f"stack-{number}")
            return connection

    assert len({id(connection) for connection in together(4, create)}) == 4
    assert stacks.count(context, []) == 5


def test_what_is_not_committed_is_not_seen_by_others(context, database):
    stack = add_stack(context)
    with database.writer(context):
        add_resources(context, stack)
        assert resources.by_stack(EngineContext(database), stack) == []
    assert len(resources.by_stack(EngineContext(database), stack)) == 1


@on_servers
def test_what_another_commits_is_seen_within_a_transaction_that_has_read_before(context, another):
    """READ COMMITTED; on a pool's first connection too, which oslo.db opens before anybody can prepare it."""
    own = EngineContext(another)
    stack = add_stack(context)
    with another.writer(own):
        assert resources.by_stack(own, stack) == []
        add_resources(context, stack)
        assert len(resources.by_stack(own, stack)) == 1


@on_servers
def test_every_connection_of_a_pool_reads_what_is_committed(another, backend):
    question = {
        "mariadb": "SELECT @@session.tx_isolation",
        "postgresql": "SELECT upper(current_setting('transaction_isolation'))",
    }[backend.name]
    context = EngineContext(another)

    def isolation(_):
        with another.writer(context) as connection:
            return connection.exec_driver_sql(question).scalar().replace("-", " ")

    assert set(together(5, isolation)) == {"READ COMMITTED"}


@on_servers
def test_a_conditional_write_looks_at_the_row_as_it_is_after_waiting_for_it(context, database):
    """The condition held when the transaction began; what counts is that it doesn't when the other has committed."""
    (row,) = add_resources(context, add_stack(context))
    changes = {row: {"status": Status.IN_PROGRESS}}

    def lock(number):
        own = EngineContext(database)
        with database.writer(own):
            resources.by_ids(own, [row])
            return resources.write(own, {row: 0}, changes, NOW, locked_by=None, lock_for=f"e{number}")

    assert sorted(together(8, lock)) == [0] * 7 + [1]
