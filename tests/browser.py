"""A real browser without a screen: Debian's chromium, driven by its DevTools protocol over a pair of pipes.

browser.open(url)                           a page
page.until("document.title", "shop")        waits for a change of the page, not for time, until it is so
"""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

PATIENCE = 120
ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--remote-debugging-pipe", "about:blank"),
)
WAITS = """new Promise((resolve, reject) => {
  const look = () => {
    const found = String(%(what)s);
    if (found.includes(%(wanted)s)) { resolve(found); return true; }
  };
  if (look()) return;
  const watcher = new MutationObserver(() => { if (look()) watcher.disconnect(); });
  watcher.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
  setTimeout(() => reject(new Error('still: ' + String(%(what)s))), %(patience)d000);
})"""


def program() -> str | None:
    """The path of chromium; None where it isn't installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """A running chromium."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = os.fdopen(reads, "rb", buffering=0), os.fdopen(writes, "wb", buffering=0)
        self._numbers, self._left = itertools.count(1), b""
        self._told: list[tuple[str | None, str]] = []

    def ask(self, method: str, session: str | None = None, **params: Any) -> Any:
        """Send a command and return its result."""
        number = next(self._numbers)
        asked = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        self._writes.write(json.dumps(asked).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]
            self._told.append((answer.get("sessionId"), answer.get("method", "")))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = self._reads.read(65536)
            assert more, "the browser has ended"
            self._left += more
        text, _, self._left = self._left.partition(b"\0")
        return dict(json.loads(text))

    def open(self, url: str) -> Page:
        """Open a page and wait until it is loaded."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable", session)
        self._told.clear()
        self.ask("Page.navigate", session, url=url)
        while (session, "Page.loadEventFired") not in self._told:
            told = self._next()
            self._told.append((told.get("sessionId"), told.get("method", "")))
        return Page(self, session)


@dataclass(frozen=True)
class Page:
    """One page of it."""

    browser: Browser
    session: str

    def value(self, script: str) -> Any:
        """The value of an expression, once it is there."""
        given = {"expression": script, "awaitPromise": True, "returnByValue": True}
        found = self.browser.ask("Runtime.evaluate", self.session, **given)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, what: str, wanted: str) -> str:
        """Wait until an expression's text contains another; return it."""
        return str(self.value(WAITS % {"what": what, "wanted": json.dumps(wanted), "patience": PATIENCE}))


@contextmanager
def browser(profile: pathlib.Path) -> Iterator[Browser]:
    """A browser with a fresh profile; it ends with the block."""
    path = program()
    assert path is not None
    to_browser, own_end = os.pipe()
    our_end, from_browser = os.pipe()
    line = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
    words = ["bash", "-c", line, "browser", path, f"--user-data-dir={profile}", *ARGUMENTS]
    process = subprocess.Popen(words, pass_fds=(to_browser, from_browser), stderr=subprocess.DEVNULL)
    os.close(to_browser)
    os.close(from_browser)
    found = Browser(our_end, own_end)
    try:
        yield found
        found.ask("Browser.close")
    finally:
        process.kill()
        process.wait()
