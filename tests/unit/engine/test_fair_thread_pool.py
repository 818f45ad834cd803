"""FairThreadPool: every project gets its turn at the threads, and the engine's own work comes first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import pytest

from heatlite.engine.common import executors
from heatlite.engine.traversal.fair_thread_pool import AHEAD, MOST_A_THREAD, OWN, FairThreadPool
from tests.waiting import PATIENCE


class Threads:
    """Threads that run when a test says so."""

    def __init__(self) -> None:
        self.spawned: deque[Callable[[], None]] = deque()

    def run(self) -> None:
        while self.spawned:
            self.spawned.popleft()()


@pytest.fixture
def threads() -> Threads:
    return Threads()


def test_projects_take_turns_however_much_one_of_them_has(threads: Threads) -> None:
    ran: list[str] = []
    lanes = FairThreadPool(threads.spawned.append, 1)
    for number in range(100):
        lanes.submit(lambda number=number: ran.append(f"crowd {number}"), "crowd")
    lanes.submit(lambda: ran.append("neighbour 0"), "neighbour")
    lanes.submit(lambda: ran.append("neighbour 1"), "neighbour")
    threads.run()
    assert ran[:4] == ["crowd 0", "neighbour 0", "crowd 1", "neighbour 1"]
    assert ran[4:] == [f"crowd {number}" for number in range(2, 100)]


def test_the_engines_own_work_comes_before_every_projects(threads: Threads) -> None:
    ran: list[str] = []
    lanes = FairThreadPool(threads.spawned.append, 1)
    lanes.submit(lambda: ran.append("step"), "crowd")
    lanes.submit(lambda: ran.append("another step"), "crowd")
    lanes.submit(lambda: ran.append("result"), OWN)
    threads.run()
    assert ran == ["result", "step", "another step"]


def test_no_more_threads_than_allowed_are_asked_for(threads: Threads) -> None:
    lanes = FairThreadPool(threads.spawned.append, 3)
    for number in range(10):
        lanes.submit(lambda: None, f"project {number}")
    assert len(threads.spawned) == 3
    threads.run()
    lanes.submit(lambda: None, "later")
    assert len(threads.spawned) == 1


def test_a_lane_is_full_with_some_waiting_for_each_thread(threads: Threads) -> None:
    lanes = FairThreadPool(threads.spawned.append, 2)
    for _ in range(2 * AHEAD):
        assert not lanes.is_full("crowd")
        lanes.submit(lambda: None, "crowd")
    assert lanes.is_full("crowd")
    assert not lanes.is_full("neighbour")


def test_whoever_fills_a_lane_is_told_as_soon_as_there_is_room_again(threads: Threads) -> None:
    told: list[bool] = []
    lanes = FairThreadPool(threads.spawned.append, 2, when_room=lambda: told.append(lanes.is_full("crowd")))
    for _ in range(2 * AHEAD + 3):
        lanes.submit(lambda: None, "crowd")
    threads.run()
    assert told == [False], "once, when fewer wait than fill the lane"


def test_results_have_a_thread_of_their_own_besides_those_of_steps() -> None:
    pool = executors.pool(3)
    may_end, begun, recorded = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)
    lanes = FairThreadPool(pool.submit, 2, for_own=1)

    def step() -> None:
        begun.release()
        assert may_end.wait(PATIENCE)

    for project in ("crowd", "crowd", "neighbour"):
        lanes.submit(step, project)
    for _ in range(2):
        assert begun.acquire(timeout=PATIENCE)
    for _ in range(3):
        lanes.submit(recorded.release, OWN)
        assert recorded.acquire(timeout=PATIENCE), (
            "though steps block as many threads as there are for them, and one waits"
        )
    assert not begun.acquire(blocking=False), "the third step isn't run on the thread for results"
    may_end.set()
    assert begun.acquire(timeout=PATIENCE)
    pool.shutdown(wait=True)


def test_a_result_that_is_being_written_takes_no_thread_from_steps() -> None:
    pool = executors.pool(3)
    may_end, writing, both = threading.Event(), threading.Event(), threading.Barrier(3)
    lanes = FairThreadPool(pool.submit, 2, for_own=1)

    def write() -> None:
        writing.set()
        assert may_end.wait(PATIENCE)

    lanes.submit(write, OWN)
    assert writing.wait(PATIENCE)
    for _ in range(2):
        lanes.submit(lambda: both.wait(PATIENCE) and None, "crowd")
    both.wait(PATIENCE)
    may_end.set()
    pool.shutdown(wait=True)


def test_where_many_lanes_wait_each_is_full_with_its_first(threads: Threads) -> None:
    lanes = FairThreadPool(threads.spawned.append, 2)
    for number in range(2 * MOST_A_THREAD):
        lanes.submit(lambda: None, f"project {number}")
    assert lanes.is_full("project 0")
    assert not lanes.is_full("another")


def test_a_function_that_fails_is_told_of_and_its_thread_goes_on(
    threads: Threads, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[str] = []
    lanes = FairThreadPool(threads.spawned.append, 1)
    lanes.submit(lambda: [][0], "a")
    lanes.submit(lambda: ran.append("b"), "b")
    threads.run()
    assert ran == ["b"]
    assert "IndexError" in caplog.text


def test_a_thread_that_could_not_be_had_is_not_counted(threads: Threads) -> None:
    spawn = deque([RuntimeError("no more threads")])

    def reluctant(function: Callable[[], None]) -> None:
        if spawn:
            raise spawn.pop()
        threads.spawned.append(function)

    lanes, ran = FairThreadPool(reluctant, 1), []
    with pytest.raises(RuntimeError):
        lanes.submit(lambda: ran.append(1), "a")
    lanes.submit(lambda: ran.append(2), "a")
    threads.run()
    assert ran == [1, 2]


def test_threads_that_submit_at_once_lose_nothing() -> None:
    ran: list[int] = []
    lanes = FairThreadPool(executors.pool(4).submit, 4)
    done = threading.Semaphore(0)

    def one(number: int) -> None:
        ran.append(number)
        done.release()

    def submit(first: int) -> None:
        for number in range(first, first + 200):
            lanes.submit(lambda number=number: one(number), str(number % 7))

    with executors.pool(5) as clients:
        list(clients.map(submit, range(0, 1000, 200)))
    for _ in range(1000):
        assert done.acquire(timeout=PATIENCE)
    assert sorted(ran) == list(range(1000))


def test_what_a_thread_was_too_many_for_is_run_when_another_of_its_lane_is_done() -> None:
    pool = executors.pool(4)
    may_end, ran, begun = threading.Event(), [], threading.Semaphore(0)
    lanes = FairThreadPool(pool.submit, 4, most_of_one=1)

    def hold(number: int) -> None:
        begun.release()
        assert may_end.wait(PATIENCE)
        ran.append(number)

    for number in range(5):
        lanes.submit(lambda number=number: hold(number), "crowd")
    assert begun.acquire(timeout=PATIENCE)
    assert not begun.acquire(blocking=False), "one of the lane runs, and no more"
    may_end.set()
    for _ in range(4):
        assert begun.acquire(timeout=PATIENCE)
    pool.shutdown(wait=True)
    assert ran == list(range(5))
