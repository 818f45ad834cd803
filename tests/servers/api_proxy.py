"""An HTTP proxy in front of a service's API, which can do to requests what services and networks do.

answers   with a status of its own, and doesn't ask the service        hangs   holds requests, and drops them afterwards
away      refuses connections                                         forgets  has the service act, and drops its answer
cuts      sends half of the service's answer                          tells    calls a function between act and answer

The header ``Host`` is passed on, so that the links in a service's answers lead through the proxy as well.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psutil

from tests.servers.proxy import close
from tests.waiting import PATIENCE

CHANGES = ("POST", "PUT", "PATCH", "DELETE")
OF_CONNECTIONS = ("connection", "keep-alive", "transfer-encoding", "content-length")
"""Headers that belong to one connection, in lower case; lengths are set anew."""
INJECTED = "injected by the run"
"""What an answer says that the service knows nothing of."""
TOKENS_KEPT = 50


@dataclass
class Mishap:
    """What is to be done to the next requests: ``left`` of them, of any method or only of those that change something.

    :param before: called with the asking port in place of asking the service; True: the connection is dropped then, and
        a status is answered
    :param after: called with the asking port once the service has answered; the answer's part that is sent: 0.0 to 1.0
    """

    left: int
    before: Callable[[int], int | bool] | None = None
    after: Callable[[int], float] | None = None
    only_changes: bool = False
    happened: threading.Event = field(default_factory=threading.Event)


class APIProxy:
    """Passes requests between 127.0.0.1:``port`` and a service's port on 127.0.0.1."""

    def __init__(self, service: int) -> None:
        self.service = service
        self.harm = 0
        """How many requests it hasn't passed on, or whose answer it has kept."""
        self.tokens: deque[str] = deque(maxlen=TOKENS_KEPT)
        """The newest tokens that were sent."""
        self._lock = threading.Lock()
        self._quiet = threading.Condition(self._lock)
        self._under_way = 0
        self._mishap: Mishap | None = None
        self._is_away = False
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name="api proxy", daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def answers(self, status: int) -> Iterator[Mishap]:
        """A block in which every request is answered with a status, without the service."""
        with self._mishaps(Mishap(10**9, before=lambda port: status)) as mishap:
            yield mishap

    @contextlib.contextmanager
    def hangs(self) -> Iterator[Mishap]:
        """A block in which no request is answered; each is dropped at its end."""
        over = threading.Event()
        try:
            with self._mishaps(Mishap(10**9, before=lambda port: over.wait(PATIENCE))) as mishap:
                yield mishap
        finally:
            over.set()

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """A block in which nobody gets through; it begins when no request is under way."""
        self._is_away = True
        with self._quiet:
            self._quiet.wait_for(lambda: not self._under_way, PATIENCE)
        try:
            yield
        finally:
            self._is_away = False

    def forget(
        self, times: int, *, part: float = 0.0, when_acted: Callable[[int], object] = lambda port: None
    ) -> Mishap:
        """Drop the answers to the next requests that change something, each after the service has acted.

        :param part: how much of each answer is sent
        :param when_acted: called with the asking port before the connection is dropped
        """

        def after(port: int) -> float:
            when_acted(port)
            return part

        mishap = Mishap(times, after=after, only_changes=True)
        self._mishap = mishap
        return mishap

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    @contextlib.contextmanager
    def _mishaps(self, mishap: Mishap) -> Iterator[Mishap]:
        self._mishap = mishap
        try:
            yield mishap
        finally:
            self._mishap = None

    def _mishap_of(self, method: str) -> Mishap | None:
        """Return what is to be done to a request, and count it as done."""
        with self._lock:
            mishap = self._mishap
            if mishap is None or mishap.left <= 0 or (mishap.only_changes and method not in CHANGES):
                return None
            mishap.left -= 1
            self.harm += 1
        return mishap

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle_one_request()
                    return
                self.close_connection = True

            def passed_on(self) -> None:
                proxy._serve(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = passed_on

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        return Handler

    def _serve(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        content = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if self._is_away:
            self.harm += 1
            drop(request)
            return
        with self._lock:
            self._under_way += 1
        try:
            if token := request.headers.get("X-Auth-Token"):
                self.tokens.append(token)
            mishap, port = self._mishap_of(request.command), request.client_address[1]
            if mishap is not None:
                mishap.happened.set()
            if mishap is not None and mishap.before is not None:
                status = mishap.before(port)
                if isinstance(status, bool):
                    drop(request)
                else:
                    send(request, status, [("Retry-After", "1"), ("Content-Type", "application/json")], refusal(status))
                return
            status, headers, answer = self._asked(request, content)
            part = mishap.after(port) if mishap is not None and mishap.after is not None else 1.0
            if part:
                send(request, status, headers, answer, part)
            if part < 1.0:
                drop(request)
        finally:
            with self._quiet:
                self._under_way -= 1
                self._quiet.notify_all()

    def _asked(
        self, request: http.server.BaseHTTPRequestHandler, content: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return what the service answers: status, headers, content; 502 where it can't be reached."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service, timeout=PATIENCE)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in OF_CONNECTIONS}
        try:
            connection.request(request.command, request.path, content or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except OSError:
            return 502, [], b"{}"
        finally:
            connection.close()


def send(
    request: http.server.BaseHTTPRequestHandler,
    status: int,
    headers: list[tuple[str, str]],
    content: bytes,
    part: float = 1.0,
) -> None:
    """Send an answer, or its first part."""
    request.send_response_only(status)
    for name, value in headers:
        if name.lower() not in OF_CONNECTIONS:
            request.send_header(name, value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(content[: int(len(content) * part)])


def refusal(status: int) -> bytes:
    """Return the content of an answer that the service knows nothing of, in the services' form."""
    return json.dumps({"error": {"code": status, "title": "Refused", "message": INJECTED}}).encode()


def drop(request: http.server.BaseHTTPRequestHandler) -> None:
    """Close a request's connection."""
    request.close_connection = True
    close(request.connection)


def asking(port: int) -> int | None:
    """Return the id of the process on this machine that asks from a port of 127.0.0.1; None where it is gone."""
    for it in psutil.net_connections("tcp"):
        if it.laddr and it.laddr.port == port and it.laddr.ip == "127.0.0.1" and it.pid:
            return int(it.pid)
    return None
