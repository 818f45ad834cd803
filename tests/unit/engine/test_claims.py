"""Claims: what this process is at, counted, so that what fell out of its hands can be told from what it works on."""

import threading
from concurrent.futures import ThreadPoolExecutor

from heatlite.engine.membership.engine_claims import Claims
from tests.waiting import PATIENCE


def test_a_claim_is_at_work_from_its_registration_until_it_is_settled():
    claims = Claims()
    assert "a" not in claims

    claims.register("a")
    assert "a" in claims

    claims.settle(["a"])
    assert "a" not in claims
    assert len(claims) == 0


def test_a_claim_is_at_work_until_the_last_of_its_nodes_is_settled():
    claims = Claims()
    claims.register("a")
    claims.hold("a", 2)

    claims.settle(["a"])
    claims.settle(["a"])
    assert "a" in claims
    claims.settle(["a"])

    assert "a" not in claims


def test_a_claim_named_twice_loses_two_pieces_of_work():
    claims = Claims()
    claims.register("a")
    claims.hold("a", 1)

    claims.settle(["a", "a"])

    assert "a" not in claims


def test_claims_are_counted_apart():
    claims = Claims()
    for claim_id in ("a", "b"):
        claims.register(claim_id)

    claims.settle(["a"])

    assert "b" in claims
    assert len(claims) == 1


def test_settling_what_is_unknown_leaves_nothing_behind():
    claims = Claims()
    claims.settle(["never registered"])

    claims.register("never registered")

    assert "never registered" in claims
    assert len(claims) == 1


def test_clearing_forgets_everything():
    claims = Claims()
    claims.register("a")
    claims.hold("a", 5)

    claims.clear()

    assert "a" not in claims
    assert claims.wait_until_empty(0)


def test_waiting_ends_when_the_last_claim_is_settled():
    claims = Claims()
    claims.register("a")
    claims.register("b")
    assert not claims.wait_until_empty(0)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(claims.wait_until_empty, PATIENCE)
        claims.settle(["a"])
        claims.settle(["b"])
        assert waiting.result(PATIENCE)


def test_threads_that_hold_and_settle_at_once_lose_no_count():
    claims = Claims()
    claims.register("a")
    start = threading.Barrier(8)

    def work(_: int) -> None:
        start.wait(PATIENCE)
        for _ in range(500):
            claims.hold("a", 1)
            claims.settle(["a"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert "a" in claims
    claims.settle(["a"])
    assert len(claims) == 0
