"""Detect drift: whether a physical resource still is as its row says. Plugins' checks run; nothing is written.

::

    look ──▶ waiting (progress) ──▶ look ──▶ …      the client keeps the progress; the engine doesn't wait
                                       └──▶ same | differs | not looked at | nested

A check that raises gives the reason of the difference. A type that can see the physical resource compares its
properties with that. Its attributes may change without anybody's fault: a network gets subnets, a volume is attached.
Of other types the attributes that the check finds are compared with the recorded ones. The client looks at a nested
stack's own resources: its plugin's check would begin an operation on it.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from typing import Any

from heatlite import exception
from heatlite.convergence.decide import Perform
from heatlite.convergence.model import Action, Status
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.decision.planned import told_value
from heatlite.engine.decision.resource_decision import decide_visit
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.ports import plugin_errors
from heatlite.engine.shared import Shared
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.difference import same
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.sight import AS_IT_SHOULD_BE, Sight
from heatlite.resources.stack_resource import StackResource

CHECK = "CHECK"
LOOKED_AT = "drift of"
"""Key in a sealed progress; its value is the uuid of the resource that was looked at."""


class Finding(enum.StrEnum):
    """The result of a look."""

    SAME = "same"
    DIFFERS = "differs"
    WAITING = "waiting"
    NESTED = "nested"
    NOT_LOOKED_AT = "not looked at"


@dataclass(frozen=True)
class Look:
    """The result of looking at one resource, with its details.

    ``reason`` is for people. ``attributes`` and ``properties``: name → recorded value, value found. ``poll_after`` is
    in seconds. ``progress`` is a sealed text; the client sends it back with the next look.
    """

    finding: Finding
    reason: str = ""
    attributes: dict[str, list[Any]] = field(default_factory=dict)
    properties: dict[str, list[Any]] = field(default_factory=dict)
    progress: Any = None
    poll_after: float = 0.0


def look(shared: Shared, context: Context, stack: StackRecord, row: ResourceRecord, going_on: Any) -> Look:
    """Look at one resource, and compare it with its row.

    :param going_on: None, or ``[progress]`` of the previous look, which ended waiting
    :raises Invalid: when ``going_on`` isn't from a look at this resource
    """
    before = None if not going_on else opened(shared, row, going_on)
    if not looks_settled(row):
        return Look(Finding.NOT_LOOKED_AT, f"it is {row.action}_{row.status}")
    traversal = shared.library.traversal(context, stack.current_traversal)
    if traversal is None:
        return Look(Finding.NOT_LOOKED_AT, "the stack is being changed")
    try:
        plugin = shared.registry.get(row.type)
        if issubclass(plugin, StackResource):
            return Look(Finding.NESTED)
        resource = plugin(shared.evaluator.instance(traversal, row, None))
        outcome = steps.poll(resource, CHECK, before[0]) if before else steps.start(resource, CHECK)
        sight = seen_of(resource) if isinstance(outcome, Done) else None
    except (Unavailable, exception.HeatliteError) as error:
        return Look(Finding.NOT_LOOKED_AT, traversal.mask(str(error)))
    except Exception as error:
        if plugin_errors.is_ours(error):
            raise
        outcome, sight = plugin_errors.failure(traversal.mask, row, error), None
    return concluded(shared, traversal, row, outcome, sight)


def seen_of(resource: Resource) -> Sight | None:
    """Return what the type sees of the physical resource, beside its check; None if it doesn't look."""
    if resource.resource_id is None:
        return None
    found = type(resource).see_all([resource]).get(resource.uuid)
    return AS_IT_SHOULD_BE if isinstance(found, str) else found  # it can't be seen now, and the check found no fault


def sealed(shared: Shared, row: ResourceRecord, progress: Any) -> str:
    """Encrypt a plugin's progress, so that the client can keep it and send it back, but neither read nor change it.

    The plugin's next step trusts its progress, so a client must not be able to write it.
    """
    return shared.database.vault.encrypt(json.dumps({LOOKED_AT: row.uuid, "progress": progress}))


def opened(shared: Shared, row: ResourceRecord, going_on: Any) -> list[Any]:
    """Decrypt what ``sealed`` made for this resource, and return ``[progress]``.

    :raises Invalid: when it is anything else
    """
    try:
        [text] = going_on
        content = json.loads(shared.database.vault.decrypt(text)) if isinstance(text, str) else {}
    except (TypeError, ValueError, exception.InvalidEncryptionKey):
        content = {}
    if not isinstance(content, dict) or content.get(LOOKED_AT) != row.uuid:
        raise exception.Invalid(reason="going_on isn't from a reply about this resource: start again without it")
    return [content["progress"]]


def looks_settled(row: ResourceRecord) -> bool:
    """Tell whether a check would look at the resource, and the row knows what it should find."""
    is_checked = isinstance(decide_visit(row, Action.CHECK, serves=True), Perform)
    return is_checked and (row.status is Status.COMPLETE or row.action is Action.CHECK)


def concluded(shared: Shared, traversal: Traversal, row: ResourceRecord, outcome: object, sight: Sight | None) -> Look:
    """Turn the outcome of a check, and what was seen beside it, into a result."""
    match outcome:
        case Waiting(progress=progress, poll_after=poll_after):
            return Look(Finding.WAITING, progress=sealed(shared, row, progress), poll_after=poll_after)
        case Failed(reason=reason):
            return Look(Finding.DIFFERS, reason)
        case Done(attributes=found):
            recorded = (row.attr_data or {}).get("attributes") or {} if sight is None else {}
            differing = {name: [recorded[name], found[name]] for name in found if name in recorded}
            differing = {name: told_value(pair, traversal.mask) for name, pair in differing.items() if not same(*pair)}
            sight, before = sight or AS_IT_SHOULD_BE, row.properties_data or {}
            properties = {it: told_value([before.get(it), now], traversal.mask) for it, now in sight.properties.items()}
            finding = Finding.DIFFERS if differing or sight.differs else Finding.SAME
            return Look(finding, sight.trouble, differing, properties)
    raise TypeError(f"a check can't have the outcome {outcome!r:.80}")
