"""``stack export``, ``stack abandon`` and ``stack adopt``: move resources from one stack to another."""

from __future__ import annotations

import argparse
import json
import pathlib
from typing import Any

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.base import Document, ShowDocument
from heatlite.cmd.inputs import add_environment_options, params
from heatlite.cmd.records import details
from heatlite.cmd.stack_write import DEFAULT_POLL, WriteStack

Record = dict[str, Any]


class ExportStack(ShowDocument):
    """Export a stack so that it can be adopted; nothing is changed"""

    method = "export_stack"

    formatter_default = "json"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--output-file", metavar="FILE", help="write the export to this file")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the stack's data; nothing if it goes to a file."""
        identity = self.identify(parsed_args.stack)
        if parsed_args.output_file is None:
            found: Record = getattr(self.client, self.method)(self.context, identity)
            return details(found, parsed_args.formatter)
        with pathlib.Path(parsed_args.output_file).open("w") as file:  # before abandoning: that has one answer
            json.dump(getattr(self.client, self.method)(self.context, identity), file, indent=2)
        return (), ()


class AbandonStack(ExportStack):
    """Delete a stack without its resources, and print its data this once"""

    method = "abandon_stack"


class AdoptStack(WriteStack):
    """Create a stack from existing resources"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", metavar="STACK-NAME", help="name of the new stack")
        parser.add_argument("--adopt-file", metavar="FILE", required=True, help="file that an export or abandon wrote")
        add_environment_options(parser)
        parser.add_argument("--timeout", metavar="MINUTES", type=int, help="time the operation may take")
        parser.add_argument("--enable-rollback", action="store_true", help="give all resources back on failure")
        parser.add_argument("--wait", action="store_true", help="wait until it is COMPLETE or FAILED")
        parser.set_defaults(template=None, tags=None, poll=DEFAULT_POLL)

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the new stack's summary."""
        from heatlite.cmd.files import Files

        data, files = adopted(parsed_args.adopt_file), Files()
        environment = params(parsed_args, files, data.get("template"))
        args = options.stack_args(parsed_args) | {"disable_rollback": not parsed_args.enable_rollback}
        args["adopt_stack_data"] = data
        contents = {**(data.get("files") or {}), **files.contents}
        request = parsed_args.name, data.get("template"), environment, contents, args
        identity = self.client.create_stack(self.context, *request)
        return self.finish(parsed_args, identity, "ADOPT", None)


def adopted(place: str) -> Record:
    """Read a stack's data from a file.

    :raises CommandError: when it can't be read, or isn't an export
    """
    from heatlite.cmd import fetch, files

    try:
        data = json.loads(fetch.read(files.file_url(place)).decode())
    except (fetch.CannotRead, ValueError) as error:
        raise exception.CommandError(reason=f"--adopt-file: {error}") from None
    if not isinstance(data, dict):
        raise exception.CommandError(reason="--adopt-file: it isn't what `stack export` or `stack abandon` writes")
    return data
