"""``stack generate``: a template and adoption data of what a project has."""

from __future__ import annotations

import argparse
import json
import pathlib
from typing import Any

import yaml

from heatlite.cmd.base import Document, ShowDocument
from heatlite.cmd.records import details

Record = dict[str, Any]


class GenerateStack(ShowDocument):
    """Write a template of what the project has, and the data by which `stack adopt` takes it over"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--from-project", action="store_true", required=True, help="of what the project of the token has"
        )
        parser.add_argument(
            "--name", metavar="GLOB", action="append", help="only things with such a name, such as web-*; repeatable"
        )
        parser.add_argument("--tag", metavar="TAG", action="append", help="only things with this tag; repeatable")
        parser.add_argument("--id", metavar="ID", action="append", help="only the thing with this id; repeatable")
        parser.add_argument(
            "--with-needed", action="store_true", help="also what these refer to; otherwise parameters name it"
        )
        parser.add_argument("--template-file", metavar="FILE", help="write the template to this file, as YAML")
        parser.add_argument("--adopt-file", metavar="FILE", help="write the data for `stack adopt` to this file")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the template; nothing if it goes to a file."""
        selected = parsed_args.name, parsed_args.tag, parsed_args.id
        found = self.client.generate_stack(self.context, *selected, parsed_args.with_needed)
        template: Record = found["data"]["template"]
        for note in found["notes"]:
            self.app.tell(f"Note: {note['thing']} ({note['id']}): {note['reason']}.")
        self.app.tell(f"{len(template['resources'])} resources, {len(template.get('parameters') or {})} parameters.")
        if parsed_args.adopt_file:
            pathlib.Path(parsed_args.adopt_file).write_text(json.dumps(found["data"], indent=2) + "\n")
        if parsed_args.template_file is None:
            return details(template, parsed_args.formatter)
        text = yaml.safe_dump(template, default_flow_style=False, sort_keys=False, allow_unicode=True)
        pathlib.Path(parsed_args.template_file).write_text(text)
        return (), ()
