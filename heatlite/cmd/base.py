"""What every command that needs an engine does around its own action.

    connect ─▶ act ─▶ (embedded: go on with what is unfinished) ─▶ close
                │                         │
                └──── Ctrl-C ─────────────┴──▶ say what becomes of the work, close, leave with 130

An error is one line on stderr and status 1; the traceback is shown with ``--debug`` only.
"""

from __future__ import annotations

import argparse
import signal
from typing import TYPE_CHECKING, Any

from cliff.command import Command
from cliff.lister import Lister

from heatlite.cmd import progress
from heatlite.cmd.records import STRUCTURED_FORMATS, names_in_line

if TYPE_CHECKING:
    from heatlite.cmd.cli import HeatliteApp
    from heatlite.cmd.session import Session
    from heatlite.rpc.engine_client import Context, EngineClient, Identity, Record

INTERRUPTED = 128 + signal.SIGINT
LOCAL_POLL = 1.0  # seconds between two looks at an engine in this process, which cost next to nothing
LOOK_AGAIN = 0.2  # seconds between two looks at how much is unfinished; it is a local query


class EngineCommand(Command):
    """A command with a session; mixed in before cliff's class that says how results are shown."""

    app: HeatliteApp
    session: Session
    context: Context
    waiting = False  # while an operation that this command started is being waited for

    @property
    def client(self) -> EngineClient:
        return self.session.client

    def get_epilog(self) -> str:
        """Nothing: cliff would read the files of everything that is installed, to say who provides the command."""
        return ""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command from connecting to closing; returns the exit status."""
        try:
            self.session = self.app.open_session()
        except Exception as error:
            return self.app.report(error)
        try:
            self.context = self.app.request_context()
            status = self.attempt(parsed_args)
            self.go_on_with_unfinished()
            return status
        except KeyboardInterrupt:
            self.app.tell(self.farewell())
            return INTERRUPTED
        except BrokenPipeError:
            raise  # nobody reads any more; cliff leaves quietly
        except Exception as error:
            return self.app.report(error)
        finally:
            self.session.close()

    def produce_output(self, parsed_args: argparse.Namespace, column_names: Any, data: Any) -> Any:
        """Print a result; of a list, outside JSON and YAML, names that end no line."""
        if isinstance(self, Lister) and parsed_args.formatter not in STRUCTURED_FORMATS:
            data = (names_in_line(column_names, row) if isinstance(row, tuple) else row for row in data)
        return super().produce_output(parsed_args, column_names, data)  # type: ignore[misc]

    def attempt(self, parsed_args: argparse.Namespace) -> int:
        """The command's own action; what it raises is reported, except what ends the whole process."""
        try:
            return super().run(parsed_args)
        except BrokenPipeError:
            raise
        except Exception as error:
            return self.app.report(error)

    def go_on_with_unfinished(self) -> None:
        """Lend this process to operations that an earlier command left, until there are none."""
        if not (self.session.embedded and (count := self.session.unfinished())):
            return
        self.app.stdout.flush()
        noun = "operation" if count == 1 else "operations"
        self.app.tell(f"Going on with {count} unfinished {noun}; Ctrl-C pauses.")
        while self.session.unfinished():
            self.app.clock.sleep(LOOK_AGAIN)
        self.app.tell("Nothing is unfinished any more.")

    def farewell(self) -> str:
        """What becomes of the work after Ctrl-C; empty where no work is under way."""
        if not self.session.embedded:
            return "Interrupted; the engines go on with the stack." if self.waiting else ""
        if not (self.waiting or self.session.unfinished()):
            return ""
        return "Paused. Nothing is lost: any later heatlite command goes on from here."

    def identify(self, stack: str) -> Identity:
        """The identity of a stack given by name or id.

        :raises EntityNotFound: where there is none
        """
        return self.client.identify_stack(self.context, stack)

    def show(self, identity: Identity, resolve_outputs: bool = False) -> Record:
        """The engine's record of one stack."""
        return self.client.show_stack(self.context, identity, resolve_outputs)[0]

    def wait(self, target: progress.Target, poll: float) -> progress.Outcome:
        """Follow an operation to its end, telling its progress on stderr; ``poll`` in seconds."""
        self.waiting = True
        reporter = self.app.reporter(target)
        longest = min(poll, LOCAL_POLL) if self.session.embedded else poll
        outcome = progress.watch(target, reporter, self.app.clock, longest)
        self.waiting = False
        return outcome

    def target(self, identity: Identity, action: str, marker: str | None = None) -> progress.Target:
        """The operation ``action`` on a stack as something to wait for; ``marker`` is the last old event."""
        return progress.Target(self.client, self.context, identity, action, marker)

    def waits(self, parsed_args: argparse.Namespace) -> bool:
        """Whether to wait: asked for, or needed because the engine ends with this process."""
        return bool(parsed_args.wait) or self.session.embedded

    def last_event(self, identity: Identity) -> str | None:
        """The id of a stack's newest event, so that what follows can be told apart from history."""
        from heatlite.cmd.records import event_record
        from heatlite.rpc.queries import EventQuery

        newest: list[Any] = self.client.list_events(self.context, identity, EventQuery(limit=1, sort_dir="desc"))
        return event_record(newest[0])["id"] if newest else None
