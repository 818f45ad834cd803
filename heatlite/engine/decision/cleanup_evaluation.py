"""Work that is made of what the row says alone: cleanups and visits. No template has a part in it.

cleanup   decide_cleanup(row)             the template may not know the resource any more
visit     decide_visit(row, action)       suspend, resume and check what is there, whatever is wanted
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from heatlite import exception
from heatlite.convergence import decide, visits
from heatlite.convergence.model import Action, Node, ResourceView, Status
from heatlite.convergence.visits import decide_visit
from heatlite.db.records import NodeRecord, ResourceRecord
from heatlite.engine.decision import breakpoints
from heatlite.engine.definitions import external
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry


@dataclass(frozen=True)
class Claim:
    """Under which claim the work is taken."""

    engine_id: str
    claim_id: str


class ByRow:
    """Makes work of rows."""

    def __init__(self, registry: Registry, max_attempts: int) -> None:
        self._registry = registry
        self._max_attempts = max_attempts

    def cleanup(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        """What is to be done for a cleanup node."""
        row = record.resource
        view: ResourceView | None = row.view if row else None
        plugin = self._registry.get(row.type) if row else None
        collects = plugin is not None and plugin.only_waits and traversal.stack.leaves_garbage
        serves = traversal.serves(record.node.resource_id)
        retains = row is not None and is_retained(row, traversal)
        has_child = (
            plugin is not None and plugin.only_waits and row is not None and row.physical_resource_id is not None
        )
        leaves = row is not None and external.is_left(row, has_child=has_child)
        decision = decide.decide_cleanup(view, serves=serves, collects=collects, retains=retains, leaves=leaves)
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
            refusal=self.worn_out(row) if row else None,
            is_retry=row is not None and is_retry(record, row),
            hooks=breakpoints.uncleared(traversal.breakpoints.hooks_of(row.name if row else ""), record.cleared),
        )

    def visit(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        """What is to be done for a visit node."""
        row, action = record.resource, Action(traversal.stack.action)
        serves = traversal.serves(record.node.resource_id)
        decision = decide_visit(row.view if row else None, action, serves=serves)
        if row is not None and row.external_id is not None and action is not Action.CHECK:
            decision = decide.Blocked() if row.view.is_locked else decide.Nothing()
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

    def skipped(self, traversal: Traversal, record: NodeRecord, claim: Claim) -> Work:
        """A check that isn't done, since one that it follows has failed."""
        return dataclasses.replace(self.visit(traversal, record, claim), decision=decide.Unmet(), refusal=None)

    def worn_out(self, row: ResourceRecord) -> str | None:
        """Why a row isn't tried again; None where it may be."""
        if row.attempts < self._max_attempts:
            return None
        return f"resources.{row.name}: {row.attempts} engines died at it, one after the other; it isn't tried again"

    def _plugin_of(self, row: ResourceRecord, traversal: Traversal) -> tuple[type[Resource] | None, str | None]:
        """The plugin of a row, and why nothing may be done with it."""
        files = traversal.template.files
        try:
            if row.type in files:  # which knows the outputs; of what the template no longer has, the base will do
                return plugin_of(self._registry, row.type, files), self.worn_out(row)
            return self._registry.get(row.type), self.worn_out(row)
        except exception.HeatliteError as error:
            return None, f"{type(error).__name__}: {error}"


def is_retained(row: ResourceRecord, traversal: Traversal) -> bool:
    """Whether what is physical outlives the row: the template says so, or it never was this stack's to delete.

    What a stack that couldn't be adopted has taken over already is given back as it was. Whether it ever was a whole
    stack need not be asked: a rollback to one that was finds each of its rows in use.
    """
    if row.deletion_policy == "Retain" or row.external_id is not None:
        return True
    return row.action is Action.ADOPT and traversal.stack.action is Action.ROLLBACK


def is_retry(record: NodeRecord, row: ResourceRecord) -> bool:
    """Whether somebody may have died at this node before, so that it must not share a transaction with others."""
    return record.casts > 0 or row.attempts > 0


def gone(node: Node, traversal: Traversal) -> ResourceRecord:
    """What stands for a row that is there no more."""
    return ResourceRecord(
        node.resource_id, "", traversal.stack.id, "", "", None, Action.DELETE, Status.COMPLETE, "", None, 0, None, (),
        None, None, None, None, None, None, 0, None, None, None, None, None, None,
    )  # fmt: skip
