"""Plans: what an update would do, property by property, and a digest by which it is known again.

    plan ──▶ {"changes": […], "digest": "…"}  ──▶  people look at it  ──▶  update with that digest
                                                                            planned again; another digest: refused

The digest covers the stack's traversal and all that the plan tells. So an update that is begun with it does what was
shown: whatever was done to the stack meanwhile, a signal that resized a group or a check that failed, changes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.db import resources
from heatlite.db.api import Context
from heatlite.db.records import StackRecord
from heatlite.engine.masking import masked
from heatlite.engine.preview import Change, Fate, Present, Preview
from heatlite.engine.serving import serving
from heatlite.engine.shared import Shared
from heatlite.engine.validation import Identity, Submission, Validator
from heatlite.template import UNKNOWN, Mask
from heatlite.template.mask import HIDDEN

LATER = "(known later)"
MAY_CHANGE = "may change"
"""Beside those of ``Fate``."""
Told = dict[str, Any]


def plan(shared: Shared, context: Context, stack: StackRecord, submission: Submission) -> Told:
    """What an update would do: ``changes``, each as ``told`` gives it, and ``digest``. Nothing is written.

    :raises HeatliteError: where the submission is invalid
    """
    identity = Identity(stack.id, stack.name, stack.tenant)
    parsed = Validator(shared.registry, shared.settings, shared.inputs).validate(submission, identity)
    parameters = language.bind(parsed, submission.environment, identity.pseudo)
    rows = serving(resources.by_stack(context, stack.id), stack.raw_template_id)
    present = Present(stack.name, stack.id, stack.tenant, rows)
    mask = parameters.mask | hidden_before(shared, context, stack)
    with masked(mask):
        changes = Preview(shared.registry, shared.inputs, parsed, parameters, present).changes()
    doubtful = doubts(parsed, changes)
    found = [told(name, change, mask, doubtful.get(name, "")) for name, change in changes.items()]
    return {"changes": found, "digest": digest(stack.current_traversal, found)}


def doubts(template: language.Template, changes: Mapping[str, Change]) -> dict[str, str]:
    """Name → why, of each resource that may or may not turn out to need an update.

    What is updated in place may have other attributes then, and what reads those is compared again by then.
    """
    found: dict[str, str] = {}
    for name, change in changes.items():
        if change.looks:
            found[name] = "what is nested in it is compared when it is its turn"
        elif change.fate is Fate.UNCHANGED:
            reads = sorted(
                f"{other}.{attribute}"
                for other, attribute in template.resources[name].reads
                if other in found or changes[other].fate is Fate.UPDATED
            )
            if reads:
                found[name] = f"it reads {', '.join(reads)}, which may change"
    return found


def check(shared: Shared, context: Context, stack: StackRecord, submission: Submission, planned: str) -> None:
    """Check that an update would do what was planned.

    :raises PlanOutdated: where it wouldn't, because something was done to the stack since
    :raises HeatliteError: where the submission is invalid
    """
    if plan(shared, context, stack, submission)["digest"] != planned:
        raise exception.PlanOutdated(stack_name=stack.name)


def hidden_before(shared: Shared, context: Context, stack: StackRecord) -> Mask:
    """What the stack hides as it is: its rows hold values of these parameters."""
    _, parameters = shared.library.parameters(context, stack)
    traversal = shared.library.traversal(context, stack.current_traversal)
    return parameters.mask | traversal.mask if traversal else parameters.mask


def told(name: str, change: Change, mask: Mask, doubt: str) -> Told:
    """A change as plain JSON, without hidden values; ``doubt``: why it isn't certain, if it isn't."""
    return {
        "resource_name": name,
        "resource_type": change.type,
        "fate": MAY_CHANGE if doubt else str(change.fate),
        "reason": mask(doubt or change.reason),
        "properties": [
            {
                "name": each.name,
                "before": shown(each.before, mask),
                "after": shown(each.after, mask),
                "forces_replacement": each.forces,
            }
            for each in change.properties
        ],
    }


def shown(value: Any, mask: Mask) -> Any:
    """A value as people may see it: what is hidden masked, what isn't known yet called so."""
    if value is UNKNOWN:
        return LATER
    if isinstance(value, Mapping):
        return {mask(str(key)): shown(item, mask) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item, mask) for item in value]
    if isinstance(value, str):
        return mask(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return HIDDEN if is_number and mask(str(value)) != str(value) else value


def digest(traversal_id: str, changes: list[Told]) -> str:
    """What tells one plan from another."""
    text = json.dumps([traversal_id, changes], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
