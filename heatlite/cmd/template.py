"""``template validate|show|function list|version list``: templates and their language."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.base import Document, EngineCommand, ShowDocument
from heatlite.cmd.inputs import add_environment_options, params
from heatlite.cmd.records import details


class ValidateTemplate(ShowDocument):
    """Validate a template"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("-t", "--template", metavar="FILE", required=True, help="YAML or JSON")
        add_environment_options(parser)
        parser.add_argument("--show-nested", action="store_true", help="also the parameters of nested templates")
        parser.add_argument("--ignore-errors", metavar="CODE,CODE…", help="codes of errors to ignore")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return what the template declares.

        :raises CommandError: when it isn't valid
        """
        from heatlite.cmd.files import Files

        files = Files()
        template = files.load_template(parsed_args.template)
        reply = self.client.validate_template(
            self.context,
            template,
            params(parsed_args, files, template),
            files.contents,
            show_nested=parsed_args.show_nested,
            ignorable_errors=parsed_args.ignore_errors.split(",") if parsed_args.ignore_errors else None,
        )
        if "Error" in reply:
            raise exception.CommandError(reason=reply["Error"])
        return details(reply, parsed_args.formatter)


class ShowTemplate(ShowDocument):
    """Show a stack's template"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the template as it was given."""
        template = self.client.get_template(self.context, self.identify(parsed_args.stack))
        return details(template or {}, parsed_args.formatter)


class ListFunctions(EngineCommand, Lister):
    """List the functions of a version of the template language"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("template_version", metavar="VERSION", help="such as heat_template_version.2021-04-16")
        parser.add_argument("--with_conditions", action="store_true", help="also list the functions of conditions")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each function."""
        found = self.client.list_template_functions(
            self.context, parsed_args.template_version, parsed_args.with_conditions
        )
        return ["Functions", "Description"], [(each["functions"], each["description"]) for each in found]


class ListVersions(EngineCommand, Lister):
    """List the versions of the template language"""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each version."""
        found = self.client.list_template_versions(self.context)
        rows = [(each["version"], each["type"], ",".join(each["aliases"])) for each in found]
        return ["Version", "Type", "Aliases"], rows


class ListTypes(EngineCommand, Lister):
    """List resource types"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--filter",
            metavar="KEY=VALUE",
            action="append",
            help="name (a regular expression), version or support_status; repeatable",
        )
        parser.add_argument("--long", action="store_true", help="also show descriptions")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each type.

        :raises CommandError: for an unknown filter
        """
        filters = options.key_values(parsed_args.filter, "--filter")
        if unknown := sorted(set(filters) - {"name", "version", "support_status"}):
            raise exception.CommandError(
                reason=f"--filter: there is no {unknown[0]}; valid keys are name, version and support_status"
            )
        found = self.client.list_resource_types(
            self.context,
            filters.get("support_status"),
            filters.get("name"),
            filters.get("version"),
            parsed_args.long,
        )
        if not parsed_args.long:
            return ["Resource Type"], [(name,) for name in found]
        return ["Resource Type", "Description"], [(each["resource_type"], each["description"]) for each in found]


class ShowType(ShowDocument):
    """Show the properties and attributes of a resource type, or a template that uses it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("resource_type", metavar="TYPE", help="such as OS::Heat::RandomString")
        parser.add_argument(
            "--template-type", type=str.lower, choices=["hot", "cfn"], help="a sample template in this language"
        )
        parser.add_argument("--long", action="store_true", help="also show the description")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the schema, or the sample.

        :raises CommandError: when both are requested with conflicting options
        """
        name, sample = parsed_args.resource_type, parsed_args.template_type
        if sample and parsed_args.long:
            raise exception.CommandError(reason="--template-type and --long can't be used together")
        if sample:
            return details(self.client.generate_template(self.context, name, sample), parsed_args.formatter)
        return details(self.client.resource_schema(self.context, name, parsed_args.long), parsed_args.formatter)
