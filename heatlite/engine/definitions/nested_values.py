"""Read the values of a nested stack for its parent: outputs, and attributes of its resources."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Collection, Mapping
from typing import Any

from heatlite import exception
from heatlite.convergence.model import Action, Status
from heatlite.convergence.serving import active_rows
from heatlite.db import resources, stacks
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.definitions.scope import EngineScope, LiveResource, live
from heatlite.engine.definitions.traversals import Library
from heatlite.resources.groups import template as template_of_group
from heatlite.resources.groups.members import Member
from heatlite.resources.nested.port import ERRORS
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource
from heatlite.schema import attribute_paths
from heatlite.template import known, resolve

LOG = logging.getLogger(__name__)

OUTPUTS_OF_GROUPS = {template_of_group.NAMES, template_of_group.MEMBERS, template_of_group.REFS_MAP}
"""The outputs of a template that a group has built, by which such a template is recognised."""


def outputs(context: Context, library: Library, registry: Registry, stack: StackRecord) -> dict[str, Any]:
    """Return output → value. An output that can't be resolved is None, and ``ERRORS`` has the reason."""
    template, parameters = library.readable(context, stack)
    read = {name for it in template.outputs.values() for name in (*it.references, *(name for name, _ in it.reads))}
    there = made(context, registry, stack, read)
    if set(template.outputs) == OUTPUTS_OF_GROUPS:
        there = {name: dataclasses.replace(it, for_group=True) for name, it in there.items()}
    scope = EngineScope(parameters, template.files, there, stack.facade)
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, output in template.outputs.items():
        try:
            found[name] = known(resolve(output.value, scope))
        except exception.HeatliteError as error:
            found[name], errors[name] = None, parameters.mask(str(error))
            LOG.warning("%s, output %s has no value: %s", stack.name, name, errors[name])
    return {**found, ERRORS: errors} if errors else found


def attributes(context: Context, registry: Registry, stack: StackRecord, paths: Collection[str]) -> dict[str, Any]:
    """Return ``resource.NAME.attribute`` → value, ``resource.NAME`` → reference; None for what doesn't exist.

    The attribute may belong to a resource of the stack that is nested in NAME, and so on down.
    """
    asked = {path: attribute_paths.split(path) for path in paths}
    rows = rows_of(context, stack, {name for name, _ in asked.values()})
    return {path: attribute(context, registry, rows.get(name), wanted) for path, (name, wanted) in asked.items()}


def attribute(context: Context, registry: Registry, row: ResourceRecord | None, name: str | None) -> Any:
    """Return an attribute of a resource, or its reference if no attribute is named."""
    resource = live(row, registry) if row is not None else None
    if row is None or resource is None:
        return None
    if name is None:
        return resource.reference
    if attribute_paths.split(name)[0] and issubclass(resource.plugin, StackResource):
        child = stacks.get(context, row.uuid)
        wanted = resource.plugin.inner_name(resource.recorded.get("attributes") or {}, name)
        return attributes(context, registry, child, [wanted])[wanted] if child is not None else None
    try:
        return resource.attribute(name)
    except exception.HeatliteError:
        return None


def members(context: Context, stack: StackRecord) -> list[Member]:
    """Return the members of a group, which are the resources of its nested stack, in the order of their creation.

    Each member's attributes are read for its reference alone. Large ones are read one member after another.
    """
    rows = active_rows(resources.results(context, stack.id), stack.raw_template_id)
    return [
        Member(
            name,
            row.status is Status.FAILED,
            f"{row.id:020}",
            reference(resources.with_attributes(context, [row])[row.id]),
        )
        for name, row in rows.items()
        if row.action is not Action.DELETE
    ]


def reference(row: ResourceRecord) -> Any:
    """Return the reference of a row, as ``get_resource`` gives it."""
    return (row.attr_data or {}).get("reference", row.physical_resource_id or row.name)


def made(
    context: Context, registry: Registry, stack: StackRecord, names: Collection[str]
) -> Mapping[str, LiveResource]:
    """Return name → the resource as a template sees it, for those of these names that exist."""
    found = {name: live(row, registry) for name, row in rows_of(context, stack, names).items()}
    return {name: resource for name, resource in found.items() if resource is not None}


def rows_of(context: Context, stack: StackRecord, names: Collection[str]) -> Mapping[str, ResourceRecord]:
    """Return name → the row that serves it, for those of these names that exist; of its values, the attributes.

    :raises RequestLimitExceeded: when their attributes take too much together
    """
    if not names:
        return {}
    rows = active_rows(resources.results(context, stack.id, names), stack.raw_template_id)
    check_read(sum(row.held_back for row in rows.values()), f"read fewer or smaller attributes of stack {stack.name}")
    whole = resources.with_attributes(context, rows.values())
    return {name: whole[row.id] for name, row in rows.items()}
