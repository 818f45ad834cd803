"""Thread pools of the kind that the process uses, native or green, and background threads that run until stopped."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable

from oslo_service import backend


def pool(threads: int) -> concurrent.futures.Executor:
    """Create an executor with at most so many threads of the kind that this process uses.

    Native threads are the standard library's, which end at once. futurist's check only once a second whether to end.
    """
    if backend.get_backend_type() is backend.BackendType.EVENTLET:
        import futurist

        return futurist.GreenThreadPoolExecutor(max_workers=threads)
    return concurrent.futures.ThreadPoolExecutor(max_workers=threads)


def join(thread: threading.Thread, seconds: float | None) -> bool:
    """Wait so many seconds at most until a thread has ended (None: no limit). Return whether it has ended.

    On Python 3.13 and later ``Thread.join`` of a green thread raises eventlet's Timeout when the time is up.
    """
    try:
        thread.join(seconds)
    except BaseException as error:
        if type(error).__module__ != "eventlet.timeout":
            raise
    return not thread.is_alive()


class BackgroundThread:
    """A thread that starts at most once, and can be ended at any moment: before it starts, or more than once.

    :param run: the thread's function; it must return soon after ``ended`` is set
    """

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._is_started = False
        self._thread = threading.Thread(target=run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread, unless it has been started or ended."""
        with self._lock:
            if not self._is_started and not self.ended.is_set():
                self._is_started = True
                self._thread.start()

    def end(self, seconds: float | None = None) -> bool:
        """Tell the thread to end, and wait so many seconds at most (None: no limit). Return whether it has ended."""
        with self._lock:
            self.ended.set()
            is_started = self._is_started
        if is_started and self._thread is not threading.current_thread():
            join(self._thread, seconds)
        return not is_started or not self._thread.is_alive()
