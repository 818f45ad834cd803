"""Find the values of ``get_resource`` and ``get_attr`` for a resource that is taken over.

Plugins that need no I/O are asked, and so are nested stacks, whose outputs exist by then. For all other resources the
values that Heat stored are kept until an update asks for new ones, so no service is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.convergence.model import Node
from heatlite.db.api import Database
from heatlite.db.records import StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.definitions.traversals import Library, Traversal
from heatlite.engine.definitions.work import Evaluated
from heatlite.engine.heat_import import rows
from heatlite.engine.heat_import.judge import JudgedResource, JudgedStack
from heatlite.engine.ports.nested_stacks import Ports
from heatlite.resources.instance import Instance
from heatlite.resources.jsonable import as_json
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource
from heatlite.resources.steps import reference_of
from heatlite.rpc.messages import BeginChild
from heatlite.rpc.worker_client import Wakes


@dataclass(frozen=True)
class Means:
    """The parts that taking over needs."""

    database: Database
    registry: Registry
    settings: Settings
    inputs: Inputs


class Silent(Wakes):
    """Refuses every message: a takeover begins nothing, so there is nothing to announce."""

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]], *, here: bool = False) -> None:
        raise NotImplementedError

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        raise NotImplementedError

    def wake(self, engine_id: str, resource_ids: list[int]) -> None:
        raise NotImplementedError

    def over(self, engine_id: str, traversal_id: str) -> None:
        raise NotImplementedError

    def begin(self, request: dict[str, Any], message: BeginChild) -> None:
        raise NotImplementedError

    def begin_all(self, request: dict[str, Any], siblings: Sequence[BeginChild]) -> None:
        raise NotImplementedError

    def forget(self, engine_id: str) -> None:
        raise NotImplementedError


def attributes_of(
    means: Means, judged: JudgedStack, each: JudgedResource, values: Mapping[str, Any], library: Library
) -> dict[str, Any]:
    """Return the ``attr_data`` of a resource.

    :param values: the row of its stack
    """
    resource = each.plugin(instance(means, judged, each, values, library))
    asks = (each.plugin.immediate or issubclass(each.plugin, StackResource)) and not each.definition.external_id
    found = as_json(resource.resolve_attributes(), each.heat.name) if asks else dict(each.heat.attributes or {})
    reported = [it for it in judged.heat.deployments if it["id"] == each.heat.physical_resource_id]
    for deployment in reported:  # Heat reads a deployment's attributes there, and stores none of them
        found = {**found, **dict.fromkeys(each.plugin.attributes_schema), **(deployment["output_values"] or {})}
    return {"reference": reference_of(resource), "attributes": found or {}}


def instance(
    means: Means, judged: JudgedStack, each: JudgedResource, values: Mapping[str, Any], library: Library
) -> Instance:
    """Build the instance from which the plugin object is made."""
    heat, fields = judged.heat, StackRecord.__dataclass_fields__
    record: Any = {name: values.get(name) for name in fields}
    traversal = Traversal(
        values["current_traversal"], StackRecord(**record), judged.template, judged.parameters, None, {}
    )
    ports = Ports(means.database, means.inputs, means.settings, library, means.registry, Silent())
    evaluated = Evaluated(each.definition, each.properties, each.metadata, ())
    return Instance(
        name=each.heat.name,
        uuid=rows.uuid_of(each),
        stack_name=heat.name,
        stack_id=heat.id,
        project_id=heat.tenant,
        type_name=each.definition.type,
        properties=each.properties,
        metadata=each.metadata,
        resource_id=each.heat.physical_resource_id,
        data=rows.kept_data(each, ("", 0)),
        now=means.inputs.now,
        random=means.inputs.random,
        files=judged.template.files,
        parameters=judged.parameters,
        reads=traversal.reads.get(each.heat.name, frozenset()),
        nested=ports.of(traversal, each.heat.name, evaluated),
    )
