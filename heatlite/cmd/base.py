"""The frame of every command that needs an engine.

    connect ─▶ act ─▶ (embedded: finish earlier operations) ─▶ close
                │                         │
                └──── Ctrl-C ─────────────┴──▶ say what happens to the work, close, exit with 130

An error is one line on stderr and status 1. Only ``--debug`` shows the traceback.
"""

from __future__ import annotations

import argparse
import signal
from typing import TYPE_CHECKING, Any

from cliff.command import Command
from cliff.lister import Lister
from cliff.show import ShowOne

from heatlite.cmd import progress
from heatlite.cmd.records import STRUCTURED_FORMATS, names_in_line

if TYPE_CHECKING:
    from heatlite.cmd.cli import HeatliteApp
    from heatlite.cmd.session import Session
    from heatlite.rpc.engine_client import Context, EngineClient, Identity, Record

INTERRUPTED = 128 + signal.SIGINT
LOCAL_POLL = 1.0  # seconds between two polls of an engine in this process, which are cheap
LOOK_AGAIN = 0.2  # seconds between two counts of unfinished operations, which are local queries

Document = tuple[tuple[str, ...], tuple[Any, ...]]
"""Names and values."""


class EngineCommand(Command):
    """A command with a session. Mix it in before cliff's class for the output."""

    app: HeatliteApp
    session: Session
    context: Context
    waiting = False  # True while the command waits for an operation that it started

    @property
    def client(self) -> EngineClient:
        return self.session.client

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        self.add_arguments(parser)
        return parser

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def get_epilog(self) -> str:
        """Return an empty text. cliff's own text costs a scan of all installed packages for the command's provider."""
        return ""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command from connecting to closing. Return the exit status."""
        try:
            self.session = self.app.open_session()
        except Exception as error:
            return self.app.report(error)
        try:
            self.context = self.app.request_context()
            status = self.attempt(parsed_args)
            self.finish_unfinished()
            return status
        except KeyboardInterrupt:
            self.app.tell(self.interruption_message())
            return INTERRUPTED
        except BrokenPipeError:
            raise  # the reader is gone; cliff exits quietly
        except Exception as error:
            return self.app.report(error)
        finally:
            self.session.close()

    def produce_output(self, parsed_args: argparse.Namespace, column_names: Any, data: Any) -> Any:
        """Print a result. In lists, except for JSON and YAML, line ends in names are escaped."""
        if isinstance(self, Lister) and parsed_args.formatter not in STRUCTURED_FORMATS:
            data = (names_in_line(column_names, row) if isinstance(row, tuple) else row for row in data)
        return super().produce_output(parsed_args, column_names, data)  # type: ignore[misc]

    def attempt(self, parsed_args: argparse.Namespace) -> int:
        """Run the command's action. Report its error, unless the error ends the whole process."""
        try:
            return super().run(parsed_args)
        except BrokenPipeError:
            raise
        except Exception as error:
            return self.app.report(error)

    def finish_unfinished(self) -> None:
        """Work on the operations that earlier commands left unfinished, until there are none."""
        if not (self.session.embedded and (count := self.session.unfinished())):
            return
        self.app.stdout.flush()
        noun = "operation" if count == 1 else "operations"
        self.app.tell(f"Continuing {count} unfinished {noun}; Ctrl-C pauses.")
        self.session.resume()
        while self.session.unfinished():
            self.app.clock.sleep(LOOK_AGAIN)
        self.app.tell("All operations are finished.")

    def interruption_message(self) -> str:
        """Return what happens to the work after Ctrl-C. The text is empty when no work is in progress."""
        if not self.session.embedded:
            return "Interrupted; the engines continue with the stack." if self.waiting else ""
        if not (self.waiting or self.session.unfinished()):
            return ""
        return "Paused. Nothing is lost: any later heatlite command continues from here."

    def identify(self, stack: str) -> Identity:
        """Return the identity of a stack given by name or id.

        :raises EntityNotFound: when there is none
        """
        return self.client.identify_stack(self.context, stack)

    def show(self, identity: Identity, resolve_outputs: bool = False) -> Record:
        """Return the engine's record of one stack."""
        return self.client.show_stack(self.context, identity, resolve_outputs)[0]

    def wait(self, target: progress.Target, poll: float) -> progress.Outcome:
        """Follow an operation to its end and show its progress on stderr. ``poll`` is in seconds."""
        self.waiting = True
        reporter = self.app.reporter(target)
        longest = min(poll, LOCAL_POLL) if self.session.embedded else poll
        outcome = progress.watch(target, reporter, self.app.clock, longest)
        self.waiting = False
        return outcome

    def target(self, identity: Identity, action: str, marker: str | None = None) -> progress.Target:
        """Describe the operation ``action`` on a stack, to wait for. ``marker`` is the id of the last earlier event."""
        return progress.Target(self.client, self.context, identity, action, marker)

    def waits(self, parsed_args: argparse.Namespace) -> bool:
        """Tell whether to wait: on request, or because the engine ends with this process."""
        return bool(parsed_args.wait) or self.session.embedded

    def may_delete(self, parsed_args: argparse.Namespace, what: str) -> bool:
        """Tell whether to delete: with ``--yes``, or if a person at the terminal agrees. Nobody else is asked."""
        if parsed_args.yes or not self.app.stdin.isatty():
            return True
        print(f"Delete {what}? [y/N] ", end="", file=self.app.stderr, flush=True)
        agrees = self.app.stdin.readline().strip().lower().startswith("y")
        if not agrees:
            self.app.tell("Nothing is deleted.")
        return agrees

    def last_event(self, identity: Identity) -> str | None:
        """Return the id of a stack's newest event, so that later events can be told from earlier ones."""
        from heatlite.cmd.records import event_record
        from heatlite.rpc.queries import EventQuery

        newest: list[Any] = self.client.list_events(self.context, identity, EventQuery(limit=1, sort_dir="desc"))
        return event_record(newest[0])["id"] if newest else None


class ShowDocument(EngineCommand, ShowOne):
    """A command that shows a document in place of a table."""

    formatter_default = "yaml"
