"""``stack watch --serve``: what the page shows of a stack, and what becomes of errors."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from heatlite import exception
from heatlite.cmd.live_stack import LiveStack
from heatlite.cmd.session import Clock
from heatlite.cmd.stack_watch import address
from heatlite.drawing.live_page import PARTS, frame
from heatlite.rpc.engine_client import EngineClient

EVENT = {"stack_id": "s", "name": "<b>a</b>", "type": "T", "action": "CREATE", "reason": "no & more", "engine_id": None}
STACKS = [{"stack_id": "s", "owner_id": None, "parent_resource": None, "requires": {}}]
HISTORY: dict[str, Any] = {
    **dict.fromkeys(("follows", "next_marker")),
    **dict.fromkeys(("whole", "cleans_last"), True),
    **dict(zip(("began", "ended", "now"), (10.0, 15.0, 20.0), strict=True)),
    "stack_name": "web",
    "action": "CREATE",
    "status": "FAILED",
    "stacks": STACKS,
    "events": [{**EVENT, "status": "IN_PROGRESS", "at": 11.0}, {**EVENT, "status": "FAILED", "at": 12.5}],
}


@pytest.fixture
def live(shell: Any, template: Any) -> LiveStack:
    shell.run("stack", "create", "--wait", "-t", template(a=1), "web")
    engine = shell.engine
    engine.list_history = lambda stack_identity, nested_depth, back: HISTORY
    return LiveStack(
        EngineClient(engine),
        {"project_id": "p", "username": "u"},
        Clock(shell.clock.monotonic, shell.clock.sleep),
        engine.identify_stack("web"),
        0,
    )


def parts(live: LiveStack) -> dict[str, str]:
    news = live.board.news(0, 0)
    assert news is not None
    return news[1]


def test_all_parts_are_shown_and_texts_stay_texts(live: LiveStack) -> None:
    live.read()
    found = parts(live)
    assert set(PARTS) <= found.keys()
    assert found["trouble"] == ""
    assert "<svg" in found["graph"]
    assert "Critical path" in found["timeline"]
    assert "web" in found["head"]
    assert "&lt;b&gt;a&lt;/b&gt;" in found["events"]
    assert "<b>a</b>" not in "".join(found.values())
    assert found["events"].index("CREATE_FAILED") < found["events"].index("CREATE_IN_PROGRESS")
    assert "Nothing was looked at yet" in found["drift"]


def test_drift_is_looked_for_only_when_it_is_wanted(live: LiveStack, shell: Any) -> None:
    shell.engine.looks = {"a": [{"finding": "differs", "properties": {"name": ["x", "<y>"]}}]}
    live.read()
    assert "differs" not in parts(live)["drift"]
    live.read(wants_drift=True)
    assert "1 resources checked" in parts(live)["drift"]
    assert "name: &quot;x&quot; → &quot;&lt;y&gt;&quot;" in parts(live)["drift"]


def test_an_engine_that_is_away_is_told_on_the_page_until_it_is_back(
    live: LiveStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(live, "parts", lambda: (_ for _ in ()).throw(exception.CommandError(reason="nobody answers")))
        live.read()
        assert parts(live)["trouble"] == "nobody answers"
    live.read()
    assert parts(live)["trouble"] == ""


def test_a_loopback_address_needs_no_token_and_another_one_gets_a_fresh_one(live: LiveStack) -> None:
    with contextlib.closing(Closing(live.server("127.0.0.1", 0))) as here:
        assert here.server.token is None
    tokens = set()
    for _ in range(2):
        with contextlib.closing(Closing(live.server("0.0.0.0", 0))) as there:
            tokens.add(there.server.token)
    assert all(it and len(it) >= 40 for it in tokens)
    assert len(tokens) == 2


class Closing:
    def __init__(self, server: Any) -> None:
        self.server = server

    def close(self) -> None:
        self.server.server_close()


def test_the_frame_holds_nothing_of_the_stack_but_its_name() -> None:
    page = frame("<x>", "n0nce")
    assert "<x>" not in page
    assert '<script nonce="n0nce">' in page


@pytest.mark.parametrize("given", ["x", "host:", ":80", "host:http"])
def test_an_address_has_a_host_and_a_port(given: str) -> None:
    with pytest.raises(exception.CommandError, match="HOST:PORT"):
        address(given)
    assert address("[::1]:80") == ("::1", 80)
