"""``stack watch --serve`` in a real browser: the page shows a stack, and changes as the stack does, not reloaded."""

from __future__ import annotations

import pathlib
import threading
from collections.abc import Iterator

import pytest

from heatlite.cmd.live_server import LiveServer
from heatlite.cmd.live_stack import LiveStack
from heatlite.cmd.session import REAL_CLOCK
from heatlite.resources.builtin.test_resource import TestResource
from tests.browser import Browser, Page, browser, program
from tests.deployment import InProcess, in_process
from tests.story import Story, hot, resource

POLL = 0.2


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if program() is None:
        pytest.skip("chromium isn't installed: apt-get install chromium")
    with browser(pathlib.Path(tmp_path_factory.mktemp("profile"))) as found:
        yield found


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    deployment = in_process(pathlib.Path(tmp_path_factory.mktemp("live")))
    yield deployment
    deployment.stop()


@pytest.fixture
def story(engine: InProcess) -> Story:
    told = Story(engine)
    told.create(hot(a=resource("1"), b=resource("2", depends_on="a")))
    told.settle("CREATE_COMPLETE")
    return told


def serve(story: Story, host: str = "127.0.0.1", token: str | None = None) -> LiveServer:
    """The server, with threads that end with the process, as the command's do."""
    stack = LiveStack(story.client, story.context, REAL_CLOCK, story.identity, 5)
    server = stack.server(host, 0)
    server.token = token
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=stack.follow, args=(POLL,), daemon=True).start()
    return server


def text(part: str) -> str:
    return f"document.getElementById('{part}').textContent"


def shows(page: Page, part: str, wanted: str) -> str:
    return page.until(text(part), wanted)


def test_the_page_shows_the_stack_and_follows_it(
    chromium: Browser, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = chromium.open(serve(story).url)
    shows(page, "state", "live")
    assert story.name in shows(page, "head", "CREATE_COMPLETE")
    assert page.value("document.querySelectorAll('#graph svg .vertex').length") == 2
    assert "b" in shows(page, "timeline", "Critical path")
    page.value("window.unchanged = true")
    story.update(
        hot(a=resource("1"), b=resource("2", depends_on="a"), c=resource("<i>3</i>", depends_on="b", fail=True))
    )
    story.settle("UPDATE_FAILED")
    shows(page, "head", "UPDATE_FAILED")
    shows(page, "events", "CREATE_FAILED")
    page.until("document.querySelectorAll('#graph svg .vertex').length", "3")
    assert page.value("document.querySelectorAll('#graph svg .vertex.failed').length") == 1
    assert page.value("window.unchanged") is True
    monkeypatch.setattr(TestResource, "resolve_attribute", lambda self, name: "moved")
    assert "Nothing was looked at yet" in str(page.value(text("drift")))
    page.value("document.querySelector('#look').click()")
    assert "moved" in shows(page, "drift", "resources checked")


def test_a_name_that_is_a_script_stays_a_name(chromium: Browser, engine: InProcess) -> None:
    story = Story(engine)
    name = "<img src=x onerror=window.stolen=1>"
    story.create(hot(**{name: resource("1")}))
    story.settle("CREATE_COMPLETE")
    page = chromium.open(serve(story).url)
    assert name in shows(page, "graph", "<img src=x")
    shows(page, "events", name)
    assert page.value("document.querySelectorAll('main img, #graph img, #events img').length") == 0
    assert page.value("String(window.stolen)") == "undefined"


def test_with_a_token_the_address_works_once_it_is_complete(chromium: Browser, story: Story) -> None:
    server = serve(story, token="t0ken")
    bare = server.url.partition("?")[0]
    refused = chromium.open(bare)
    refused.until("document.body.textContent", "Use the address that the command printed")
    page = chromium.open(server.url)
    shows(page, "state", "live")
    assert page.value("location.href") == bare
    assert page.value("document.cookie") == ""
    page.value("document.querySelector('#look').click()")
    shows(page, "drift", "resources checked")
