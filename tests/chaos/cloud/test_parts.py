"""The parts of chaos on a cloud: a proxy that does to requests what it says, shapes, endings that see what is wrong."""

from __future__ import annotations

import http.server
import itertools
import os
import threading
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import requests

from tests.chaos.cloud import endings, faults, shapes
from tests.chaos.cloud.endings import Found, Row
from tests.chaos.cloud.things import Thing, is_own
from tests.chaos.endings import Root
from tests.chaos.faults import drawn
from tests.chaos.lives import Answer, Record
from tests.servers.api_proxy import INJECTED, APIProxy, asking
from tests.waiting import PATIENCE

OF_PROJECT = "p1"
TEMPLATE = shapes.template(0, {"net": {"type": "OS::Neutron::Net", "properties": {"name": "web/net#0"}}})
NET = Thing("networks", "n1", "web/net#0")
ROW = Row(OF_PROJECT, "web", "net", "networks", "n1", "COMPLETE")


class Service(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[str]

    def do_GET(self) -> None:
        """Answer."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append(f"{self.command} {self.path} {self.headers['Host']} {content.decode()}")
        self.send_response(201)
        self.send_header("Content-Length", "8")
        self.send_header("X-Of", "the service")
        self.end_headers()
        self.wfile.write(b"answered"[: 0 if self.command == "HEAD" else None])

    do_POST = do_DELETE = do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def proxy(asked: list[str]) -> Iterator[APIProxy]:
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Service,), {"asked": asked}))
    threading.Thread(target=service.serve_forever, daemon=True).start()
    made = APIProxy(service.server_address[1])
    yield made
    made.close()
    service.shutdown()
    service.server_close()


def test_requests_pass_with_what_they_have_and_so_do_answers(proxy: APIProxy, asked: list[str]) -> None:
    headers = {"X-Auth-Token": "a token"}
    answer = requests.post(f"{proxy.url}/v2/things", data="a body", headers=headers, timeout=PATIENCE)
    assert (answer.status_code, answer.text, answer.headers["X-Of"]) == (201, "answered", "the service")
    assert asked == [f"POST /v2/things 127.0.0.1:{proxy.port} a body"], "links are to lead through the proxy"
    assert requests.head(proxy.url, timeout=PATIENCE).status_code == 201
    assert list(proxy.tokens) == ["a token"]
    assert proxy.harm == 0


def test_a_refusal_never_reaches_the_service(proxy: APIProxy, asked: list[str]) -> None:
    with proxy.answers(503) as mishap:
        answer = requests.get(proxy.url, timeout=PATIENCE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["error"]["message"] == INJECTED
    assert not asked
    assert mishap.happened.is_set()
    assert requests.get(proxy.url, timeout=PATIENCE).status_code == 201


@pytest.mark.parametrize("part", [0.0, 0.5])
def test_an_answer_that_is_lost_was_given(proxy: APIProxy, asked: list[str], part: float) -> None:
    mishap = proxy.forget(1, part=part)
    assert requests.get(proxy.url, timeout=PATIENCE).status_code == 201, "only changes are meant"
    with pytest.raises(requests.RequestException):
        requests.post(proxy.url, timeout=PATIENCE)
    assert mishap.happened.is_set()
    assert [it.split()[0] for it in asked] == ["GET", "POST"]
    assert requests.post(proxy.url, timeout=PATIENCE).status_code == 201, "one answer is lost, and no more"


def test_who_asks_is_known_between_act_and_answer(proxy: APIProxy, asked: list[str]) -> None:
    found: list[Any] = []
    proxy.forget(1, when_acted=lambda port: found.extend([asking(port), len(asked)]))
    with pytest.raises(requests.RequestException):
        requests.delete(proxy.url, timeout=PATIENCE)
    assert found == [os.getpid(), 1]


def test_hanging_requests_are_dropped_when_it_is_over(proxy: APIProxy, asked: list[str]) -> None:
    came: list[Any] = []

    def ask() -> None:
        try:
            came.append(requests.get(proxy.url, timeout=PATIENCE))
        except requests.RequestException as error:
            came.append(error)

    client = threading.Thread(target=ask)
    with proxy.hangs() as mishap:
        client.start()
        assert mishap.happened.wait(PATIENCE)
        assert not came
    client.join(PATIENCE)
    assert isinstance(came[0], requests.RequestException)
    assert not asked


def test_nobody_gets_through_to_a_service_that_is_away(proxy: APIProxy, asked: list[str]) -> None:
    with proxy.away(), pytest.raises(requests.RequestException):
        requests.get(proxy.url, timeout=PATIENCE)
    assert not asked
    assert requests.get(proxy.url, timeout=PATIENCE).status_code == 201


def test_every_shape_has_ten_resources_or_more_at_most_forty_and_wants_what_it_says() -> None:
    for shape in shapes.SHAPES:
        for seed in range(50):
            template = shapes.draw(Random(seed), "web", 3, shape, fails=False)
            wanted = shapes.wanted(template)
            assert 8 <= len(template["resources"]) + wanted.total() / 2 <= 40
            assert all(name.startswith("web/") and name.split("#")[1] in ("0", "3") for name in wanted)
            assert set(wanted.values()) == {1}, "each name is one thing's"


def test_faults_of_all_kinds_are_drawn() -> None:
    names = faults.CLOUD_WEIGHTS
    assert set(itertools.islice(drawn("7", broker=True, weights=names), len(names))) == set(names)


@pytest.mark.parametrize(
    ("kind", "body", "own"),
    [
        ("security_groups", {"name": "default"}, False),
        ("security_groups", {"name": "web/group#0"}, True),
        ("ports", {"device_owner": "network:router_interface"}, False),
        ("ports", {"device_owner": "compute:nova"}, True),
        ("ports", {"device_owner": ""}, True),
    ],
)
def test_what_services_make_by_themselves_is_nobodys_loss(kind: str, body: Any, own: bool) -> None:
    assert is_own(kind, body) is own


def wrong(
    *things: Thing,
    rows: tuple[Row, ...] = (ROW,),
    state: str = "CREATE_COMPLETE",
    reason: str = "",
    record: Record | None = None,
    touched: bool = False,
) -> str:
    """What is wrong, where a project has these things and one stack."""
    action, _, status = state.partition("_")
    roots = (Root("web", OF_PROJECT, action, status, reason, TEMPLATE),)
    record = record or Record("web", OF_PROJECT, {0: TEMPLATE}, [("create", 0, Answer.ACCEPTED)])
    found = Found(roots, rows, (), {OF_PROJECT: {it.id: it for it in things}})
    return "; ".join(endings.violations(found, [record], {(OF_PROJECT, "web")} if touched else set()))


def test_a_stack_that_has_what_it_says_is_right() -> None:
    assert wrong(NET) == ""


def test_a_thing_that_no_row_has_is_nobodys() -> None:
    stranger = Thing("servers", "s1", "old/server0#1")
    assert wrong(NET, stranger) == "servers s1 (old/server0#1) is nobody's"


@pytest.mark.parametrize(
    ("known", "is_nobodys"),
    [
        ({"searching": frozenset({(OF_PROJECT, "web", "servers")})}, False),
        ({"searching": frozenset({(OF_PROJECT, "web", "ports"), ("p2", "web", "servers")})}, True),
        ({"left": frozenset({"s1"})}, False),
    ],
    ids=["a row without an id finds it", "rows of others don't", "an event told of it"],
)
def test_a_thing_that_a_row_or_a_person_knows_otherwise_isnt(known: Any, *, is_nobodys: bool) -> None:
    found = Found((), (), (), {OF_PROJECT: {"s1": Thing("servers", "s1", "web/server0#1")}}, **known)
    assert bool([*endings.violations(found, [], set())]) is is_nobodys


def test_what_was_abandoned_is_nobodys_as_was_asked_for() -> None:
    gone = Record("web", OF_PROJECT, {0: TEMPLATE}, [("create", 0, Answer.ACCEPTED)], is_let_go=True)
    assert wrong(NET, Thing("servers", "s1", "web/server0#1"), record=gone, touched=True) == ""


def test_a_row_whose_thing_is_gone_is_told_unless_somebody_took_it() -> None:
    assert "networks n1 of net is lost" in wrong()
    assert wrong(touched=True) == ""


def test_a_stack_with_another_name_than_its_template_says_is_told() -> None:
    assert "lack {'web/net#0': 1}" in wrong(Thing("networks", "n1", "web/net#9"))


def test_a_failure_is_told_unless_the_run_brought_it_about() -> None:
    assert "hasn't brought about: no host" in wrong(NET, state="CREATE_FAILED", reason="no host")
    for reason in (INJECTED, "Quota exceeded", f"192.0.2.9 {shapes.REFUSED} for any subnet"):
        assert wrong(NET, state="CREATE_FAILED", reason=reason) == ""


def test_what_a_deletion_leaves_is_told() -> None:
    before = {OF_PROJECT: {NET.id: NET}}
    after = {OF_PROJECT: {NET.id: NET, "v1": Thing("volumes", "v1", "web/volume0#0")}}
    assert list(endings.left(before, after, [])) == ["volumes v1 (web/volume0#0) is left by a deletion, nobody's"]
    gone = Record("web", OF_PROJECT, is_let_go=True)
    assert list(endings.left(before, after, [gone])) == []
