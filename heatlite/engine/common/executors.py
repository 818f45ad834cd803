"""Pools of threads, native or green, whichever the process runs on; and threads that go on for as long as it serves."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable

from oslo_service import backend


def pool(threads: int) -> concurrent.futures.Executor:
    """An executor with at most so many threads of the kind that this process uses.

    Native ones are the standard library's, which end as soon as they are told to: futurist's find out once a second.
    """
    if backend.get_backend_type() is backend.BackendType.EVENTLET:
        import futurist

        return futurist.GreenThreadPoolExecutor(max_workers=threads)
    return concurrent.futures.ThreadPoolExecutor(max_workers=threads)


class BackgroundThread:
    """A thread that is started once at most, and can be ended at any moment: before it starts, or twice.

    :param run: what it does, until ``ended`` is set; it must look at that
    """

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._is_started = False
        self._thread = threading.Thread(target=run, name=name, daemon=True)

    def start(self) -> None:
        """Start it; nothing where it has been started or ended."""
        with self._lock:
            if not self._is_started and not self.ended.is_set():
                self._is_started = True
                self._thread.start()

    def end(self, seconds: float | None = None) -> bool:
        """Tell it to end, and wait for that; so long at most, None: however long. Return whether it has ended."""
        with self._lock:
            self.ended.set()
            is_started = self._is_started
        if is_started and self._thread is not threading.current_thread():
            self._thread.join(seconds)
        return not is_started or not self._thread.is_alive()
