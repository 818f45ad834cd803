"""A thread that sends casts, so that no other thread waits for a broker that is stuck.

A broker that is away, or that blocks publishers because of a memory or disk alarm, lets a cast wait for an unlimited
time::

    engine's threads ──▶ queue ──▶ one thread ──▶ broker
                           │ the first in it has waited too long: the broker is stuck
                           ▼
                     local work: this engine does itself what the cast would have announced

A cast is only a hint. A sweep queues the nodes of casts that were neither sent nor done locally, and sweeps use this
thread too. So stacks make progress while the broker doesn't. Only new client calls wait for the broker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from heatlite.convergence.model import Node
from heatlite.rpc import messages
from heatlite.rpc.worker_client import Wakes

LOG = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that a cast may take before the broker counts as stuck."""
MOST_WAITING = 1000
"""Number of casts that may wait. Further ones are left to a sweep."""

Work = Callable[[], object]


@dataclass(frozen=True)
class Cast:
    """One message to send, and the work that this engine can do instead of sending it, if any."""

    send: Work
    instead: Work | None
    since: float


class Casting:
    """``Wakes`` that never block.

    :param wakes: the sender; it may block
    :param check_here: queues nodes to be converged by this engine, and tells whether there was room; None when this
        engine converges nothing
    :param begin_here: queues the start of nested stacks' operations on this engine; None when it can't do that
    """

    def __init__(
        self,
        wakes: Wakes,
        check_here: Callable[[str, Sequence[Node]], bool] | None = None,
        begin_here: Callable[[dict[str, Any], Sequence[messages.BeginChild]], None] | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        self._wakes = wakes
        self.check_here, self.begin_here = check_here, begin_here
        self.when_leaving: Callable[[], None] = lambda: None
        self._monotonic = monotonic
        self._patience = patience
        self._changed = threading.Condition()
        self._waiting: deque[Cast] = deque()
        self._sending: Cast | None = None
        self._is_told = self._stopped = False
        self._thread = threading.Thread(target=self._run, name="casts", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def leave(self) -> None:
        """Do no more work locally, because the process leaves. Other engines find the work that isn't announced."""
        self.check_here = self.begin_here = None
        self.when_leaving()

    def stop(self, seconds: float) -> None:
        """Send the waiting casts, for so many seconds at most. The rest is left to other engines' sweeps."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and self._sending is None, seconds)
            self._stopped = True
            self._waiting.clear()
            self._changed.notify_all()

    # --- Wakes --------------------------------------------------------------------------------------------------

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]], *, here: bool = False) -> None:
        """Announce batches of ready nodes, or converge them locally."""
        for batch in batches:
            instead = partial(self.check_here, traversal_id, batch) if self.check_here is not None else None
            if here and instead is not None and instead():
                continue
            self._put(partial(self._wakes.check, traversal_id, [batch]), instead)

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        """Tell one engine that a traversal waits for rows that it has locked. Its own sweep would find this."""
        self._put(partial(self._wakes.ask, engine_id, resource_ids, traversal_id))

    def wake(self, engine_id: str, resource_ids: list[int]) -> None:
        """Tell one engine that the thing it waits for may have happened. Its own timer would tell it too."""
        self._put(partial(self._wakes.wake, engine_id, resource_ids))

    def over(self, engine_id: str, traversal_id: str) -> None:
        """Tell one engine that a traversal's time is over. Its own clock would tell it too."""
        self._put(partial(self._wakes.over, engine_id, traversal_id))

    def begin(self, request: dict[str, Any], message: messages.BeginChild) -> None:
        """Ask any engine to begin an operation on a nested stack, or begin it locally."""
        instead = partial(self.begin_here, request, [message]) if self.begin_here is not None else None
        self._put(partial(self._wakes.begin, request, message), instead)

    def begin_all(self, request: dict[str, Any], siblings: Sequence[messages.BeginChild]) -> None:
        """Ask any engine to begin operations on nested stacks of one owner, or begin them locally."""
        instead = partial(self.begin_here, request, siblings) if self.begin_here is not None else None
        self._put(partial(self._wakes.begin_all, request, siblings), instead)

    def forget(self, engine_id: str) -> None:
        """Remove an engine's queues. Queues that can't be removed now expire."""
        self._put(partial(self._forget, engine_id))

    def _forget(self, engine_id: str) -> None:
        try:
            self._wakes.forget(engine_id)
        except Exception as error:
            LOG.warning("The queues of engine %s, which is gone, stay until they expire: %s", engine_id, error)

    # --- when the broker is stuck -------------------------------------------------------------------------------

    @property
    def is_stuck(self) -> bool:
        """Whether a cast has waited too long for the broker."""
        first = self._sending
        return first is not None and self._monotonic() - first.since > self._patience

    def held_back_casts(self) -> None:
        """Do the waiting work locally as far as possible, if the broker is stuck."""
        with self._changed:
            if not self.is_stuck:
                return
            held = [cast for cast in self._waiting if cast.instead is not None]
            self._waiting = deque(cast for cast in self._waiting if cast.instead is None)
        self._tell()
        for cast in held:
            self._do_here(cast)

    def _put(self, send: Work, instead: Work | None = None) -> None:
        cast = Cast(send, instead, self._monotonic())
        if self.is_stuck:
            self._do_here(cast)
            return
        with self._changed:
            if len(self._waiting) < MOST_WAITING and not self._stopped:
                self._waiting.append(cast)
                self._changed.notify_all()

    def _do_here(self, cast: Cast) -> None:
        if cast.instead is not None:
            cast.instead()

    def _tell(self) -> None:
        with self._changed:
            is_told, self._is_told = self._is_told, True
        if not is_told:
            LOG.warning(
                "The broker takes no messages: this engine continues with the work that it finds in the database"
            )

    # --- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (cast := self._next()) is not None:
            try:
                cast.send()
            except Exception as error:
                LOG.warning("A message can't be sent now, and is left to a sweep: %s", error)
            else:
                self._sent()

    def _next(self) -> Cast | None:
        with self._changed:
            self._sending = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            if self._stopped:
                return None
            first = self._waiting.popleft()
            self._sending = Cast(first.send, first.instead, self._monotonic())
            return self._sending

    def _sent(self) -> None:
        with self._changed:
            is_told, self._is_told = self._is_told, False
        if is_told:
            LOG.warning("The broker takes messages again")
