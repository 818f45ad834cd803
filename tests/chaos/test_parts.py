"""The parts of the test bed: a world that keeps to its tokens, a proxy that cuts, endings that see what is wrong."""

from __future__ import annotations

import os
import pathlib
import socket
import subprocess
import sys
from random import Random
from typing import Any

import pytest

from tests.chaos import faults, shapes, world
from tests.chaos.clocks import Clocks
from tests.chaos.endings import Found, Root, to_be_taken_over, violations
from tests.chaos.lives import Answer, Record
from tests.chaos.tally import Tally, tally
from tests.chaos.watch import Fault, line
from tests.chaos.world import Thing, World
from tests.servers.proxy import Proxy, to_port
from tests.waiting import PATIENCE, wait_until

ACCEPTED, REFUSED, NOTHING = Answer.ACCEPTED, Answer.REFUSED, Answer.NOTHING
TEMPLATE = shapes.template(0, {"a": {"type": "Chaos::Thing", "properties": {"key": "web/a", "value": "0"}}})
A = {"id-a": Thing("web/a", "0")}


def root(state: str = "CREATE_COMPLETE", reason: str = "", template: Any = TEMPLATE) -> Root:
    action, _, status = state.partition("_")
    return Root("web", "demo", action, status, reason, template)


def wrong(
    *roots: Root, world: dict[str, Thing] = A, asked: Any = (("create", 0, ACCEPTED),), busy: tuple[str, ...] = ()
) -> str:
    """What is wrong where these stacks live, in a world whose things are all known."""
    record = Record("web", "demo", {0: TEMPLATE}, list(asked))
    known = frozenset(thing_id for thing_id in world if thing_id.startswith("id-"))
    return "; ".join(violations(Found(roots, known, busy, world), [record]))


def test_a_stack_that_is_what_it_should_be_is_right() -> None:
    assert wrong(root()) == ""


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (lambda: wrong(root(), world={}), "lacks {('web/a', '0'): 1}"),
        (lambda: wrong(root(), world={"id-a": Thing("web/a", "9")}), "has too much: {('web/a', '9'): 1}"),
        (lambda: wrong(root(), world={**A, "id-b": Thing("web/a", "0")}), "has too much: {('web/a', '0'): 1}"),
        (lambda: wrong(root(), world={**A, "lost": Thing("old/a", "0")}), "thing lost (old/a) is nobody's"),
        (lambda: wrong(root(), world={"id-a": Thing("web/a", "0", True)}), "web/a are suspended"),
        (lambda: wrong(root("SUSPEND_COMPLETE")), "web/a are not suspended"),
        (lambda: wrong(root("CREATE_FAILED", "no host")), "for a reason that wasn't injected: no host"),
        (lambda: wrong(root(), busy=("stack web is at UPDATE",)), "stack web is at UPDATE"),
        (lambda: wrong(world={}), "nobody asked for its deletion"),
        (lambda: wrong(root(), asked=[("create", 0, ACCEPTED), ("delete", 0, ACCEPTED)]), "its deletion was accepted"),
        (lambda: wrong(root(), asked=[("create", 0, ACCEPTED), ("update", 1, ACCEPTED)]), "although 1 was accepted"),
        (lambda: wrong(root(), asked=[("create", 0, ACCEPTED), ("check", 0, ACCEPTED)]), "a later check was accepted"),
    ],
)
def test_what_is_wrong_is_seen(found: Any, complaint: str) -> None:
    assert complaint in found()


@pytest.mark.parametrize(
    "found",
    [
        lambda: wrong(root("CREATE_FAILED", "ValueError: injected by the run"), world={}),
        lambda: wrong(root(), asked=[("create", 0, ACCEPTED), ("update", 1, NOTHING)]),
        lambda: wrong(root(), asked=[("create", 0, ACCEPTED), ("update", 1, REFUSED)]),
        lambda: wrong(world={}, asked=[("create", 0, ACCEPTED), ("delete", 0, NOTHING)]),
        lambda: wrong(root("ROLLBACK_COMPLETE", template={"resources": {}}), world={}),
    ],
)
def test_what_the_run_itself_has_brought_about_is_right(found: Any) -> None:
    assert found() == ""


def test_every_shape_wants_what_it_says() -> None:
    for shape in shapes.SHAPES:
        template = shapes.draw(Random(7), "web", 3, shape)
        keys = [key for key, _ in shapes.wanted(template)]
        assert keys
        assert len(keys) == len(set(keys)), "a key names one thing"
        assert template == shapes.draw(Random(7), "web", 3, shape), "the same chance draws the same"


def test_a_token_makes_one_thing_in_its_life(tmp_path: pathlib.Path) -> None:
    world = World(tmp_path)
    made = world.make("t", Thing("a", "1"))
    assert world.make("t", Thing("a", "2")) == made
    assert world.get(made) == Thing("a", "1")
    world.delete(made)
    world.make("t", Thing("a", "3"))
    assert world.things() == {}


def test_a_deletion_comes_before_a_late_creation(tmp_path: pathlib.Path) -> None:
    world = World(tmp_path)
    world.delete("t")
    world.make("t", Thing("a", "1"))
    assert world.things() == {}


