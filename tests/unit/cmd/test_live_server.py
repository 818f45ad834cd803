"""The server of a live page: who may read, what is sent and when, and that nothing of another page gets through."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from heatlite.cmd import live_server
from heatlite.cmd.live_server import Board, LiveServer, is_loopback
from tests.waiting import PATIENCE

PAGE = "<!DOCTYPE html>page"


@contextmanager
def serving(token: str | None = None) -> Iterator[LiveServer]:
    server = LiveServer(("127.0.0.1", 0), Board(), lambda nonce: f"{PAGE} {nonce}", token, lambda: "n-1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.board.close()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with serving() as it:
        yield it


def ask(server: LiveServer, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=PATIENCE)
    connection.request(method, path, headers={name.replace("_", "-"): it for name, it in headers.items()})
    answer = connection.getresponse()
    answer.connection = connection  # type: ignore[attr-defined]
    return answer


def next_event(answer: http.client.HTTPResponse) -> tuple[str, Any]:
    name = answer.readline().decode().removeprefix("event: ").strip()
    data = json.loads(answer.readline().decode().removeprefix("data: "))
    assert answer.readline() == b"\n"
    return name, data


def test_the_page_allows_its_own_script_and_nothing_else(server: LiveServer) -> None:
    answer = ask(server, "/")
    assert (answer.status, answer.read().decode()) == (200, f"{PAGE} n-1")
    policy = str(answer.headers["Content-Security-Policy"])
    assert policy.startswith("default-src 'none'")
    assert "script-src 'nonce-n-1'" in policy
    assert (answer.headers["X-Frame-Options"], answer.headers["Cache-Control"]) == ("DENY", "no-store")


def test_a_reader_gets_all_parts_and_then_those_that_change(server: LiveServer) -> None:
    server.board.publish({"graph": "<svg>\n1", "events": "e"})
    answer = ask(server, "/events")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert dict([next_event(answer), next_event(answer)]) == {"graph": "<svg>\n1", "events": "e"}
    server.board.publish({"graph": "<svg>\n1", "events": "f"})
    assert next_event(answer) == ("events", "f")
    server.board.publish({"graph": "<svg>\n2", "events": "f"})
    assert next_event(answer) == ("graph", "<svg>\n2")


def test_a_reader_that_is_silent_for_long_is_told_that_the_server_lives(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_server, "SECONDS_SILENT", 0.01)
    assert ask(server, "/events").readline() == b": still here\n"


def test_the_engine_is_asked_only_while_somebody_reads_or_wants_a_look(server: LiveServer) -> None:
    looked = threading.Event()
    wanted: list[bool] = []

    def wait() -> None:
        wanted.append(server.board.wait_for_work(0))
        looked.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert not looked.wait(0.05)
    answer = ask(server, "/events")
    waiter.join(PATIENCE)
    assert wanted == [False]
    assert ask(server, "/drift", "POST", X_Heatlite="look").status == 202
    assert server.board.wait_for_work(60)
    answer.close()


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/other", "GET", {}, 404),
        ("/events/x", "GET", {}, 404),
        ("/../etc/passwd", "GET", {}, 404),
        ("/drift", "POST", {}, 404),
        ("/", "POST", {"X_Heatlite": "look"}, 404),
        ("/", "GET", {"Host": "evil.example"}, 403),
        ("/", "GET", {"Host": "127.0.0.1.evil.example"}, 403),
        ("/drift", "POST", {"Host": "evil.example", "X_Heatlite": "look"}, 403),
        ("/events", "GET", {"Host": "evil.example:80"}, 403),
        ("/", "DELETE", {}, 501),
    ],
)
def test_anything_else_is_refused(
    server: LiveServer, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    answer = ask(server, path, method, **headers)
    assert answer.status == status
    assert PAGE not in answer.read().decode()
    assert not server.board._wants_drift


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8080", "127.1.2.3:1"])
def test_names_of_this_machine_may_be_in_the_request(server: LiveServer, host: str) -> None:
    assert ask(server, "/", Host=host).status == 200


def test_elsewhere_a_token_is_needed_and_becomes_a_cookie() -> None:
    with serving("s3cret") as server:
        assert server.url.endswith("/?token=s3cret")
        for path, headers in (("/", {}), ("/?token=other", {}), ("/events", {"Cookie": "heatlite_token=other"})):
            answer = ask(server, path, **headers)
            assert (answer.status, PAGE in answer.read().decode()) == (403, False)
        assert ask(server, "/drift", "POST", X_Heatlite="look").status == 403
        answer = ask(server, "/?token=s3cret", Host="board.example.org")
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = str(answer.headers["Set-Cookie"])
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert ask(server, "/", Cookie=cookie.partition(";")[0]).status == 200
        assert ask(server, "/", Cookie="\x7f=;;=").status == 403


def test_so_many_readers_and_no_more(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_server, "MOST_READERS", 1)
    first = ask(server, "/events")
    assert ask(server, "/events").status == 503
    assert first.status == 200


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("x", False)])
def test_only_addresses_of_this_machine_need_no_token(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
