"""Slips in fences, locks and wake-ups: which write says what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.db import resources, stacks
from heatlite.db.api import reader, rows, writer
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.transactions import begin, finish
from tests.simulator.mutations.base import DURING, Patch, during, mutation, sa


@mutation(800)
def forget_the_fence() -> Sequence[Patch]:
    @writer
    def advance(context: Any, stack_id: str, traversal_id: str, values: Any) -> bool:
        statement = sa.update(stacks.TABLE).where(stacks.TABLE.c.id == stack_id).values(**values)
        return rows(context.connection.execute(statement)) == 1

    return [(stacks, "advance", advance)]


@mutation(20)
def leave_the_sync_points_of_the_superseded() -> Sequence[Patch]:
    return [(begin.sync_points, "delete_all", lambda context, stack_id: None)]


@mutation(1500)
def read_the_rows_before_the_compare_and_swap() -> Sequence[Patch]:
    real, to_plan = begin.supersede, resources.to_plan

    def supersede(context: Any, inputs: Any, seen: Any, *args: Any, **kwargs: Any) -> Any:
        with during(to_plan(context, seen.id)):
            return real(context, inputs, seen, *args, **kwargs)

    def as_read(context: Any, stack_id: str) -> Any:
        early = DURING.get()
        return to_plan(context, stack_id) if early is None else early

    return [(begin, "supersede", supersede), (resources, "to_plan", as_read)]


@mutation(6000)
def lock_a_row_whatever_became_of_it() -> Sequence[Patch]:
    return [
        (resources, "_seen", lambda keys: sa.true()),
        (resources, "_locked_by_condition", lambda engine_id: sa.true()),
    ]


@mutation(600)
def drop_wanted_by() -> Sequence[Patch]:
    @reader
    def request_lock(context: Any, resource_id: int, traversal_id: str) -> bool:
        held = sa.select(resources.TABLE.c.id).where(
            resources.TABLE.c.id == resource_id, resources.TABLE.c.engine_id.is_not(None)
        )
        return context.connection.execute(held).scalar() is not None

    return [(resources, "request_lock", request_lock)]


@mutation(2500)
def release_the_lock_in_a_separate_write() -> Sequence[Patch]:
    write, real = resources.write, ResultRecorder._finish_all

    def finish_and_release(self: Any, traversal: Any, endings: Any) -> Any:
        with during(True):
            finished = real(self, traversal, endings)
        _let_go(self._shared.context(), [ending.work for ending in endings])
        return finished

    def keep(*args: Any, locked_by: str | None, lock_for: str | None) -> int:
        return write(*args, locked_by=locked_by, lock_for=locked_by if DURING.get() else lock_for)

    return [(ResultRecorder, "_finish_all", finish_and_release), (resources, "write", keep)]


@writer
def _let_go(context: Any, works: Sequence[Any]) -> None:
    columns = resources.TABLE.c
    for work in works:
        held = (columns.id == work.row.id, columns.engine_id == work.engine_id)
        context.connection.execute(sa.update(resources.TABLE).where(*held).values(engine_id=None))


@mutation(2500)
def ask_for_a_lock_without_looking_whether_it_is_held() -> Sequence[Patch]:
    @writer
    def request_lock(context: Any, resource_id: int, traversal_id: str) -> bool:
        statement = sa.update(resources.TABLE).where(resources.TABLE.c.id == resource_id).values(wanted_by=traversal_id)
        context.connection.execute(statement)
        return True

    return [(resources, "request_lock", request_lock)]


@mutation(100)
def cast_before_commit() -> Sequence[Patch]:
    real = finish.finish
    settle = ResultRecorder._finish_all

    def eager(context: Any, inputs: Any, traversal: Any, endings: Any, **kwargs: Any) -> finish.Finished:
        finished = real(context, inputs, traversal, endings, **kwargs)
        if (announcer := DURING.get()) is not None:
            announcer.announce({traversal.id: finished.ready})
            return finish.Finished((), finished.wakes)
        return finished

    def within(self: Any, traversal: Any, endings: Any) -> Any:
        with during(self):
            return settle(self, traversal, endings)

    return [(finish, "finish", eager), (ResultRecorder, "_finish_all", within)]
