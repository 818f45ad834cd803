"""Conversion of the engine's replies to a picture of a stack. Pure.

With a depth, ``list_stack_resources`` returns the resources of nested stacks together with the stack's own. Here each
stack becomes a section, named by its path of resources from the root: ``web``, ``web › group``, ``web › group › 0``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.drawing.picture import Picture, Section, Vertex, state_of

Record = dict[str, Any]
Requires = Mapping[str, Mapping[str, Sequence[str]]]

STEP = " › "


def picture(stack: Record, resources: list[Record], requires: Requires, made_at: str) -> Picture:
    """Build the picture of a stack.

    :param stack: the reply of ``show_stack``
    :param resources: the reply of ``list_stack_resources``, with each stack before its nested stacks
    :param requires: stack's id → name → the names that it requires
    :param made_at: the time of the picture, for readers
    """
    stack_id = stack["stack_identity"]["stack_id"]
    titles, owners = {stack_id: stack["stack_name"]}, {stack_id: stack}
    by_stack: dict[str, list[Record]] = {stack_id: []}
    for resource in resources:
        by_stack.setdefault(resource["stack_identity"]["stack_id"], []).append(resource)
    for inner in resources:
        nested = (inner.get("nested_stack_id") or {}).get("stack_id")
        if nested in by_stack:
            titles[nested] = titles.get(inner["stack_identity"]["stack_id"], "?") + STEP + inner["resource_name"]
            owners[nested] = inner
    sections = [
        _section(
            titles.get(each, each), owners.get(each), tuple(_vertex(it, titles) for it in found), requires.get(each)
        )
        for each, found in by_stack.items()
    ]
    return Picture(tuple(sections), made_at)


def _section(
    title: str, owner: Record | None, vertices: tuple[Vertex, ...], requires: Mapping[str, Sequence[str]] | None
) -> Section:
    kind = "stack" if owner and "stack_status" in owner else "resource"
    action, status = (owner[f"{kind}_action"], owner[f"{kind}_status"]) if owner else ("INIT", "COMPLETE")
    return Section(
        title,
        f"{action}_{status}",
        state_of(action, status),
        vertices,
        {name: tuple(required) for name, required in (requires or {}).items()},
    )


def _vertex(resource: Record, titles: dict[str, str]) -> Vertex:
    action, status = resource["resource_action"], resource["resource_status"]
    nested = (resource.get("nested_stack_id") or {}).get("stack_id")
    return Vertex(
        resource["resource_name"],
        resource["resource_type"],
        state_of(action, status),
        f"{action}_{status}",
        resource["resource_status_reason"] if status == "FAILED" else "",
        titles.get(str(nested), ""),
    )
