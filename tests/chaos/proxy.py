"""A TCP proxy of the test's own, in front of a server: connections can be cut, and new ones refused for a while."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

CHUNK = 65536


class Proxy:
    """Passes bytes between 127.0.0.1:``port`` and whatever ``reach`` connects to."""

    def __init__(self, reach: Callable[[], socket.socket]) -> None:
        self._reach = reach
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._refuses = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def cut(self) -> int:
        """Cut every connection; returns how many there were."""
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            close(end)
        return len(ends) // 2

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """A block during which nobody gets through."""
        self._refuses = True
        self.cut()
        try:
            yield
        finally:
            self._refuses = False

    def close(self) -> None:
        """End it."""
        close(self._listener)
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        if self._refuses:
            near.close()
            return
        try:
            far = self._reach()
        except OSError:  # the server is down
            near.close()
            return
        with self._lock:
            self._open |= {near, far}
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pass_on, args=(source, target), name="proxied", daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                target.sendall(data)
        with self._lock:
            self._open -= {source, target}
        close(source)
        close(target)


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
