"""The server of a page that lives: HTTP from the standard library, and server-sent events.

::

    GET  /          the page; with ?token=… a cookie instead of the token in the address
    GET  /events    the parts of the page, at first all of them, then each one when it changes
    POST /drift     asks for a look for drift

On a loopback address anybody on this machine may read. The Host header must name a loopback address, so a page of the
web can't reach this server by a name of its own that leads here. On any other address a request needs the token.
Nothing here changes a stack, and only the command's own thread asks the engine.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from heatlite.drawing.live_page import ASKED_BY

COOKIE = "heatlite_token"
MOST_READERS = 50
SECONDS_SILENT = 15.0
"""After so long without news a comment is sent, so that a reader that is gone is noticed."""
REQUEST_TIME_LIMIT = 30.0


class Board:
    """The parts of the page as they are, and who waits for them. Any thread may use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._parts: dict[str, tuple[int, str]] = {}
        self._version = 0
        self._readers = 0
        self._wants_drift = False
        self._closed = False

    def publish(self, parts: Mapping[str, str]) -> None:
        """Set parts of the page; those that changed are sent."""
        with self._changed:
            changed = {name: it for name, it in parts.items() if self._parts.get(name, (0, None))[1] != it}
            if changed:
                self._version += 1
                self._parts |= {name: (self._version, it) for name, it in changed.items()}
                self._changed.notify_all()

    def news(self, version: int, seconds: float) -> tuple[int, dict[str, str]] | None:
        """Wait for parts that are newer than a version; return the version now, and them. None: the server closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._version > version, seconds)
            if self._closed:
                return None
            newer = {name: it for name, (at, it) in self._parts.items() if at > version}
            return self._version, newer

    def join(self) -> bool:
        """Count a reader; False if there are too many."""
        with self._changed:
            if self._readers >= MOST_READERS:
                return False
            self._readers += 1
            self._changed.notify_all()
            return True

    def leave(self) -> None:
        """Count a reader no longer."""
        with self._changed:
            self._readers -= 1

    def ask_for_drift(self) -> None:
        """Ask for a look for drift."""
        with self._changed:
            self._wants_drift = True
            self._changed.notify_all()

    def wait_for_work(self, seconds: float) -> bool:
        """Wait until the time is over and somebody reads, or a look for drift is wanted; tell whether one is."""
        with self._changed:
            self._changed.wait_for(lambda: self._wants_drift, seconds)
            self._changed.wait_for(lambda: self._wants_drift or self._readers > 0)
            wanted, self._wants_drift = self._wants_drift, False
            return wanted

    def close(self) -> None:
        """Let all readers go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class LiveServer(ThreadingHTTPServer):
    """Serves one page.

    :param page: builds the page for a nonce
    :param token: needed by each request; None: none is
    :param new_nonce: returns an unguessable word
    """

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        board: Board,
        page: Callable[[str], str],
        token: str | None,
        new_nonce: Callable[[], str],
    ) -> None:
        self.board, self.page, self.token, self.new_nonce = board, page, token, new_nonce
        super().__init__(address, Handler)

    @property
    def url(self) -> str:
        """The address of the page, with the token."""
        host, port = str(self.server_address[0]), self.server_address[1]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/" + (f"?token={self.token}" if self.token else "")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of readers that are gone."""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: LiveServer
    timeout = REQUEST_TIME_LIMIT
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send the page, or the events."""
        place = urlsplit(self.path)
        if not self._may_read(place.query):
            return
        if place.path == "/" and place.query:
            self._answer(HTTPStatus.SEE_OTHER, "", {"Location": "/", "Set-Cookie": self._cookie()})
        elif place.path == "/":
            nonce = self.server.new_nonce()
            allowed = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'"
            self._answer(HTTPStatus.OK, self.server.page(nonce), {"Content-Security-Policy": allowed})
        elif place.path == "/events":
            self._stream()
        else:
            self._answer(HTTPStatus.NOT_FOUND, "There is no such page")

    def do_POST(self) -> None:
        """Ask for a look for drift."""
        if not self._may_read(""):
            return
        if self.path != "/drift" or ASKED_BY not in self.headers:
            self._answer(HTTPStatus.NOT_FOUND, "There is no such page")
            return
        self.server.board.ask_for_drift()
        self._answer(HTTPStatus.ACCEPTED, "")

    def log_message(self, format: str, *given: Any) -> None:
        """Log nothing: the address may hold the token."""

    def _may_read(self, query: str) -> bool:
        token = self.server.token
        if token is None:
            allowed = is_loopback(urlsplit(f"//{self.headers.get('Host', '')}").hostname or "")
        else:
            given = parse_qs(query).get("token", [self._cookies().get(COOKIE, "")])[0]
            allowed = hmac.compare_digest(given.encode(), token.encode())
        if not allowed:
            self._answer(HTTPStatus.FORBIDDEN, "Use the address that the command printed")
        return allowed

    def _cookies(self) -> dict[str, str]:
        try:
            found = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return {}
        return {name: it.value for name, it in found.items()}

    def _cookie(self) -> str:
        return f"{COOKIE}={self.server.token or ''}; HttpOnly; SameSite=Strict; Path=/"

    def _answer(self, status: HTTPStatus, content: str, headers: Mapping[str, str] = {}) -> None:
        body = content.encode()
        self.send_response(status)
        kind = "text/html" if content.startswith("<") else "text/plain"
        always = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in {**always, **SAFE, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        board = self.server.board
        if not board.join():
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open")
            return
        try:
            self.send_response(HTTPStatus.OK)
            for name, value in {"Content-Type": "text/event-stream", "Connection": "close", **SAFE}.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            version = 0
            while (news := board.news(version, SECONDS_SILENT)) is not None:
                version, parts = news
                sent = "".join(f"event: {name}\ndata: {json.dumps(it)}\n\n" for name, it in parts.items())
                self.wfile.write((sent or ": still here\n\n").encode())
        finally:
            board.leave()


SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is one of this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
