"""Events as lines of a log, and a reporter that prints them while a command waits for an operation.

2026-11-20 22:14:36Z 16e1a7fb-… [web.server]: CREATE_COMPLETE  state changed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from heatlite.cmd.records import event_record
from heatlite.drawing.markup import in_line

if TYPE_CHECKING:
    from heatlite.cmd.progress import Outcome, Target
    from heatlite.rpc.engine_client import Record


class EventLog:
    """Writes events as lines, and names each resource by its path from the root stack.

    A nested stack's path is learnt from its parent's events, whose physical resource id is the nested stack's id.
    """

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}  # stack id -> dotted path

    def line(self, event: Record) -> str:
        """Write one event record as a line."""
        time = str(event["event_time"]).replace("T", " ")
        name, status = self.name(event), event["resource_status"]
        return f"{time} {event['id']} [{in_line(name)}]: {status}  {in_line(event['resource_status_reason'])}"

    def name(self, event: Record) -> str:
        """Return ``web.group.0``: the stack and its resource, or only the stack for an event of the stack itself."""
        stack_id, physical_id = event["stack_id"], event.get("physical_resource_id")
        base = self._paths.setdefault(stack_id, event["stack_name"])
        if physical_id == stack_id:
            return base
        path = f"{base}.{event['resource_name']}"
        if physical_id:
            self._paths.setdefault(physical_id, path)
        return path


class EventTail:
    """Reads a stack's new events, each once.

    Transactions overlap, so events don't become visible in the order of sorting. So each read starts where the read
    *before the last* ended, and leaves out events that were seen.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._earlier = self._latest = target.marker
        self._seen: set[str] = set()

    def read(self) -> list[Record]:
        """Return the event records that no earlier read returned, oldest first."""
        events = [event_record(reply) for reply in self._target.events(self._earlier)]
        fresh = [event for event in events if event["id"] not in self._seen]
        self._seen.update(event["id"] for event in fresh)
        self._earlier, self._latest = self._latest, events[-1]["id"] if events else self._latest
        return fresh


class LineReporter:
    """Prints one line for each event, then the outcome. For pipes, files and plain terminals."""

    def __init__(self, target: Target, stream: TextIO) -> None:
        self._tail, self._log, self._stream = EventTail(target), EventLog(), stream
        self._troubled = False

    def __enter__(self) -> LineReporter:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stream.flush()

    def look(self, now: float) -> None:
        """Print the new events."""
        self._troubled = False
        for event in self._tail.read():
            self._print(self._log.line(event))

    def beat(self, now: float) -> None:
        """Do nothing: a printed line doesn't change."""

    def trouble(self, error: Exception) -> None:
        """Print the error, only once for successive failed reads."""
        if not self._troubled:
            self._print(in_line(f"Still waiting: {error}"))
        self._troubled = True

    def finish(self, outcome: Outcome) -> None:
        """Print the outcome. The last read has printed the events."""
        self._print(in_line(outcome.line))

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)
