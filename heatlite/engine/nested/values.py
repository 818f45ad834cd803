"""Values of a nested stack, for its parent: outputs, and attributes of the resources in it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from heatlite import exception
from heatlite.convergence.model import Action, Status
from heatlite.db import resources
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.scope import EngineScope, LiveResource, live
from heatlite.engine.serving import serving
from heatlite.engine.traversals import Library
from heatlite.resources.groups.members import Member
from heatlite.resources.nested.port import ERRORS
from heatlite.resources.registry import Registry
from heatlite.template import known, resolve

LOG = logging.getLogger(__name__)


def outputs(context: Context, library: Library, registry: Registry, stack: StackRecord) -> dict[str, Any]:
    """Every output with its value; None for one that can't be had, which harms no other: why is under ``ERRORS``."""
    template, parameters = library.readable(context, stack)
    read = {name for it in template.outputs.values() for name in (*it.references, *(name for name, _ in it.reads))}
    scope = EngineScope(parameters, template.files, made(context, registry, stack, read), stack.facade)
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, output in template.outputs.items():
        try:
            found[name] = known(resolve(output.value, scope))
        except exception.HeatliteError as error:
            LOG.warning("%s, output %s has no value: %s", stack.name, name, error)
            found[name], errors[name] = None, parameters.mask(str(error))
    return {**found, ERRORS: errors} if errors else found


def attributes(context: Context, registry: Registry, stack: StackRecord, paths: Collection[str]) -> dict[str, Any]:
    """``resource.NAME.attribute`` → its value, ``resource.NAME`` → its reference; None where there is no such thing."""
    parts = {path: path.split(".", 2)[1:] for path in paths}
    there = made(context, registry, stack, {names[0] for names in parts.values()})
    return {path: attribute(there.get(names[0]), names[1:]) for path, names in parts.items()}


def attribute(resource: LiveResource | None, names: list[str]) -> Any:
    """An attribute of a resource, or its reference where no attribute is named."""
    if resource is None:
        return None
    if not names:
        return resource.reference
    try:
        return resource.attribute(names[0])
    except exception.HeatliteError:
        return None


def members(context: Context, stack: StackRecord) -> list[Member]:
    """The resources of a stack that is a group; in the order in which they came into being."""
    rows = serving(resources.by_stack(context, stack.id), stack.raw_template_id)
    return [
        Member(name, row.status is Status.FAILED, f"{row.id:020}", reference(row))
        for name, row in rows.items()
        if row.action is not Action.DELETE
    ]


def reference(row: ResourceRecord) -> str:
    """What get_resource gives of a row."""
    return str((row.attr_data or {}).get("reference") or row.physical_resource_id or row.name)


def made(
    context: Context, registry: Registry, stack: StackRecord, names: Collection[str]
) -> Mapping[str, LiveResource]:
    """Name → what a template sees of it, of these names and those that are there."""
    rows = resources.by_names(context, stack.id, names) if names else []
    found = {name: live(row, registry) for name, row in serving(rows, stack.raw_template_id).items()}
    return {name: resource for name, resource in found.items() if resource is not None}
