"""The ``heatlite`` command: its global options, its list of commands, and the code that all of them share.

The commands and their options are those of ``openstack stack …``. A command's module is imported when the command runs,
and the engine's modules only when it connects, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import re
import sys
import traceback
import uuid
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any, TextIO

from cliff.app import App
from cliff.commandmanager import CommandManager

import heatlite
from heatlite.cmd import garbage, session
from heatlite.cmd.streams import VisibleStream
from heatlite.exception import HeatliteError

if TYPE_CHECKING:
    from heatlite.cmd.progress import Reporter, Target
    from heatlite.rpc.engine_client import Context

COMMANDS = {
    "build info": "heatlite.cmd.service:ShowBuild",
    "resource type list": "heatlite.cmd.template:ListTypes",
    "resource type show": "heatlite.cmd.template:ShowType",
    "service list": "heatlite.cmd.service:ListServices",
    "software config create": "heatlite.cmd.software_config:CreateConfig",
    "software config delete": "heatlite.cmd.software_config:DeleteConfigs",
    "software config list": "heatlite.cmd.software_config:ListConfigs",
    "software config show": "heatlite.cmd.software_config:ShowConfig",
    "software deployment create": "heatlite.cmd.software_deployment:CreateDeployment",
    "software deployment delete": "heatlite.cmd.software_deployment:DeleteDeployments",
    "software deployment list": "heatlite.cmd.software_deployment:ListDeployments",
    "software deployment metadata show": "heatlite.cmd.software_deployment:ShowMetadata",
    "software deployment output show": "heatlite.cmd.software_deployment:ShowOutput",
    "software deployment show": "heatlite.cmd.software_deployment:ShowDeployment",
    "stack abandon": "heatlite.cmd.stack_leave:AbandonStack",
    "stack adopt": "heatlite.cmd.stack_leave:AdoptStack",
    "stack cancel": "heatlite.cmd.stack_more:CancelStack",
    "stack check": "heatlite.cmd.stack_visit:CheckStack",
    "stack create": "heatlite.cmd.stack_write:CreateStack",
    "stack delete": "heatlite.cmd.stack_delete:DeleteStack",
    "stack environment show": "heatlite.cmd.stack_more:ShowEnvironment",
    "stack drift": "heatlite.cmd.stack_drift:FindDrift",
    "stack event list": "heatlite.cmd.event:ListEvents",
    "stack event show": "heatlite.cmd.event:ShowEvent",
    "stack export": "heatlite.cmd.stack_leave:ExportStack",
    "stack failures list": "heatlite.cmd.stack_failures:ListFailures",
    "stack file list": "heatlite.cmd.stack_more:ListFiles",
    "stack generate": "heatlite.cmd.stack_generate:GenerateStack",
    "stack graph": "heatlite.cmd.stack_graph:GraphStack",
    "stack hook clear": "heatlite.cmd.hook:ClearHooks",
    "stack hook poll": "heatlite.cmd.hook:PollHooks",
    "stack list": "heatlite.cmd.stack:ListStacks",
    "stack output list": "heatlite.cmd.output:ListOutputs",
    "stack output show": "heatlite.cmd.output:ShowOutput",
    "stack plan": "heatlite.cmd.stack_plan:PlanStack",
    "stack resource list": "heatlite.cmd.resource:ListResources",
    "stack resource mark unhealthy": "heatlite.cmd.resource_more:MarkUnhealthy",
    "stack resource metadata": "heatlite.cmd.resource_more:ShowMetadata",
    "stack resource move": "heatlite.cmd.resource_more:MoveResource",
    "stack resource show": "heatlite.cmd.resource:ShowResource",
    "stack resource signal": "heatlite.cmd.resource_more:SignalResource",
    "stack resume": "heatlite.cmd.stack_visit:ResumeStack",
    "stack show": "heatlite.cmd.stack:ShowStack",
    "stack snapshot create": "heatlite.cmd.snapshot:CreateSnapshot",
    "stack snapshot delete": "heatlite.cmd.snapshot:DeleteSnapshot",
    "stack snapshot list": "heatlite.cmd.snapshot:ListSnapshots",
    "stack snapshot restore": "heatlite.cmd.snapshot:RestoreSnapshot",
    "stack snapshot show": "heatlite.cmd.snapshot:ShowSnapshot",
    "stack suspend": "heatlite.cmd.stack_visit:SuspendStack",
    "stack template show": "heatlite.cmd.template:ShowTemplate",
    "stack timeline": "heatlite.cmd.stack_timeline:DrawTimeline",
    "stack update": "heatlite.cmd.stack_write:UpdateStack",
    "stack watch": "heatlite.cmd.stack_watch:WatchStack",
    "template function list": "heatlite.cmd.template:ListFunctions",
    "template show": "heatlite.cmd.template:ShowTemplate",
    "template validate": "heatlite.cmd.template:ValidateTemplate",
    "template version list": "heatlite.cmd.template:ListVersions",
}
ABBREVIATED = ("build", "resource", "service", "template")
ALIASES = {name: f"orchestration {name}" for name in COMMANDS if name.split()[0] in ABBREVIATED}
"""The longer names of these commands in ``openstack``."""


class HeatliteApp(App):
    """The program. Tests replace the connection, the clock and the streams."""

    NAME = "heatlite"

    def __init__(
        self,
        connect: Callable[[list[str]], session.Session] = session.connect,
        clock: session.Clock = session.REAL_CLOCK,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self._connect = connect
        self.clock = clock
        manager = CommandManager("heatlite.cli")
        for name, target in COMMANDS.items():
            for known_as in filter(None, (name, ALIASES.get(name))):
                manager.commands[known_as] = EntryPoint(known_as, target, "heatlite.cli")
        about, version = "Orchestrate stacks.", heatlite.__version__
        super().__init__(about, version, manager, stdin, stdout, stderr, deferred_help=True)
        self.stdout, self.stderr = VisibleStream(self.stdout), VisibleStream(self.stderr)

    def run(self, argv: list[str]) -> int:
        """Run one command. Return the exit status."""
        return int(super().run(with_script_file(argv)))

    def build_option_parser(
        self, description: str | None, version: str | None, argparse_kwargs: dict[str, Any] | None = None
    ) -> argparse.ArgumentParser:
        """Build cliff's and heatlite's global options.

        They can't be abbreviated: an abbreviation might be a command's option.
        """
        parser = super().build_option_parser(description, version, {"allow_abbrev": False})
        parser.add_argument(
            "--config-file", metavar="FILE", action="append", default=[], help="configuration; repeatable"
        )
        parser.add_argument(
            "--os-project-id",
            metavar="ID",
            default=os.environ.get("OS_PROJECT_ID") or "default",
            help="project of the stacks (OS_PROJECT_ID, else default)",
        )
        parser.add_argument(
            "--os-username",
            metavar="NAME",
            default=os.environ.get("OS_USERNAME") or session.login_name(),
            help="owner of new stacks (OS_USERNAME, else the login name)",
        )
        parser.add_argument(
            "--os-token",
            metavar="TOKEN",
            default=os.environ.get("OS_TOKEN") or None,
            help="keystone's token, which decides project and user: for the cloud's services (OS_TOKEN, else none)",
        )
        parser.add_argument(
            "--os-auth-url",
            metavar="URL",
            default=os.environ.get("OS_AUTH_URL") or None,
            help="keystone's URL, asked whose the token is (OS_AUTH_URL)",
        )
        return parser

    def configure_logging(self) -> None:
        """Log warnings to stderr, more with -v and --debug. Existing handlers are kept."""
        level = {0: logging.ERROR, 1: logging.WARNING, 2: logging.INFO}.get(self.options.verbose_level, logging.DEBUG)
        handlers: list[logging.Handler] = [logging.StreamHandler(self.stderr)]
        if self.options.log_file:
            handlers.append(logging.FileHandler(self.options.log_file))
        logging.basicConfig(
            level=logging.DEBUG if self.options.debug else level,
            format="%(levelname)s: %(message)s",
            handlers=handlers,
        )
        logging.getLogger("keystoneauth").setLevel(logging.WARNING)  # at DEBUG it logs requests with their bodies

    def interact(self) -> None:
        """Print the list of commands, when none is given."""
        self.parser.print_usage(self.stderr)
        self.tell("Commands: " + ", ".join(COMMANDS))

    def open_session(self) -> session.Session:
        """Connect with the global options."""
        return self._connect(self.options.config_file)

    def request_context(self) -> Context:
        """Return a new context for one command."""
        return session.request_context(self.options, f"req-{uuid.uuid4()}")

    def reporter(self, target: Target) -> Reporter:
        """Return a reporter: live on a capable terminal, else line by line. It uses stderr; stdout is for results."""
        if self.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb":
            from heatlite.cmd.live import LiveReporter

            return LiveReporter(target, self.stderr, self.clock.monotonic())
        from heatlite.cmd.event_log import LineReporter

        return LineReporter(target, self.stderr)

    def tell(self, message: str) -> None:
        """Print a message for the user, unless it is empty."""
        if message:
            print(message, file=self.stderr, flush=True)

    def report(self, error: Exception) -> int:
        """Print an error in one line, with a traceback for ``--debug``. Return the exit status 1."""
        if self.options.debug:
            traceback.print_exception(error, file=self.stderr)
        self.tell(f"ERROR: {error_line(error)}")
        return 1


def with_script_file(argv: list[str]) -> list[str]:
    """Replace the option ``--config-file`` of ``openstack software config create`` by ``--script-file``.

    Before the command, ``--config-file`` is heatlite's own option.
    """
    words = ["software", "config", "create"]
    place = next((at for at in range(len(argv)) if argv[at : at + len(words)] == words), len(argv))
    return [*argv[:place], *(re.sub("^--config-file(?==|$)", "--script-file", it) for it in argv[place:])]


def error_line(error: Exception) -> str:
    """Write an error in one line. An unexpected error is preceded by its class."""
    text = " ".join(str(error).split())
    if isinstance(error, HeatliteError | OSError | ValueError) and text:
        return text
    return f"{type(error).__name__}: {text} (--debug shows where)"


def main(argv: list[str] | None = None) -> int:
    """Run one command. Return the exit status."""
    garbage.search_rarely()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a character that the terminal lacks isn't an error
    status = HeatliteApp().run(sys.argv[1:] if argv is None else argv)
    garbage.keep_present_objects()  # the process ends, and the system frees them all
    return status


if __name__ == "__main__":
    sys.exit(main())
