"""``software deployment create``, ``list``, ``show``, ``delete``, ``metadata show`` and ``output show``."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister
from cliff.show import ShowOne

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.base import Document, EngineCommand, ShowDocument
from heatlite.cmd.records import details, rows
from heatlite.cmd.software_config import each_of

COLUMNS = ["id", "config_id", "server_id", "action", "status"]
SHOWN = ["id", "server_id", "config_id", "creation_time", "updated_time", "status", "status_reason", "input_values",
         "action"]  # fmt: skip
TRANSPORTS = ("HEAT_SIGNAL", "NO_SIGNAL")


class CreateDeployment(EngineCommand, ShowOne):
    """Deploy a software config to a server"""

    formatter_default = "yaml"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "name",
            metavar="DEPLOYMENT_NAME",
            help="name of the deployment; configs are applied in the order of their names",
        )
        parser.add_argument("--config", metavar="CONFIG", help="the config's id (an empty config)")
        parser.add_argument("--server", metavar="SERVER", required=True, help="the server's id")
        parser.add_argument(
            "--action", metavar="ACTION", default="UPDATE", help="action that the config receives (UPDATE)"
        )
        parser.add_argument("--input-value", metavar="KEY=VALUE", action="append", help="value of an input; repeatable")
        parser.add_argument(
            "--signal-transport", default="HEAT_SIGNAL", choices=TRANSPORTS, help="how the server answers, if at all"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the new deployment. It has its own derived config."""
        from heatlite.resources.software.derived import derived_inputs
        from heatlite.resources.software.port import UNGROUPED

        values = options.key_values(parsed_args.input_value, "--input-value")
        given = parsed_args.config and self.client.show_software_config(self.context, parsed_args.config)
        source = given or {"group": UNGROUPED, "config": "", "inputs": [], "outputs": [], "options": {}}
        facts = {
            "deploy_server_id": parsed_args.server,
            "deploy_action": parsed_args.action,
            "deploy_signal_transport": parsed_args.signal_transport,
        }
        parts = {name: source[name] for name in ("group", "config", "outputs", "options")}
        inputs = derived_inputs(source["inputs"], values, facts)
        derived = self.client.create_software_config(self.context, name=parsed_args.name, inputs=inputs, **parts)
        waits = parsed_args.signal_transport != "NO_SIGNAL"
        made = self.client.create_software_deployment(
            self.context,
            parsed_args.server,
            derived["id"],
            values,
            action=parsed_args.action,
            status="IN_PROGRESS" if waits else "COMPLETE",
            status_reason="Deploy data available" if waits else "Not waiting for outputs signal",
        )
        return details({name: made.get(name) for name in SHOWN}, parsed_args.formatter)


class ListDeployments(EngineCommand, Lister):
    """List software deployments"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--server", metavar="SERVER", help="only deployments to this server")
        parser.add_argument("--long", action="store_true", help="also show creation time and reason")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each deployment, oldest first."""
        columns = [*COLUMNS, "creation_time", "status_reason"] if parsed_args.long else COLUMNS
        return columns, rows(columns, self.client.list_software_deployments(self.context, parsed_args.server))


class ShowDeployment(EngineCommand, ShowOne):
    """Show a software deployment"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("deployment", metavar="DEPLOYMENT", help="id of the deployment")
        parser.add_argument("--long", action="store_true", help="also show the values of the outputs")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the deployment's fields."""
        found = self.client.show_software_deployment(self.context, parsed_args.deployment)
        names = [*SHOWN, "output_values"] if parsed_args.long else SHOWN
        return details({name: found.get(name) for name in names}, parsed_args.formatter)


class ShowMetadata(ShowDocument):
    """Show what is deployed to a server, as the server sees it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("server", metavar="SERVER", help="id of the server")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the configs, in their order."""
        found = self.client.metadata_software_deployments(self.context, parsed_args.server)
        return details({"software_deployments": found}, parsed_args.formatter)


class ShowOutput(ShowDocument):
    """Show the outputs of a software deployment"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("deployment", metavar="DEPLOYMENT", help="id of the deployment")
        parser.add_argument("output", metavar="OUTPUT", nargs="?", help="one output")
        parser.add_argument("--all", action="store_true", help="every output")
        parser.add_argument("--long", action="store_true", help="no effect: outputs are always whole")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the value of one output, or of all.

        :raises CommandError: when neither is requested, or there is no such output
        """
        if not (parsed_args.all or parsed_args.output):
            raise exception.CommandError(reason="either an output or --all is needed")
        found = self.client.show_software_deployment(self.context, parsed_args.deployment)["output_values"] or {}
        if parsed_args.all:
            return details(found, parsed_args.formatter)
        if parsed_args.output not in found:
            known = ", ".join(found) or "none"
            raise exception.CommandError(reason=f"there is no output {parsed_args.output}; the outputs are: {known}")
        return details({parsed_args.output: found[parsed_args.output]}, parsed_args.formatter)


class DeleteDeployments(EngineCommand):
    """Delete software deployments"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("deployment", metavar="DEPLOYMENT", nargs="+", help="ids of the deployments")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete each deployment, and its config unless another deployment uses it.

        :raises CommandError: when one can't be deleted
        """
        each_of(parsed_args.deployment, self.delete)

    def delete(self, deployment_id: str) -> None:
        """Delete one deployment. Its config may be in use elsewhere, or gone: neither is a failure."""
        config_id = self.client.show_software_deployment(self.context, deployment_id)["config_id"]
        self.client.delete_software_deployment(self.context, deployment_id)
        try:
            self.client.delete_software_config(self.context, config_id)
        except exception.HeatliteError as error:
            self.app.tell(f"The config {config_id} stays: {error}")