def test_a_change_that_is_overtaken_by_the_deletion_revives_nothing(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = World(tmp_path)
    thing.make("t", Thing("a", "1"))
    write, other = world.padded, World(tmp_path)

    def be_stopped_before_writing(value: Thing | None) -> bytes:
        if value is not None and value.value == "2":
            other.delete("t")
        return write(value)

    monkeypatch.setattr(world, "padded", be_stopped_before_writing)
    thing.change("t", value="2")
    assert other.things() == {}


def test_a_creation_that_is_overtaken_by_the_deletion_revives_nothing(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, other = world.padded, World(tmp_path)

    def be_stopped_before_writing(value: Thing | None) -> bytes:
        if value is not None:
            other.delete("t")
        return write(value)

    monkeypatch.setattr(world, "padded", be_stopped_before_writing)
    World(tmp_path).make("t", Thing("a", "1"))
    assert other.things() == {}


def test_what_is_let_go_may_be_nobodys() -> None:
    record = Record("web", "demo", {0: TEMPLATE}, [("create", 0, ACCEPTED), ("abandon", 0, NOTHING)], is_let_go=True)
    assert list(violations(Found((), frozenset(), (), {"lost": Thing("web/a", "0")}), [record])) == []


def test_what_an_adoption_never_came_to_is_nobodys_where_that_was_told() -> None:
    record = Record("web", "demo", {0: TEMPLATE}, [("adopt", 0, ACCEPTED), ("update", 0, ACCEPTED)])
    world = {**A, "left": Thing("web/b", "0")}
    known = frozenset({"id-a"})
    assert list(violations(Found((root(),), known, (), world, frozenset({"left"})), [record])) == []
    assert "thing left (web/b) is nobody's" in next(violations(Found((root(),), known, (), world), [record]))


def test_what_is_still_to_be_taken_over_is_known_by_what_is_said_of_it() -> None:
    said = {"resource_id": "stack", "resources": {"a": {"resource_id": "id-a"}, "b": {"resource_id": None}}}
    assert list(to_be_taken_over(said)) == ["stack", "id-a"]


def test_operations_are_counted_by_their_events() -> None:
    events = [("CREATE", "IN_PROGRESS", 5), ("CREATE", "COMPLETE", 2), ("CREATE", "FAILED", 1), ("UPDATE", "FAILED", 1)]
    events += [("ROLLBACK", "IN_PROGRESS", 3), ("ROLLBACK", "COMPLETE", 3)]
    found = tally([*events, ("UPDATE", "IN_PROGRESS", 1)])
    assert found == Tally(begun=6, complete=2, failed=2, rollbacks=3)
    assert found.superseded == 2


def test_a_thing_that_is_not_there_can_not_be_changed(tmp_path: pathlib.Path) -> None:
    with pytest.raises(LookupError, match="thing t has vanished"):
        World(tmp_path).change("t", value="1")


def test_a_proxy_passes_on_until_it_is_cut() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = Proxy(to_port(server.getsockname()[1]))
        client = socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE)
        far, _ = server.accept()
        client.sendall(b"there")
        assert far.recv(10) == b"there"
        far.sendall(b"back")
        assert client.recv(10) == b"back"
        assert proxy.cut() == 1
        assert client.recv(10) == b""
        with proxy.away(), socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as refused:
            assert refused.recv(10) == b""
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as again:
            again.sendall(b"again")
            far, _ = server.accept()
            assert far.recv(10) == b"again"
        proxy.close()


def test_a_seed_draws_the_same_faults_and_each_kind_first() -> None:
    first = [name for name, _ in zip(faults.drawn("s", True), range(30), strict=False)]
    again = [name for name, _ in zip(faults.drawn("s", True), range(30), strict=False)]
    assert first == again
    assert set(first[: len(faults.WEIGHTS)]) == set(faults.WEIGHTS)
    assert "broker" not in [name for name, _ in zip(faults.drawn("s", False), range(50), strict=False)]


def test_a_report_tells_longest_and_median() -> None:
    fault = Fault("kill", 0.0, {}, [1.0, 2.0, 9.0])
    assert line("kill", [fault]).endswith("3 stacks under way: longest   9.0 s, median  2.0 s")


def test_a_process_has_a_clock_of_its_own_that_jumps_and_comes_back(tmp_path: pathlib.Path) -> None:
    made = Clocks(tmp_path / "clocks")
    program = "import sys, time\nfor _ in sys.stdin: print(time.time(), time.monotonic(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=made.fresh(dict(os.environ)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        asking: Any = process.stdin
        answers: Any = process.stdout

        def told() -> tuple[float, float]:
            print("now", file=asking, flush=True)
            wall, monotonic = answers.readline().split()
            return float(wall), float(monotonic)

        before, steady = told()
        with made.jumped(made.files()[0], 600):
            wait_until(lambda: told()[0] - before >= 600, PATIENCE, "the clock to be ahead")
            assert told()[1] - steady < 600
        wait_until(lambda: told()[0] - before < 600, PATIENCE, "the clock to be right again")
        asking.close()
