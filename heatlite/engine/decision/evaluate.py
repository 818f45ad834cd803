"""Evaluation: resolve a claimed row's definition, compare it with the row, and decide.

This module writes nothing. It takes rows, with those that the definition reads, and returns work with its decision.

    update    the row with its definition from the template
    cleanup   the row alone: the template may no longer have the resource
    visit     the row alone: suspend, resume, check or snapshot what exists

``resource_decision`` decides what is done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from heatlite import exception
from heatlite.convergence import decide, visits
from heatlite.convergence.model import Action, Node, NodeKind, Status
from heatlite.db.records import NodeRecord, ResourceRecord
from heatlite.engine.common import limits
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import breakpoints, resource_decision
from heatlite.engine.decision.resource_decision import Decided, Refusal, Target, instead, same_kind, worn_out
from heatlite.engine.definitions import external, scope
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.unchanged import made_from
from heatlite.engine.definitions.work import Evaluated, Work, goes_on
from heatlite.engine.ports import plugin_errors
from heatlite.engine.ports.clouds import CloudOf
from heatlite.engine.ports.siblings import SiblingsOf
from heatlite.engine.ports.software import SoftwareOf
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.nested.port import NestedStacks
from heatlite.resources.registry import Registry
from heatlite.schema.child_process import on_behalf_of
from heatlite.template import UNKNOWN, ResourceDefinition, making_at_most, resolve


@dataclass(frozen=True)
class Claim:
    """The engine and the claim id under which work is taken."""

    engine_id: str
    claim_id: str


class ByRow:
    """Makes work from rows."""

    def __init__(self, registry: Registry, max_attempts: int) -> None:
        self._registry = registry
        self._max_attempts = max_attempts

    def cleanup(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        """Return the work of a cleanup node."""
        row = record.resource
        plugin = self._registry.get(row.type) if row else None
        decision = resource_decision.decide_cleanup(
            row,
            plugin,
            serves=traversal.serves(record.node.resource_id),
            collects=traversal.stack.leaves_garbage,
            gives_back=traversal.stack.action is Action.ROLLBACK,
        )
        return Work(
            traversal_id=traversal.id,
            stack_name=traversal.stack.name,
            node=record.node,
            row=row or gone(record.node, traversal),
            decision=decision,
            action=Action.UPDATE if isinstance(decision, decide.Collect) else Action.DELETE,
            engine_id=claim.engine_id,
            claim_id=claim.claim_id,
            plugin=plugin,
            refusal=worn_out(row, self._max_attempts) if row else None,
            is_retry=row is not None and is_retry(record, row),
            hooks=breakpoints.uncleared(traversal.breakpoints.hooks_of(row.name if row else ""), record.cleared),
        )

    def visit(self, traversal: Traversal, record: NodeRecord, claim: Claim, *, unmet: bool = False) -> Work:
        """Return the work of a visit node.

        :param unmet: it follows a check that has failed
        """
        row, action = record.resource, Action(traversal.stack.action)
        serves = traversal.serves(record.node.resource_id)
        decision = resource_decision.decide_visit(row, action, serves=serves, unmet=unmet)
        performed = row if isinstance(decision, decide.Perform) else None
        plugin, refusal = self._plugin_of(performed, traversal) if performed else (None, None)
        refusal = refusal or (visits.refusal(performed.view, action) if performed else None)
        return Work(
            traversal_id=traversal.id,
            stack_name=traversal.stack.name,
            node=record.node,
            row=row or gone(record.node, traversal),
            decision=decision,
            action=action,
            engine_id=claim.engine_id,
            claim_id=claim.claim_id,
            plugin=plugin,
            refusal=refusal,
            is_retry=row is not None and is_retry(record, row),
        )

    def _plugin_of(self, row: ResourceRecord, traversal: Traversal) -> tuple[type[Resource] | None, str | None]:
        """Return the plugin of a row, and the reason why nothing may be done with it, else None."""
        files = traversal.template.files
        try:
            if row.type in files:  # which knows the outputs; of what the template no longer has, the base will do
                return plugin_of(self._registry, row.type, files), worn_out(row, self._max_attempts)
            return self._registry.get(row.type), worn_out(row, self._max_attempts)
        except exception.HeatliteError as error:
            return None, f"{type(error).__name__}: {error}"


def is_retry(record: NodeRecord, row: ResourceRecord) -> bool:
    """Tell whether an engine may have died at this node. Such a node must not share a transaction with others."""
    return record.casts > 0 or row.attempts > 0


def gone(node: Node, traversal: Traversal) -> ResourceRecord:
    """Return a record that stands for a deleted row."""
    return ResourceRecord(
        node.resource_id, "", traversal.stack.id, "", "", None, Action.DELETE, Status.COMPLETE, "", None, 0, None, (),
        None, None, None, None, None, None, 0, None, None, None, None, None, None,
    )  # fmt: skip


ACTIONS: dict[type, Action] = {
    decide.Create: Action.CREATE,
    decide.Adopt: Action.ADOPT,
    decide.Continue: Action.CREATE,
    decide.Resume: Action.RESUME,
    decide.Replace: Action.CREATE,
    decide.UpdateInPlace: Action.UPDATE,
    decide.Delete: Action.DELETE,
}

NOT_IN_PLACE = "It can't be repaired in place any more, and this update creates and replaces nothing"
MakePort = Callable[[Traversal, str, Evaluated | None], NestedStacks]

Required = Mapping[int, NodeRecord]
"""Id of a required row → its node, with the acting row."""


class Evaluator:
    """Turns claimed nodes into work."""

    def __init__(
        self,
        registry: Registry,
        inputs: Inputs,
        max_attempts: int,
        make_port: MakePort | None = None,
        siblings_of: SiblingsOf = lambda stack_id: None,
        cloud_of: CloudOf = lambda stack: None,
        software_of: SoftwareOf = lambda stack: None,
    ) -> None:
        """Take the ports that plugins get beside their own row.

        :param make_port: what they may ask about nested stacks; None: there are none here
        :param siblings_of: what they may see of their stack's other resources
        :param cloud_of: by which they reach the cloud's services
        :param software_of: what they may do with their project's software configs
        """
        self._make_port = make_port
        self._siblings_of = siblings_of
        self._cloud_of = cloud_of
        self._software_of = software_of
        self._registry = registry
        self._inputs = inputs
        self._max_attempts = max_attempts
        self._by_row = ByRow(registry, max_attempts)

    def instance(self, traversal: Traversal, row: ResourceRecord, evaluated: Evaluated | None) -> Instance:
        """Return the instance from which a plugin object is made, for one step on this row."""
        properties = evaluated.properties if evaluated else row.properties_data or {}
        metadata = evaluated.metadata if evaluated else row.resource_metadata or {}
        return Instance(
            name=row.name,
            uuid=row.uuid,
            stack_name=traversal.stack.name,
            stack_id=traversal.stack.id,
            project_id=traversal.stack.tenant,
            type_name=row.type,
            properties=properties,
            metadata=metadata,
            resource_id=row.physical_resource_id,
            data=row.resource_data or {},
            now=self._inputs.now,
            random=self._inputs.random,
            unknown=UNKNOWN,
            mask=traversal.mask,
            siblings=self._siblings_of(traversal.stack.id),
            update_policy=evaluated.update_policy if evaluated else {},
            files=traversal.template.files,
            parameters=traversal.parameters,
            reads=traversal.reads.get(row.name, frozenset()),
            nested=self._make_port(traversal, row.name, evaluated) if self._make_port else None,
            cloud=self._cloud_of(traversal.stack),
            software=self._software_of(traversal.stack),
        )

    def instance_for(self, traversal: Traversal, work: Work) -> Instance:
        """Return the instance for the next step of this work.

        A creation or adoption that continues keeps the properties with which it began, and a resumed resource keeps its
        own, even if the template wants others by now: the attributes are those of what exists.
        """
        instance = self.instance(traversal, work.row, work.evaluated)
        if goes_on(work) or isinstance(work.decision, decide.Resume):
            return dataclasses.replace(instance, properties=work.row.properties_data or {})
        return instance

    def required(self, traversal: Traversal, nodes: Sequence[NodeRecord]) -> list[Node]:
        """Return the nodes that these nodes' definitions require; in a visit, only those that they read."""
        return _nodes(traversal, nodes, (lambda it: it.requires) if traversal.updates else names_read)

    def read(self, traversal: Traversal, nodes: Sequence[NodeRecord]) -> list[Node]:
        """Return the nodes whose reference or attributes these nodes' definitions read."""
        return _nodes(traversal, nodes, names_read)

    def work(self, traversal: Traversal, record: NodeRecord, required: Required, claim: Claim) -> Work:
        """Return the work of one claimed node."""
        if record.node.kind is NodeKind.CLEANUP:
            return self._by_row.cleanup(traversal, record, claim)
        if record.node.kind is NodeKind.VISIT:
            return self._by_row.visit(traversal, record, claim)
        assert record.resource is not None, "the row of an update node can't be deleted while its traversal runs"
        row, definition = record.resource, traversal.template.resources[record.resource.name]
        try:
            plugin = plugin_of(self._registry, definition.type, traversal.template.files)
            with making_at_most(), on_behalf_of(traversal.stack.tenant):
                evaluated = self._evaluate(traversal, definition, plugin, required)
            decided = self._decided(traversal, row, evaluated, plugin)
        except exception.HeatliteError as error:
            return self._refused(traversal, record, claim, resource_decision.refusal_of(error))
        except Exception as error:
            if plugin_errors.is_ours(error):
                raise
            reason = plugin_errors.reason(traversal.mask, row.name, error)
            return self._refused(traversal, record, claim, Refusal(reason))
        if decided.refusal is not None:
            return self._refused(traversal, record, claim, decided.refusal)
        if traversal.in_place and isinstance(decided.decision, decide.Create | decide.Replace):
            return self._refused(traversal, record, claim, Refusal(NOT_IN_PLACE, row_unchanged=True))
        work = Work(
            traversal_id=traversal.id,
            stack_name=traversal.stack.name,
            node=record.node,
            row=row,
            decision=decided.decision,
            action=ACTIONS.get(type(decided.decision), row.action),
            engine_id=claim.engine_id,
            claim_id=claim.claim_id,
            plugin=plugin,
            evaluated=evaluated,
            changed=decided.changed,
            refusal=decided.worn_out,
            is_retry=is_retry(record, row),
            hooks=breakpoints.uncleared(traversal.breakpoints.hooks_of(row.name), record.cleared),
            properties_unknown=external.properties_unknown(traversal.stack.action, row, evaluated),
        )
        is_other = goes_on(work) and row.type != same_kind(row.type, definition.type)
        return dataclasses.replace(work, plugin=self._registry.get(row.type)) if is_other else work

    def skipped(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        """Return the work of a check that isn't done, because a predecessor's check has failed."""
        return self._by_row.visit(traversal, record, claim, unmet=True)

    def _evaluate(
        self, traversal: Traversal, definition: ResourceDefinition, plugin: type[Resource], required: Required
    ) -> Evaluated:
        rows = {name: required.get(traversal.serving[name]) for name in definition.requires}
        visible = {
            name: scope.live(record.resource, self._registry)
            for name, record in rows.items()
            if record is not None and record.resource is not None
        }
        there = {name: resource for name, resource in visible.items() if resource is not None}
        check_read(definition, rows)
        seen = scope.EngineScope(traversal.parameters, traversal.template.files, there, traversal.stack.facade)
        given = resolve(definition.properties, seen) or {}
        external_id = external.id_of(definition, resolve(definition.external_id, seen))
        place = definition.place("properties")
        acting = {name: acting_row(record, traversal.serving[name]) for name, record in rows.items()}
        properties = given if external_id else plugin.checked_properties(given, place)
        metadata = resolve(definition.metadata, seen) or {}
        return Evaluated(
            definition=definition,
            properties=properties,
            metadata=metadata,
            weight=limits.check_evaluated(definition, properties, metadata),
            requires=tuple(acting[name][0] for name in sorted(acting)),
            update_policy=plugin.checked_policy(
                resolve(definition.update_policy, seen) or {}, definition.place("update_policy")
            ),
            external_id=external_id,
            made_from=made_from(definition, traversal.sources, acting),
        )

    def _decided(
        self, traversal: Traversal, row: ResourceRecord, evaluated: Evaluated, plugin: type[Resource]
    ) -> Decided:
        return resource_decision.decide_update(
            row,
            evaluated,
            plugin,
            Target(traversal.stack.action, self._max_attempts, traversal.id, traversal.breakpoints),
            lambda: plugin(self.instance(traversal, row, evaluated)),
            lambda: self._has_child(traversal, row, plugin),
        )

    def _has_child(self, traversal: Traversal, row: ResourceRecord, plugin: type[Resource]) -> bool:
        port = self._make_port(traversal, row.name, None) if plugin.preemptible and self._make_port else None
        return port is not None and port.look(row.uuid) is not None

    def _refused(self, traversal: Traversal, record: NodeRecord, claim: Claim, refusal: Refusal) -> Work:
        assert record.resource is not None, "only what has a row is refused"
        row = record.resource
        return Work(
            traversal_id=traversal.id,
            stack_name=traversal.stack.name,
            node=record.node,
            row=row,
            decision=instead(row),
            action=Action.CREATE if row.action is Action.INIT else Action.UPDATE,
            engine_id=claim.engine_id,
            claim_id=claim.claim_id,
            refusal=traversal.mask(refusal.reason),
            event_reason=refusal.event_reason,
            row_unchanged=refusal.row_unchanged,
        )


def names_read(definition: ResourceDefinition) -> frozenset[str]:
    """Return the names of the resources whose reference or attributes a definition reads."""
    return frozenset(name for name, _ in definition.reads) | definition.references


def _nodes(
    traversal: Traversal, nodes: Sequence[NodeRecord], of: Callable[[ResourceDefinition], Collection[str]]
) -> list[Node]:
    names: set[str] = set()
    for record in nodes:
        if record.node.kind is NodeKind.UPDATE and record.resource is not None:
            names.update(of(traversal.template.resources[record.resource.name]))
    return [Node(traversal.serving[name], NodeKind.UPDATE) for name in sorted(names)]


def check_read(definition: ResourceDefinition, rows: Mapping[str, NodeRecord | None]) -> None:
    """Refuse a definition that reads more than one evaluation may, so that its values were held back.

    :raises StackValidationFailed: it says how much is read, and what to do
    """
    found = {name: it.resource for name, it in rows.items() if it and name in names_read(definition)}
    held_back = {name: row.held_back for name, row in found.items() if row is not None and row.held_back}
    if held_back:
        message = (
            f"It reads attributes of {len(held_back)} resources ({', '.join(sorted(held_back)[:3])}, …) that take "
            f"{sum(held_back.values())} bytes together, which is more than one resource may read: read fewer or "
            "smaller attributes"
        )
        raise exception.StackValidationFailed(path=definition.path("properties"), message=message)


def acting_row(record: NodeRecord | None, resource_id: int) -> tuple[int, int]:
    """Id and ``atomic_key`` of the row that acts for one that is required; no key of one that isn't read."""
    if record is None or record.resource is None:
        return (record.acting_id if record else resource_id), 0
    return record.acting_id, record.resource.atomic_key
