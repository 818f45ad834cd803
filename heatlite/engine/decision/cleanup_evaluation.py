"""Work of cleanup and visit nodes. It depends on the row alone, and not on the template.

cleanup   the template may no longer have the resource
visit     suspend, resume, check or snapshot what exists

``resource_decision`` decides what is done.
"""

from __future__ import annotations

from dataclasses import dataclass

from heatlite import exception
from heatlite.convergence import decide, visits
from heatlite.convergence.model import Action, Node, Status
from heatlite.db.records import NodeRecord, ResourceRecord
from heatlite.engine.decision import breakpoints, resource_decision
from heatlite.engine.decision.resource_decision import worn_out
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry


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
