"""From a claimed row to a piece of work: resolve what the template says, compare it with the row, decide.

Nothing is written here. Rows come in, with those that the definition reads; a decision and its ingredients come out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from heatlite import exception
from heatlite.convergence import decide
from heatlite.convergence.decide import Comparison, Decision
from heatlite.convergence.model import Action, Node, NodeKind, ResourceView, Status
from heatlite.convergence.visits import decide_visit
from heatlite.db.records import NodeRecord, ResourceRecord
from heatlite.engine import scope
from heatlite.engine.inputs import Inputs
from heatlite.engine.traversals import Traversal
from heatlite.engine.work import Evaluated, Work
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Failed, Replace, Update
from heatlite.resources.registry import Registry
from heatlite.template import UNKNOWN, ResourceDefinition, resolve

ACTIONS: dict[type, Action] = {
    decide.Create: Action.CREATE,
    decide.Continue: Action.CREATE,
    decide.Resume: Action.RESUME,
    decide.Replace: Action.CREATE,
    decide.UpdateInPlace: Action.UPDATE,
    decide.Delete: Action.DELETE,
}

Required = Mapping[int, NodeRecord]
"""For each row that the plan lets a definition require: the node whose key it is, with the row that acts."""


@dataclass(frozen=True)
class Claim:
    """Under which claim the work is taken."""

    engine_id: str
    claim_id: str


class Evaluator:
    """Turns claimed nodes into work."""

    def __init__(self, registry: Registry, inputs: Inputs, max_attempts: int) -> None:
        self._registry = registry
        self._inputs = inputs
        self._max_attempts = max_attempts

    def instance(self, traversal: Traversal, row: ResourceRecord, evaluated: Evaluated | None) -> Instance:
        """What a plugin object is made from, for one step on this row."""
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
        )

    def instance_for(self, traversal: Traversal, work: Work) -> Instance:
        """The same, for the next step of this work.

        A creation that is gone on with is made of what it was begun with, and what is resumed of what it is, whatever
        is wanted by now: its attributes are those of what exists.
        """
        instance = self.instance(traversal, work.row, work.evaluated)
        if isinstance(work.decision, decide.Continue | decide.Resume):
            return dataclasses.replace(instance, properties=work.row.properties_data or {})
        return instance

    def required(self, traversal: Traversal, nodes: list[NodeRecord]) -> list[Node]:
        """The nodes whose rows these nodes' definitions need to see."""
        names: set[str] = set()
        for record in nodes:
            if record.node.kind is NodeKind.UPDATE and record.resource is not None:
                definition = traversal.template.resources[record.resource.name]
                reads = {name for name, _ in definition.reads} | definition.references
                names |= definition.requires if traversal.updates else reads
        return [Node(traversal.serving[name], NodeKind.UPDATE) for name in sorted(names)]

    def work(self, traversal: Traversal, record: NodeRecord, required: Required, claim: Claim) -> Work:
        """What is to be done for one claimed node."""
        if record.node.kind is NodeKind.CLEANUP:
            return self._cleanup(traversal, record, claim)
        if record.node.kind is NodeKind.VISIT:
            return self._visit(traversal, record, claim)
        assert record.resource is not None, "the row of an update node can't be deleted while its traversal runs"
        row, definition = record.resource, traversal.template.resources[record.resource.name]
        try:
            plugin = self._registry.get(definition.type)
            evaluated = self._evaluate(traversal, definition, plugin, required)
            decision, changed = self._decide(traversal, row, evaluated, plugin)
        except exception.HeatliteError as error:
            return self._refused(traversal, record, row, claim, traversal.mask(f"{type(error).__name__}: {error}"))
        plugin_of_action = self._registry.get(row.type) if isinstance(decision, decide.Continue) else plugin
        return Work(
            traversal_id=traversal.id,
            node=record.node,
            row=row,
            decision=decision,
            action=ACTIONS.get(type(decision), row.action),
            engine_id=claim.engine_id,
            claim_id=claim.claim_id,
            plugin=plugin_of_action,
            evaluated=evaluated,
            changed=changed,
            refusal=self._worn_out(row),
            is_retry=is_retry(record, row),
        )

    def _worn_out(self, row: ResourceRecord) -> str | None:
        if row.attempts < self._max_attempts:
            return None
        return f"{row.attempts} engines died at it, one after the other; it isn't tried again"

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
        seen = scope.EngineScope(traversal.parameters, traversal.template.files, there)
        given = resolve(definition.properties, seen)
        acting = (
            record.acting_id if (record := rows[name]) is not None else traversal.serving[name]
            for name in sorted(definition.requires)
        )
        return Evaluated(
            definition=definition,
            properties=plugin.checked_properties(given or {}, f"resources.{definition.name}.properties"),
            metadata=resolve(definition.metadata, seen) or {},
            requires=tuple(acting),
        )

    def _decide(
        self, traversal: Traversal, row: ResourceRecord, evaluated: Evaluated, plugin: type[Resource]
    ) -> tuple[Decision, tuple[str, ...]]:
        view = row.view
        if view.is_locked or view.action is Action.INIT or view.type != evaluated.definition.type:
            blank = Comparison(evaluated.definition.type, frozenset(), False, True)
            return decide.decide_update(view, blank), ()
        comparison = self._compare(traversal, row, evaluated, plugin)
        return decide.decide_update(view, comparison), tuple(sorted(comparison.changed))

    def _compare(
        self, traversal: Traversal, row: ResourceRecord, evaluated: Evaluated, plugin: type[Resource]
    ) -> Comparison:
        unfinished = frozenset((row.progress or {}).get("changed") or ())
        resource = plugin(self.instance(traversal, row, evaluated))
        assessed = steps.assess_update(resource, row.properties_data or {}, evaluated.properties)
        match assessed:
            case Failed(reason=reason):
                raise exception.NotSupported(feature=reason)
            case Replace():
                return Comparison(evaluated.definition.type, unfinished, True, True)
            case Update(prop_diff=difference):
                return Comparison(evaluated.definition.type, unfinished | difference.keys(), False, True)
        return Comparison(evaluated.definition.type, unfinished, False, True)

    def _cleanup(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        row = record.resource
        view: ResourceView | None = row.view if row else None
        decision = decide.decide_cleanup(view, serves=traversal.serves(record.node.resource_id))
        return Work(
            traversal_id=traversal.id,
            node=record.node,
            row=row or gone(record.node, traversal),
            decision=decision,
            action=Action.DELETE,
            engine_id=claim.engine_id,
            claim_id=claim.claim_id,
            plugin=self._registry.get(row.type) if row else None,
            refusal=self._worn_out(row) if row else None,
            is_retry=row is not None and is_retry(record, row),
        )

    def _visit(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        """A visit is made of what the row says: no template has a part in it."""
        row, action = record.resource, Action(traversal.stack.action)
        serves = record.node.resource_id in traversal.serving.values()
        decision = decide_visit(row.view if row else None, action, serves=serves)
        performed = row if isinstance(decision, decide.Perform) else None
        plugin, refusal = self._plugin_of(performed) if performed else (None, None)
        return Work(
            traversal_id=traversal.id,
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

    def _plugin_of(self, row: ResourceRecord) -> tuple[type[Resource] | None, str | None]:
        """The plugin of a row, and why nothing may be done with it."""
        try:
            return self._registry.get(row.type), self._worn_out(row)
        except exception.HeatliteError as error:
            return None, f"{type(error).__name__}: {error}"

    def skipped(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        """A check that isn't done, since one that it follows has failed."""
        return dataclasses.replace(self._visit(traversal, record, claim), decision=decide.Unmet(), refusal=None)

    def _refused(
        self, traversal: Traversal, record: NodeRecord, row: ResourceRecord, claim: Claim, reason: str
    ) -> Work:
        action = Action.CREATE if row.action is Action.INIT else Action.UPDATE
        return Work(
            traversal_id=traversal.id,
            node=record.node,
            row=row,
            decision=decide.Blocked() if row.engine_id else decide.UpdateInPlace(frozenset()),
            action=action,
            engine_id=claim.engine_id,
            claim_id=claim.claim_id,
            refusal=reason,
        )


def is_retry(record: NodeRecord, row: ResourceRecord) -> bool:
    """Whether somebody may have died at this node before, so that it must not share a transaction with others."""
    return record.casts > 0 or row.attempts > 0


def gone(node: Node, traversal: Traversal) -> ResourceRecord:
    """What stands for a row that is there no more."""
    return ResourceRecord(
        node.resource_id, "", traversal.stack.id, "", "", None, Action.DELETE, Status.COMPLETE, "", None, 0, None, (),
        None, None, None, None, None, None, 0, None, None, None, None, None, None,
    )  # fmt: skip
