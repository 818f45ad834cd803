"""The live display of an operation on a terminal.

    Stack web CREATE  0:42   12 complete · 2 in progress · 5 waiting · 1 failed
      server      OS::Nova::Server   31 s
      volume      OS::Cinder::Volume  4 s
      network failed: Conflict: resources.network: …

``Board`` keeps the state and renders it. ``LiveReporter`` shows it on the screen, and leaves the final state there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from heatlite.cmd.streams import raw
from heatlite.drawing.markup import in_line

if TYPE_CHECKING:
    from heatlite.cmd.progress import Outcome, Target
    from heatlite.rpc.engine_client import Record

MOST_LINES = 10  # of resources in progress, and of failures; others are counted
STATES = ("complete", "in progress", "waiting", "failed")
COLOURS = {"complete": "green", "in progress": "cyan", "waiting": "dim", "failed": "red"}


def state(resource: Record) -> str:
    """Return which of ``STATES`` a resource is in. A resource that no action has touched yet is waiting."""
    if resource["resource_action"] == "INIT":
        return "waiting"
    known = {"IN_PROGRESS": "in progress", "FAILED": "failed"}
    return known.get(resource["resource_status"], "complete")


class Board:
    """The resources of an operation, and since when each has been in progress."""

    def __init__(self, title: str, began: float) -> None:
        self._title, self._began = title, began
        self._resources: list[Record] = []
        self._since: dict[tuple[str, str, str], float] = {}
        self.note = ""

    def see(self, resources: list[Record], now: float) -> None:
        """Update the resources. A resource that is newly in progress counts from ``now``."""
        busy = [key(resource) for resource in resources if state(resource) == "in progress"]
        self._since = {name: self._since.get(name, now) for name in busy}
        self._resources = resources

    def render(self, now: float) -> Group:
        """Render the display for the moment ``now``."""
        parts: list[Any] = [self._headline(now)]
        if self._since:
            parts.append(self._in_progress(now))
        parts += self.failures()
        if self.note:
            parts.append(Text(in_line(self.note), style="yellow"))
        return Group(*parts)

    def _headline(self, now: float) -> Text:
        counts = Counter(state(resource) for resource in self._resources)
        minutes, seconds = divmod(int(now - self._began), 60)
        shown = [(f"{counts[name]} {name}", COLOURS[name]) for name in STATES if counts[name]]
        line = Text.assemble((in_line(self._title), "bold"), f"  {minutes}:{seconds:02}   ")
        return line.append_text(Text(" · ").join(Text(text, style=style) for text, style in shown))

    def _in_progress(self, now: float) -> Table:
        table = Table.grid(padding=(0, 2), pad_edge=True)
        busy = [resource for resource in self._resources if key(resource) in self._since]
        busy.sort(key=lambda resource: self._since[key(resource)])
        for resource in busy[:MOST_LINES]:
            seconds = int(now - self._since[key(resource)])
            table.add_row("", Text(in_line(named(resource))), Text(in_line(resource["resource_type"])), f"{seconds} s")
        if len(busy) > MOST_LINES:
            table.add_row("", f"and {len(busy) - MOST_LINES} more", "", "")
        return table

    def failures(self) -> list[Text]:
        """Return one line for each failed resource, with its reason."""
        failed = [resource for resource in self._resources if state(resource) == "failed"]
        lines = [
            Text(in_line(f"  {named(resource)} failed: {resource['resource_status_reason']}"), style="red")
            for resource in failed[:MOST_LINES]
        ]
        if len(failed) > MOST_LINES:
            lines.append(Text(f"  and {len(failed) - MOST_LINES} more failed", style="red"))
        return lines


def key(resource: Record) -> tuple[str, str, str]:
    """Return the key of a resource in progress. It includes the action, so a new action starts from 0 seconds."""
    stack_id = resource.get("stack_identity", {}).get("stack_id", "")
    return stack_id, resource["resource_name"], resource["resource_action"]


def named(resource: Record) -> str:
    """Return ``0 (in web)`` for a resource in the nested stack of the resource ``web``."""
    parent = resource.get("parent_resource")
    return f"{resource['resource_name']} (in {parent})" if parent else resource["resource_name"]


class LiveReporter:
    """Shows a ``Board`` while an operation runs. At the end the outcome and the failures stay on the screen."""

    def __init__(self, target: Target, stream: TextIO, now: float, console: Console | None = None) -> None:
        self._target = target
        self._console = console or Console(file=raw(stream))
        self._board = Board(f"Stack {target.identity['stack_name']} {target.action}", now)
        # no refreshing thread: the waiting loop updates the display, and green threads have no thread to spare
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> LiveReporter:
        self._live.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._live.stop()

    def look(self, now: float) -> None:
        """Fetch the resources and show them."""
        self._board.note = ""
        self._board.see(self._target.resources(), now)
        self.beat(now)

    def beat(self, now: float) -> None:
        """Show the same resources with updated seconds."""
        self._live.update(self._board.render(now), refresh=True)

    def trouble(self, error: Exception) -> None:
        """Show the error below the display until a read succeeds."""
        self._board.note = f"Still waiting: {error}"

    def finish(self, outcome: Outcome) -> None:
        """Replace the display by the failures and the outcome."""
        self._live.stop()
        for line in () if outcome.succeeded else self._board.failures():
            self._console.print(line)
        self._console.print(Text(in_line(outcome.line), style="green" if outcome.succeeded else "red"))
