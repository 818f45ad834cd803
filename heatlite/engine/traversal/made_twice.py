"""Made twice: delete what a creation made whose row another engine had taken over meanwhile.

An engine that stands still for longer than its lease may send its request after another engine has sent one::

    this engine   claim ── ✗ stands still ─────────────────────── POST ─▶ id 2 ── its lock is lost
    another one              claim ── nothing to be found ── POST ─▶ id 1 ── recorded

Only this engine knows of id 2. It deletes that, if the service shows it with the row's own mark, and if the row has
another id by now or is gone. While the row has no id, another engine is creating its object: plugins look for objects
with the same mark after a repeated creation, and once more in the deletion.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

from heatlite.convergence.model import Action
from heatlite.db import resources
from heatlite.db.records import ResourceRecord
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work, plugin_object
from heatlite.engine.shared import Shared
from heatlite.resources import steps
from heatlite.resources.outcomes import Done, Failed, Waiting

LOG = logging.getLogger(__name__)


def made_by(work: Work, outcome: object) -> str | None:
    """Return the physical id that a creation came to; None if it made nothing, or isn't a creation."""
    if work.action is not Action.CREATE or work.verb != Action.CREATE or work.row.physical_resource_id is not None:
        return None
    return outcome.physical_id if isinstance(outcome, Done | Failed | Waiting) else None


def is_nobodys(made: str, now: ResourceRecord | None, identity: Callable[[str], Hashable]) -> bool:
    """Tell whether no row will know the object that a creation made.

    :param now: the creation's row as it is by now; None if it is gone
    :param identity: what a physical id means
    """
    if now is None:
        return True
    return now.physical_resource_id is not None and identity(now.physical_resource_id) != identity(made)


def delete_made_twice(shared: Shared, traversal: Traversal, work: Work, outcome: object) -> None:
    """Begin to delete what work made whose lock is lost, if it is nobody's. What can't be done is logged."""
    made, plugin = made_by(work, outcome), work.plugin
    if made is None or plugin is None:
        return
    own = work.with_row(physical_resource_id=made)
    now = next(iter(resources.light_by_ids(shared.context(), [work.row.id])), None)
    properties = work.evaluated.properties if work.evaluated is not None else {}
    if not is_nobodys(made, now, lambda physical_id: plugin.physical_identity(physical_id, properties)):
        return
    instance = shared.evaluator.instance_for(traversal, own)
    marked = steps.find_existing(plugin_object(own, instance))
    if not isinstance(marked, list) or made not in marked:
        return
    deleted = steps.start(plugin_object(own, instance), Action.DELETE)
    if isinstance(deleted, Failed):
        LOG.warning("%s was created twice, and %s can't be deleted: %s", work.row.name, made, deleted.reason)
    else:
        LOG.warning("%s was created twice, since this engine stood still: %s is deleted", work.row.name, made)
