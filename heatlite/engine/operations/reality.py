"""See the physical resources of a tree of stacks as they are, in few requests; a look writes nothing.

::

    rows of all stacks of the tree ──▶ by type ──▶ the plugin's ``see_all`` ──▶ Seen: row → what differs
                                                                                  │
    a plan puts it into its copies of the rows ◀─────────────────────────────────┤
    ``record``: an update writes it into the rows as it begins ◀──────────────────┘

A row that has changed since the look counts as its columns say, because an operation has worked on it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from heatlite import exception
from heatlite.db import resources, stacks
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.decision import reality
from heatlite.engine.decision.evaluate import Evaluator
from heatlite.engine.operations.drift import looks_settled
from heatlite.engine.operations.stack_tree import Knowledge
from heatlite.engine.ports import plugin_errors
from heatlite.resources.base import Resource
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.sight import Sight
from heatlite.resources.stack_resource import StackResource

LOG = logging.getLogger(__name__)


class Sees(Knowledge, Protocol):
    """The parts of ``Shared`` that looking needs."""

    @property
    def evaluator(self) -> Evaluator:
        """Makes instances of rows."""


@dataclass(frozen=True)
class Seen:
    """The findings of a look at a tree of stacks.

    ``stacks``: each after its owner. ``differing``: row's id → the row, and what of it differs. ``unseen``: the same,
    with the reason why it couldn't be seen. ``alike``: ids of rows whose resources are as they should be. ``active``:
    ids of all rows that weren't replaced, seen or not.
    """

    stacks: Sequence[StackRecord] = ()
    differing: Mapping[int, tuple[ResourceRecord, Sight]] = field(default_factory=dict)
    unseen: Mapping[int, tuple[ResourceRecord, str]] = field(default_factory=dict)
    alike: frozenset[int] = frozenset()
    active: frozenset[int] = frozenset()

    @property
    def number(self) -> int:
        """How many were seen."""
        return len(self.differing) + len(self.alike)

    def shown_in(self, stack_id: str, rows: Iterable[ResourceRecord]) -> list[ResourceRecord]:
        """Return rows as they are once what differs is recorded in them."""
        return [self._shown(row) for row in rows]

    def _shown(self, row: ResourceRecord) -> ResourceRecord:
        then, sight = self.differing.get(row.id, (None, None))
        is_same = then is not None and then.atomic_key == row.atomic_key
        return reality.with_sight(row, sight) if sight is not None and is_same else row

    @property
    def touched(self) -> list[StackRecord]:
        """The nested stacks in which something differs, and those that they are in, but for the root."""
        by_id = {stack.id: stack for stack in self.stacks}
        found: dict[str, StackRecord] = {}
        for row, _ in self.differing.values():
            stack = by_id.get(row.stack_id)
            while stack is not None and stack.owner_id in by_id:
                found[stack.id] = stack
                stack = by_id.get(stack.owner_id)
        return [stack for stack in self.stacks if stack.id in found]


def see(shared: Sees, context: Context, stack: StackRecord) -> Seen:
    """Look at the physical resources of a stack and its nested stacks, with the stack's credentials.

    :raises RequestLimitExceeded: when the rows hold too much to be read at once
    """
    tree = stacks.family(context, stack)
    objects: dict[type[Resource], list[Resource]] = {}
    rows: dict[str, ResourceRecord] = {}
    active: set[int] = set()
    for each in tree:
        check_read(resources.total_bytes(context, each.id), "it can be updated without", f"A look at stack {each.name}")
        traversal = shared.library.traversal(context, each.current_traversal)
        for row in resources.by_stack(context, each.id) if traversal is not None else ():
            active |= {row.id} if row.replaced_by is None else set()
            plugin = looked_at(shared, row)
            if plugin is not None and traversal is not None:
                rows[row.uuid] = row
                objects.setdefault(plugin, []).append(plugin(shared.evaluator.instance(traversal, row, None)))
    found: dict[str, Sight | str] = {}
    for plugin, group in objects.items():
        found |= _seen(plugin, group)
    differing = {rows[uuid].id: (rows[uuid], it) for uuid, it in found.items() if isinstance(it, Sight) and it.differs}
    unseen = {rows[uuid].id: (rows[uuid], it) for uuid, it in found.items() if isinstance(it, str)}
    alike = {rows[uuid].id for uuid in found} - differing.keys() - unseen.keys()
    return Seen(tree, differing, unseen, frozenset(alike), frozenset(active))


def looked_at(shared: Sees, row: ResourceRecord) -> type[Resource] | None:
    """Return the plugin of a row whose physical resource can be looked at; None for any other row."""
    if row.physical_resource_id is None or row.external_id is not None or not looks_settled(row):
        return None
    if row.engine_id is not None or row.replaced_by is not None:
        return None
    try:
        plugin = shared.registry.get(row.type)
    except exception.EntityNotFound:
        return None
    return None if issubclass(plugin, StackResource) else plugin


def _seen(plugin: type[Resource], group: Sequence[Resource]) -> dict[str, Sight | str]:
    """Ask one type; its faults are the reasons why its resources couldn't be seen."""
    try:
        return plugin.see_all(group)
    except Unavailable as error:
        reason = str(error)
    except exception.HeatliteError as error:
        reason = str(error)
    except Exception as error:
        if plugin_errors.is_ours(error):
            raise
        LOG.exception("%s: looking at %d resources failed", plugin.__name__, len(group))
        reason = f"{type(error).__name__} in its type"
    return {it.uuid: it.masked(reason) for it in group}


def record(context: Context, inputs: Inputs, seen: Seen) -> None:
    """Write what was seen to be different into the rows, in the transaction that begins the update that repairs them.

    ::

        resource     progress["seen"], of rows that haven't changed since they were read, and that no engine has locked
        stack        another traversal id for each nested stack with such a row, and for those that it is in

    An update of a nested stack that is at its goal does nothing. The new id tells its owner that it isn't. These stacks
    are at rest, and no transaction that holds one of their rows waits for one of the root's sync points.
    """
    for stack in seen.touched:
        stacks.renew_traversal(context, stack.id, stack.current_traversal, inputs.new_id())
    keys = {row.id: row.atomic_key for row, _ in seen.differing.values()}
    changes = {row.id: {"progress": reality.progress_with(row, it)} for row, it in seen.differing.values()}
    if keys:
        resources.write(context, keys, changes, inputs.utcnow(), locked_by=None, lock_for=None)
