"""Resolve a stack's outputs over the resources that exist.

A value of a resource that doesn't exist yet is None. An output that can't be resolved has the reason in
``output_error``; the other outputs aren't affected.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.serving import active_rows
from heatlite.db import resources
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api import replies
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.common.template_errors import cut_short
from heatlite.engine.definitions.scope import EngineScope, LiveResource, live
from heatlite.resources.registry import Registry
from heatlite.template import UNKNOWN, OutputDefinition, Parameters, Template, resolve

FEW = 2
"""Number of resources that together can't hold more than a reply may hold, so their size needn't be asked for."""

LOG = logging.getLogger(__name__)


def needed(outputs: Collection[OutputDefinition]) -> frozenset[str]:
    """Return the names of the resources that these outputs read or refer to."""
    return frozenset(
        name for output in outputs for name in (*output.references, *(resource for resource, _ in output.reads))
    )


def resolved(
    context: RequestContext,
    registry: Registry,
    stack: StackRecord,
    template: Template,
    parameters: Parameters,
    wanted: Collection[OutputDefinition],
    ask: Callable[[ResourceRecord], Callable[[str], Any]] | None = None,
    now: Callable[[ResourceRecord], ResourceRecord] = lambda row: row,
) -> list[replies.Reply]:
    """Return outputs with their values. Only the rows that they need are read, from the writer.

    :raises RequestLimitExceeded: when these rows hold too much
    :param ask: asks a row's plugin for its volatile attributes; None: the recorded values are used
    :param now: returns a row with the attributes that it has in the middle of an action
    """
    names = needed(wanted)
    with context.database.reader(context):
        size = resources.named_bytes(context, stack.id, names) if len(names) > FEW else 0
        check_read(size, "show one output after another, or a stack without its outputs (resolve_outputs)")
        rows = resources.by_names(context, stack.id, names) if names else []
    rows = [now(row) for row in rows]
    there = made(rows, stack.raw_template_id, registry)
    if ask is not None:
        serving = active_rows(rows, stack.raw_template_id)
        there = {name: replace(resource, ask=ask(serving[name])) for name, resource in there.items()}
    scope = EngineScope(parameters, template.files, there)
    return [{**replies.output(output.name, output.description), **value_of(output, scope)} for output in wanted]


def made(rows: Collection[ResourceRecord], template_id: int, registry: Registry) -> dict[str, LiveResource]:
    """Return name → the resource as a template sees it.

    A resource that hasn't been created yet, or whose plugin isn't installed, is left out.
    """
    found = {}
    for name, row in active_rows(rows, template_id).items():
        try:
            resource = live(row, registry)
        except exception.EntityNotFound:
            LOG.warning("No plugin is installed for the type %s: outputs see no value of resource %s", row.type, name)
            continue
        if resource is not None:
            found[name] = resource
    return found


def value_of(output: OutputDefinition, scope: EngineScope) -> Mapping[str, Any]:
    """Return ``output_value``, and ``output_error`` if the output can't be resolved."""
    try:
        return {"output_value": known(resolve(output.value, scope))}
    except exception.HeatliteError as error:
        return {"output_value": None, "output_error": cut_short(scope.parameters.mask(str(error)))}
    except Exception as error:  # no template may make its stack impossible to show
        mask = scope.parameters.mask
        LOG.error("Output %s can't be resolved\n%s", output.name, mask("".join(traceback.format_exception(error))))
        return {"output_value": None, "output_error": cut_short(mask(f"{type(error).__name__}: {error}"))}


def known(value: Any) -> Any:
    """Return the value, with None in place of each unknown part."""
    if value is UNKNOWN:
        return None
    if isinstance(value, Mapping):
        return {key: known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [known(item) for item in value]
    return value
