"""Planned: what becomes of a resource, in words and as plain JSON, without anything that is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heatlite.engine.decision.preview import Change, Fate
from heatlite.template import UNKNOWN, Mask
from heatlite.template.mask import MASKED

LATER = "(known later)"
MAY_CHANGE, WOULD_FAIL = "may change", "would fail"
"""Beside those of ``Fate``."""
Told = dict[str, Any]


def told(name: str, change: Change, mask: Mask, nested: Sequence[Told] = ()) -> Told:
    """Return a change as plain JSON, without hidden values.

    ``at_most``: what becomes of one that may change, if all that it reads does; left out where that isn't known.

    :param nested: the changes of the nested stacks that the resource is and would be
    """
    fate = WOULD_FAIL if change.fails else MAY_CHANGE if change.doubt else str(change.fate)
    has_limit = fate == MAY_CHANGE and not change.looks and change.at_most is not None
    return {
        "resource_name": name,
        "resource_type": change.type,
        "fate": fate,
        "reason": mask(change.reason if change.fails else change.doubt or change.reason),
        "properties": [
            {
                "name": each.name,
                "before": told_value(each.before, mask),
                "after": told_value(each.after, mask),
                "forces_replacement": each.forces,
                **({"drifted": True} if each.drifted else {}),
            }
            for each in change.properties
        ],
        **({"at_most": str(change.at_most)} if has_limit else {}),
        **({"replaced_if": change.replaced_if} if change.replaced_if and fate == Fate.UPDATED else {}),
        **({"nested": list(nested)} if nested else {}),
    }


def uncertain(changes: Sequence[Told], reason: str) -> list[Told]:
    """Mark the changes of a nested stack that may get other values than are known."""
    found = []
    for change in changes:
        below = [{**it, "changes": uncertain(it["changes"], reason)} for it in change.get("nested", ())]
        doubt = {} if change["fate"] in (MAY_CHANGE, WOULD_FAIL) else {"fate": MAY_CHANGE, "reason": reason}
        found.append({**change, **doubt, **({"nested": below} if below else {})})
    return found


def failures(changes: Sequence[Told], prefix: str = "") -> Iterator[str]:
    """Yield each resource of a plan that is certain to fail, with the reason."""
    for change in changes:
        name = f"{prefix}{change['resource_name']}"
        if change["fate"] == WOULD_FAIL:
            yield f"{name}: {change['reason']}"
        for child in change.get("nested", ()):
            yield from failures(child["changes"], f"{name}.")


def told_value(value: Any, mask: Mask) -> Any:
    """Return a value as clients may see it: hidden values are masked, and unknown ones say so."""
    if value is UNKNOWN:
        return LATER
    if isinstance(value, Mapping):
        return {mask(str(key)): told_value(item, mask) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [told_value(item, mask) for item in value]
    if isinstance(value, str):
        return mask(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return MASKED if is_number and mask(str(value)) != str(value) else value
