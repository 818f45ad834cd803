"""Refresh: what a row recorded of its attributes follows what has changed beside its stack's operations.

::

    a nested stack was scaled          ─▶ its row in the owner, then the owner's row in its own owner …
    a signal came to a finished wait   ─▶ the condition's row
    a nested stack's resource ended after its stack's operation  ─▶ its row in the owner …

A row that an engine holds isn't refreshed: its next step reads the attributes, so the engine is woken. If the last step
has read them already, that engine refreshes the row after it has recorded the step: see ``StepRunner.woken``.
Where a refresh is lost the attributes are old until the next update, which looks at every nested stack.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from heatlite.convergence.model import Action, Status
from heatlite.db import outage, resources, stacks
from heatlite.db.records import ResourceRecord
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.shared import Shared
from heatlite.exception import HeatliteError
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.jsonable import as_json
from heatlite.resources.steps import reference_of
from heatlite.resources.tools import plugin_name

LOG = logging.getLogger(__name__)

ATTEMPTS = 5


def resource_of(shared: Shared, row: ResourceRecord) -> Resource | None:
    """Return the plugin's object for a row, outside of a step; None if its stack has begun another operation."""
    context = shared.context()
    stack = stacks.get(context, row.stack_id)
    traversal = shared.library.traversal(context, stack.current_traversal) if stack else None
    if traversal is None:
        return None
    plugin = plugin_of(shared.registry, row.type, traversal.template.files)
    return plugin(shared.evaluator.instance(traversal, row, None))


def asker(shared: Shared, row: ResourceRecord) -> Callable[[str], Any]:
    """Return a function that asks a row's plugin for the present value of a volatile attribute.

    If the stack has begun another operation, the function returns the recorded value. It asks one object for all
    attributes, since one request to a service may answer several."""
    objects: list[Resource | None] = []

    def ask(name: str) -> Any:
        if not objects:
            objects.append(resource_of(shared, row))
        [resource] = objects
        if resource is None:
            return ((row.attr_data or {}).get("attributes") or {}).get(name)
        return as_json(resource.ask_attribute(name), f"{plugin_name(resource)} attribute {name}")

    return ask


def as_of_now(shared: Shared, row: ResourceRecord) -> ResourceRecord:
    """Return a row with the attributes that its resource has in the middle of a creation or an update.

    Only resources that ask no service are asked: a client may look at a stack again and again while a service is slow.
    """
    is_changing = row.status is Status.IN_PROGRESS and row.action in (Action.CREATE, Action.UPDATE)
    if not is_changing or row.physical_resource_id is None:
        return row
    try:
        resource = resource_of(shared, row)
    except HeatliteError:  # there is no plugin for it here, or its template can't be read
        return row
    found = steps.shown_of(resource) if resource is not None and resource.is_local() else None
    if found is None:
        return row
    return replace(row, attr_data={"reference": found.reference, "attributes": found.attributes})


def refresh(shared: Shared, row: ResourceRecord) -> None:
    """Record a row's attributes anew; what comes of it in the stacks above as well."""
    for _ in range(ATTEMPTS):
        if row.engine_id is not None:
            shared.wakes.wake(row.engine_id, [row.id])
            return
        if row.status is Status.IN_PROGRESS or row.action in (Action.INIT, Action.DELETE):
            return
        resource = resource_of(shared, row)
        if resource is None or _record(shared, row, resource):
            break
        [row] = resources.by_ids(shared.context(), [row.id]) or [row]
    _go_up(shared, row)


def refresh_released(shared: Shared, resource_ids: Collection[int]) -> None:
    """Refresh rows that this engine was woken for after their last step had read the attributes.

    Only resources that ask no service: others follow nothing that happens beside their stack's operations. A row that
    is held again was locked after what this engine was woken for, so its next step reads all of that.
    """
    free = [row for row in resources.by_ids(shared.context(), resource_ids) if row.engine_id is None]
    refresh_each(shared, free, lambda row: (resource := resource_of(shared, row)) is not None and resource.is_local())


def refresh_each(
    shared: Shared, rows: Iterable[ResourceRecord], wanted: Callable[[ResourceRecord], bool] = lambda row: True
) -> None:
    """Refresh the ``wanted`` ones of these rows. One that can't be refreshed keeps none of the others from it."""
    for row in rows:
        try:
            if wanted(row):
                refresh(shared, row)
        except Exception as error:
            outage.log_failure(LOG, error, "The attributes of resource %s can't be read again now", row.name)


def _record(shared: Shared, row: ResourceRecord, resource: Resource) -> bool:
    """Whether the row has its attributes as they are now; False where another was quicker to write it."""
    found = as_json(resource.resolve_attributes(), f"{plugin_name(resource)} attributes") or {}
    recorded = {"reference": reference_of(resource), "attributes": found}
    if recorded == row.attr_data:
        return True
    keys, changes = {row.id: row.atomic_key}, {row.id: {"attr_data": recorded}}
    now = shared.inputs.utcnow()
    return resources.write(shared.context(), keys, changes, now, locked_by=None, lock_for=None) == 1


def _go_up(shared: Shared, row: ResourceRecord) -> None:
    stack = stacks.get(shared.context(), row.stack_id)
    if stack is not None and stack.owner_id is not None and not stack.is_in_progress:
        above = resources.by_uuid(shared.context(), stack.id)
        if above is not None:
            refresh(shared, above)
