"""Threads of either kind: that a wait for one ends when its time is up."""

from __future__ import annotations

import threading

import eventlet.timeout
import pytest

from heatlite.engine.common.executors import BackgroundThread, join


class GreenThread(threading.Thread):
    """A thread that still runs after a wait, and says so as eventlet's do on Python 3.13."""

    def is_alive(self) -> bool:
        return True

    def join(self, timeout: float | None = None) -> None:
        raise eventlet.timeout.Timeout(None)


class Interrupted(threading.Thread):
    def join(self, timeout: float | None = None) -> None:
        raise KeyboardInterrupt


def test_a_wait_for_a_green_thread_ends_without_an_error() -> None:
    assert not join(GreenThread(), 0.1)


def test_another_exception_ends_the_wait_as_it_is() -> None:
    with pytest.raises(KeyboardInterrupt):
        join(Interrupted(), 0.1)


def test_a_background_thread_that_goes_on_is_told_from_one_that_has_ended() -> None:
    may_end = threading.Event()
    thread = BackgroundThread("one", may_end.wait)
    thread.start()
    assert not thread.end(0)
    may_end.set()
    assert thread.end()
