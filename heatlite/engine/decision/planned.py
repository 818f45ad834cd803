"""Planned: what becomes of a resource, in words and as plain JSON, without anything that is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite import template as language
from heatlite.engine.decision.preview import Change, Fate
from heatlite.template import UNKNOWN, Mask
from heatlite.template.mask import HIDDEN

LATER = "(known later)"
MAY_CHANGE = "may change"
"""Beside those of ``Fate``."""
Told = dict[str, Any]


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


def told(name: str, change: Change, mask: Mask, doubt: str, nested: Sequence[Told] = ()) -> Told:
    """A change as plain JSON, without hidden values.

    :param doubt: why it isn't certain, if it isn't
    :param nested: what becomes of the stacks that the resource is and would be
    """
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
        **({"nested": list(nested)} if nested else {}),
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
