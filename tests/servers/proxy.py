"""A TCP proxy in front of a server, which can do to connections what networks do.

cut       every connection breaks, once             away      nobody gets through, for a while
frozen    bytes stand still, for a while: nothing breaks, nothing is answered
forgets   the answer to some request is lost: the server did what it was asked, and the connection breaks then
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.waiting import PATIENCE, wait_until

CHUNK = 65536
COMMITS = {"mysql": b"\x03COMMIT", "postgresql": b"COMMIT\x00"}
"""What a commit looks like on the wire, by dialect."""


@dataclass(eq=False)
class Pair:
    """One connection: the client's end, the server's, and whether its next answer is to be lost."""

    near: socket.socket
    far: socket.socket
    forgets: bool = False

    def close(self) -> None:
        """Break it on both sides."""
        close(self.near)
        close(self.far)


@dataclass(eq=False)
class Loss:
    """Answers that are to be lost: those to requests which contain ``words``, ``left`` times after ``skip`` more."""

    words: bytes
    left: int
    skip: int = 0
    happened: threading.Event = field(default_factory=threading.Event)

    def takes(self, data: bytes) -> bool:
        """Whether the answer to this is to be lost."""
        if not self.left or self.words not in data:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.left -= 1
        return True


class Proxy:
    """Passes bytes between 127.0.0.1:``port`` and whatever ``reach`` connects to."""

    def __init__(self, reach: Callable[[], socket.socket]) -> None:
        self._reach = reach
        self._open: set[Pair] = set()
        self._lock = threading.Lock()
        self._refuses = False
        self._flows = threading.Event()
        self._flows.set()
        self._loss: Loss | None = None
        self.harm = 0
        """How much it has done: connections that it cut or refused, and bytes that it held up."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    def cut(self) -> int:
        """Cut every connection; returns how many there were."""
        with self._lock:
            pairs, self._open = self._open, set()
        for pair in pairs:
            pair.close()
        self.harm += len(pairs)
        return len(pairs)

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """A block during which nobody gets through."""
        self._refuses = True
        self.cut()
        try:
            yield
        finally:
            self._refuses = False

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """A block during which bytes stand still."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def forget(self, words: bytes, times: int = 1, skip: int = 0) -> Loss:
        """Lose the answers to the next requests with these words in them; ``Loss.happened`` is set with the first.

        :param skip: so many of them are answered before
        """
        self._loss = Loss(words, times, skip)
        return self._loss

    @contextlib.contextmanager
    def forgets(self, words: bytes, times: int = 1, skip: int = 0) -> Iterator[None]:
        """A block in which that happens.

        :raises AssertionError: where it didn't
        """
        loss = self.forget(words, times, skip)
        yield
        wait_until(loss.happened.is_set, PATIENCE, f"an answer to {words!r} to be lost")
        self._loss = None

    def close(self) -> None:
        """End it."""
        close(self._listener)
        self._flows.set()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        if self._refuses:
            self.harm += 1
            near.close()
            return
        try:
            far = self._reach()
        except OSError:  # the server is down
            near.close()
            return
        pair = Pair(near, far)
        with self._lock:
            self._open.add(pair)
        for pass_on in (self._ask, self._answer):
            threading.Thread(target=self._run, args=(pair, pass_on), name="proxied", daemon=True).start()

    def _run(self, pair: Pair, pass_on: Callable[[Pair], None]) -> None:
        with contextlib.suppress(OSError):
            pass_on(pair)
        with self._lock:
            self._open.discard(pair)
        pair.close()

    def _hold_up(self, data: bytes) -> None:
        if not self._flows.is_set():
            self.harm += len(data)
        self._flows.wait()

    def _ask(self, pair: Pair) -> None:
        while data := pair.near.recv(CHUNK):
            self._hold_up(data)
            loss = self._loss
            if loss is not None and loss.takes(data):
                pair.forgets = True
            pair.far.sendall(data)

    def _answer(self, pair: Pair) -> None:
        while data := pair.far.recv(CHUNK):
            self._hold_up(data)
            if pair.forgets:
                if self._loss is not None:
                    self._loss.happened.set()
                return
            pair.near.sendall(data)


def close(end: socket.socket) -> None:
    """Close a socket, so that whoever waits on it wakes."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def to_port(port: int) -> Callable[[], socket.socket]:
    """How to reach a port of 127.0.0.1."""
    return lambda: socket.create_connection(("127.0.0.1", port), timeout=None)


def to_path(path: str) -> Callable[[], socket.socket]:
    """How to reach a socket of the file system."""

    def reach() -> socket.socket:
        end = socket.socket(socket.AF_UNIX)
        try:
            end.connect(path)
        except OSError:
            end.close()
            raise
        return end

    return reach
