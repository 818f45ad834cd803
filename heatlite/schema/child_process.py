"""A child process for work that nothing else can bound: unlike a thread, a process can be killed.

::

    threads ──▶ a turn for each project ──▶ a few children
    this process ──a question──▶ child      one line of JSON each way, one question at a time
                 ◀──an answer───
                 └─ no answer in time: kill it; the next question starts another

Each question has a time limit. All questions of one client call can also share a limit (``allowed``).

A child is a module that the same interpreter runs, started at the first question. It ends when its standard input is
closed, so it ends with its parent process, however the parent ends.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_MEMORY = 512 * 1024 * 1024
"""Address space of a child, in bytes."""

STARTS_WITHIN = 30
"""Seconds that a child may take to start."""


@dataclass
class Allowance:
    """The seconds that are left for a group of questions."""

    left: float

    @contextlib.contextmanager
    def spent(self) -> Iterator[None]:
        """Subtract the time that the block takes from the seconds left."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - began


_ALLOWANCE: contextvars.ContextVar[Allowance | None] = contextvars.ContextVar("allowance", default=None)


@contextlib.contextmanager
def allowed(seconds: float) -> Iterator[Allowance]:
    """Limit the total time of all questions that this thread asks in the block, in addition to each one's limit."""
    allowance = Allowance(seconds)
    token = _ALLOWANCE.set(allowance)
    try:
        yield allowance
    finally:
        _ALLOWANCE.reset(token)


def allowance(seconds: float) -> Allowance:
    """Return what is left of the limit that ``allowed`` set for this thread. Return these seconds if none is set."""
    return _ALLOWANCE.get() or Allowance(seconds)


_PROJECT: contextvars.ContextVar[str] = contextvars.ContextVar("project", default="")


@contextlib.contextmanager
def on_behalf_of(project: str) -> Iterator[None]:
    """Count the questions that this thread asks in the block for a project."""
    token = _PROJECT.set(project)
    try:
        yield
    finally:
        _PROJECT.reset(token)


class ChildProcess:
    """A child that runs a module which ends with ``serve``. Only one thread may use it at a time."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, line: bytes, allowance: Allowance, seconds: float) -> bytes:
        """Return the line that the child answers. Return nothing when it takes too long, or dies of the question."""
        child = self._child = self._child if self._child and self._child.poll() is None else self._start()
        with allowance.spent():
            found = _answer(child, line, min(seconds, allowance.left))
        if not found:
            self.stop()
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self._module]
        pipe = subprocess.PIPE
        alike = {**os.environ, "PYTHONHASHSEED": "0"}  # a set has one order in all children of all engines
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=alike)
        assert child.stdout is not None, "it was started with pipes"
        if select.select([child.stdout], [], [], STARTS_WITHIN)[0]:
            child.stdout.readline()  # so that a slow start on a busy machine doesn't count as the first question's time
        return child

    def stop(self) -> None:
        """Kill the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


@dataclass(eq=False)
class Asker:
    """A thread that waits for a child, on behalf of a project."""

    project: str


class Children:
    """A pool of children of one module, shared by many threads. Projects take turns, and no project may use all
    children at once: a project with endless questions can't keep another from its answer. The second child is
    started when the first is busy.
    """

    def __init__(self, module: str, number: int = 2) -> None:
        self._changed = threading.Condition()
        self._free = [ChildProcess(module) for _ in range(number)]
        self._all = tuple(self._free)
        self._most_of_one = max(1, number - 1)
        self._at_work: Counter[str] = Counter()
        self._waiting: list[Asker] = []
        self._turns: dict[str, int] = {}
        self._turn = 0

    def ask(self, question: Mapping[str, Any], seconds: float) -> dict[str, Any] | None:
        """Return the answer. Return None when the child takes too long or dies of the question, or no time is left."""
        line = json.dumps(question).encode() + b"\n"
        shared = allowance(seconds)
        if min(seconds, shared.left) <= 0:
            return None
        with self._taken(_PROJECT.get()) as child:
            found = child.ask(line, shared, seconds)
        return json.loads(found) if found else None

    @contextlib.contextmanager
    def _taken(self, project: str) -> Iterator[ChildProcess]:
        """Wait for the project's turn, and yield a child for one question."""
        asker = Asker(project)
        with self._changed:
            self._waiting.append(asker)
            self._changed.wait_for(lambda: self._next() is asker)
            self._waiting.remove(asker)
            child = self._free.pop()  # the one that was used last, because it is already started
            self._at_work[project] += 1
            self._turn += 1
            self._turns[project] = self._turn
            self._changed.notify_all()
        try:
            yield child
        finally:
            with self._changed:
                self._free.append(child)
                self._at_work[project] -= 1
                self._at_work += Counter()  # drops the projects at zero
                if not self._at_work and not self._waiting:
                    self._turns.clear()
                self._changed.notify_all()

    def _next(self) -> Asker | None:
        """Choose the waiting thread that gets the next child: the eligible project whose last turn is longest ago."""
        if not self._free:
            return None
        eligible = (asker for asker in self._waiting if self._at_work[asker.project] < self._most_of_one)
        return min(eligible, key=lambda asker: self._turns.get(asker.project, 0), default=None)

    def stop(self) -> None:
        """Kill the children. The next question starts a new one."""
        for child in self._all:
            child.stop()


def _answer(child: subprocess.Popen[bytes], line: bytes, seconds: float) -> bytes:
    """Send a line to the child and return its answer. Return nothing when no answer comes in time."""
    assert child.stdin is not None, "it was started with pipes"
    assert child.stdout is not None, "it was started with pipes"
    try:
        child.stdin.write(line)
        child.stdin.flush()
        ready = select.select([child.stdout], [], [], seconds)[0]
        return child.stdout.readline() if ready else b""
    except OSError:
        return b""


def serve(answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Run as such a child: answer each line of standard input until it is closed."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
