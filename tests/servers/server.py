"""The life of a real server: begun, started, killed, restarted, stopped; or why it can't be had."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import signal
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import psutil

from tests.servers.private import PrivateDriver

GRACE = 30  # seconds that a server may take to end by itself


class ServerUnavailable(Exception):
    """A server can't be had on this machine; the text says why and what to do."""


class Server:
    """One real server. Any thread may start it; after that, one thread at a time uses it."""

    name = ""
    package = ""
    driver_class: type[PrivateDriver]

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._driver: Any = None
        self._failure: ServerUnavailable | None = None
        self._numbers = itertools.count(1)

    @property
    def driver(self) -> Any:
        """The driver of the started server.

        :raises ServerUnavailable: before ``start`` and after ``stop``
        """
        if self._driver is None:
            raise ServerUnavailable(f"{self.name} isn't running: call start() first")
        return self._driver

    @property
    def url(self) -> str:
        """Where clients reach the server itself; tests that write want a fresh database or vhost instead."""
        raise NotImplementedError

    @property
    def pid(self) -> int:
        """The process that is the server, not a wrapper's: to be measured or signalled."""
        return self.driver.process.pid

    @property
    def alive(self) -> bool:
        """Whether the server's process runs at this moment."""
        return self._driver is not None and self._driver.alive()

    def begin(self) -> None:
        """Start in the background; ``start`` waits for it and says how it went."""
        threading.Thread(target=self._start_quietly, name=f"start {self.name}", daemon=True).start()

    def start(self) -> None:
        """Start the server and wait until it serves; nothing is done where it has been started.

        :raises ServerUnavailable: where it isn't installed or didn't start, now or at an earlier attempt
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._driver is None:
                self._driver = self._started()

    def stop(self) -> None:
        """End the server at once and remove all it stored; nothing is done where it isn't started."""
        with self._lock:
            if self._driver is None:
                return
            driver, self._driver = self._driver, None
            end(driver, signal.SIGQUIT)
            driver.cleanUp()
            atexit.unregister(self.stop)

    def kill(self) -> None:
        """SIGKILL the server and the processes under it; what it stored stays for ``restart``."""
        family = [self.driver.process, *self.driver.process.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=GRACE)
        self.driver.ended()

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """A block during which the server is dead: ``kill`` before it, ``restart`` after it, whatever happens in it."""
        self.kill()
        try:
            yield
        finally:
            self.restart()

    def restart(self) -> None:
        """Bring the server back with all it stored, at the same address; end it in peace first if it runs.

        :raises RuntimeError: where it doesn't come back, with what it printed
        """
        end(self.driver, self.driver.stop_signal)
        self.driver.launch()

    def _start_quietly(self) -> None:
        with contextlib.suppress(ServerUnavailable):  # kept, and raised to whoever asks for the server
            self.start()

    def _started(self) -> PrivateDriver:
        if self.driver_class.executable() is None:
            advice = f"apt-get install {self.package}, or run tools/run-tests as root"
            self._failure = ServerUnavailable(f"{self.name} isn't installed: {advice}")
            raise self._failure
        driver = self.driver_class()
        atexit.register(self.stop)
        try:
            driver.setUp()
        except Exception as error:
            self._failure = ServerUnavailable(f"{self.name} doesn't start: {root_cause(error)}")
            raise self._failure from error
        return driver


def begin_all(servers: Iterable[Server]) -> None:
    """Start several servers at the same time, in the background."""
    for server in servers:
        server.begin()


def end(driver: PrivateDriver, signal_number: int) -> None:
    """End a driver's server by a signal, by SIGKILL where it takes no notice; a dead one is left alone."""
    if driver.process is None or not driver.alive():
        return
    driver.process.send_signal(signal_number)
    try:
        driver.process.wait(GRACE)
    except psutil.TimeoutExpired:
        driver.process.kill()
        driver.process.wait(GRACE)
    driver.ended()


def root_cause(error: BaseException) -> str:
    """What a person wants to read of an error of the fixtures library, which hides it in its args."""
    for inner in error.args:
        if isinstance(inner, tuple) and len(inner) == 3 and isinstance(inner[1], BaseException):
            return root_cause(inner[1])
    return " ".join(str(error).split())[-600:]
