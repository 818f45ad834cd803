"""Values of a nested stack, for its parent: outputs, and attributes of the resources in it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from heatlite import exception
from heatlite.db import resources
from heatlite.db.api import Context
from heatlite.db.records import StackRecord
from heatlite.engine.scope import EngineScope, LiveResource, live
from heatlite.engine.serving import serving
from heatlite.engine.traversals import Library
from heatlite.resources.registry import Registry
from heatlite.template import known, resolve

LOG = logging.getLogger(__name__)


def outputs(context: Context, library: Library, registry: Registry, stack: StackRecord) -> dict[str, Any]:
    """Every output with its value; None for one that can't be had, which harms no other."""
    template, parameters = library.parameters(context, stack)
    read = {name for it in template.outputs.values() for name in (*it.references, *(name for name, _ in it.reads))}
    scope = EngineScope(parameters, template.files, made(context, registry, stack, read), stack.facade)
    return {name: value_of(it.value, scope, f"{stack.name}, output {name}") for name, it in template.outputs.items()}


def value_of(tree: Any, scope: EngineScope, what: str) -> Any:
    """A resolved value; None, and a word in the log, where it can't be had."""
    try:
        return known(resolve(tree, scope))
    except exception.HeatliteError as error:
        LOG.warning("%s has no value: %s", what, error)
        return None


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
    except exception.InvalidTemplateAttribute:
        return None


def made(
    context: Context, registry: Registry, stack: StackRecord, names: Collection[str]
) -> Mapping[str, LiveResource]:
    """Name → what a template sees of it, of these names and those that are there."""
    rows = resources.by_names(context, stack.id, names) if names else []
    found = {name: live(row, registry) for name, row in serving(rows, stack.raw_template_id).items()}
    return {name: resource for name, resource in found.items() if resource is not None}
