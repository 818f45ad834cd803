"""``stack failures list``: the reasons of a stack's failure, from the innermost failed resources.

::

    web.group.0.server:
      resource_type: OS::Nova::Server
      physical_resource_id: 7a1c…
      status: CREATE_FAILED
      status_reason: |
        …

A nested stack is listed only if no resource in it has failed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from heatlite import exception
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import resource_record

if TYPE_CHECKING:
    from heatlite.rpc.engine_client import Identity, Record

DEPLOYMENTS = ("OS::Heat::SoftwareDeployment", "OS::Heat::StructuredDeployment")
LOGS = ("deploy_stdout", "deploy_stderr")
MOST_LINES = 10
"""Lines of a reason or a log that are shown without ``--long``: the last ones."""


class ListFailures(EngineCommand):
    """Show why a stack's resources failed"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument(
            "--long", action="store_true", help="whole reasons and logs of deployments, not only their ends"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print each failed resource. Print nothing for a stack that hasn't failed."""
        identity = self.identify(parsed_args.stack)
        stack = self.show(identity)
        if stack["stack_status"] != "FAILED":
            return
        for path, resource in self.failed(identity, [stack["stack_name"]]):
            self.tell(path, resource, whole=parsed_args.long)

    def failed(self, identity: Identity, path: list[str]) -> Iterator[tuple[str, Record]]:
        """Yield the path and the resource of each innermost failure in a stack."""
        for resource in self.client.list_stack_resources(self.context, identity):
            if resource["resource_status"] != "FAILED":
                continue
            place = [*path, resource["resource_name"]]
            nested = resource.get("nested_stack_id")
            inner = list(self.failed_in_nested(nested, place)) if nested else []
            yield from inner or [(".".join(place), resource_record(resource))]

    def failed_in_nested(self, identity: Identity, path: list[str]) -> Iterator[tuple[str, Record]]:
        """Yield the failures in a nested stack; none if it is gone."""
        try:
            yield from self.failed(identity, path)
        except exception.EntityNotFound:
            return

    def tell(self, path: str, resource: Record, *, whole: bool) -> None:
        """Print one failure, with the logs of a deployment."""
        out = self.app.stdout
        print(f"{path}:", file=out)
        for name in ("resource_type", "physical_resource_id"):
            print(f"  {name}: {resource.get(name)}", file=out)
        print(f"  status: {resource['resource_status']}", file=out)
        print(f"  status_reason: |\n{block(resource.get('resource_status_reason'), whole=whole)}", file=out)
        if resource["resource_type"] in DEPLOYMENTS:
            for name, text in self.logs(resource.get("physical_resource_id")).items():
                print(f"  {name}: |\n{block(text, whole=whole)}", file=out)

    def logs(self, deployment_id: Any) -> dict[str, Any]:
        """Return a deployment's logs by name of the output; none if there is no such deployment."""
        try:
            found = self.client.show_software_deployment(self.context, deployment_id)["output_values"] or {}
        except exception.HeatliteError:
            return {}
        return {name: found[name] for name in LOGS if name in found}


def block(text: Any, *, whole: bool) -> str:
    """Return a text as a block of YAML, cut to its last lines unless ``whole``."""
    lines = str(text or "").splitlines()
    if not whole and len(lines) > MOST_LINES:
        lines = ["...", *lines[-MOST_LINES:]]
    return "\n".join(f"    {line}" for line in lines)
