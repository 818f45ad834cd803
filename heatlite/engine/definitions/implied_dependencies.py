"""Add the implicit dependencies between resources to the ``requires`` of their definitions.

::

    port:   {network: {get_resource: net}}     waits_for ──▶ subnet          plans, graphs and deletions follow it
    subnet: {network: {get_resource: net}}

An implicit dependency that would make a cycle is left out, since the template's explicit dependencies come first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from heatlite import exception
from heatlite.engine.definitions.scope import EngineScope
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from heatlite.resources.waiting_for import Others
from heatlite.schema.provider import is_template
from heatlite.template import UNKNOWN, Parameters, Template, resolve
from heatlite.template.functions.base import Function
from heatlite.template.nodes import Node, Tree, entries_of, items_of
from heatlite.template.unknown import holds_unknown

REFERENCES = ("get_resource", "Ref")
Link = Callable[[Template, Parameters], Template]


def no_links(template: Template, parameters: Parameters) -> Template:
    """Return the template as it is."""
    return template


def linker(registry: Registry) -> Link:
    """Return a function that adds the implicit dependencies to a template."""
    return lambda template, parameters: linked(template, parameters, registry)


def linked(template: Template, parameters: Parameters, registry: Registry) -> Template:
    """Return the template with the implicit dependencies among the requirements of its resources."""
    by_type = {it: plugin_of(registry, it) for it in {it.type for it in template.resources.values()}}
    if not any(plugin is not None and waits(plugin) for plugin in by_type.values()):
        return template
    plugins = {name: plugin for name, it in template.resources.items() if (plugin := by_type[it.type])}
    waiting = [name for name, plugin in plugins.items() if waits(plugin)]
    scope = EngineScope(parameters, template.files, {})
    known = {
        name: (plugin, plugin.todays_properties(as_known(template.resources[name].properties, scope)))
        for name, plugin in plugins.items()
    }
    others = Others(known, refers_to)
    requires = {name: set(it.requires) for name, it in template.resources.items()}
    for name in waiting:
        for needed in sorted(plugins[name].waits_for(known[name][1], others) - requires[name] - {name}):
            if not leads_to(requires, needed, name):
                requires[name].add(needed)
    definitions = {
        name: it if it.requires == requires[name] else dataclasses.replace(it, requires=frozenset(requires[name]))
        for name, it in template.resources.items()
    }
    return dataclasses.replace(template, resources=MappingProxyType(definitions))


def plugin_of(registry: Registry, type_name: str) -> type[Resource] | None:
    """Return the plugin class of a type; None for a template file, and for an unknown type: validation refuses that."""
    try:
        return None if is_template(type_name) else registry.get(type_name)
    except exception.EntityNotFound:
        return None


def waits(plugin: type[Resource]) -> bool:
    """Tell whether a type has implicit dependencies."""
    return plugin.waits_for.__func__ is not Resource.waits_for.__func__  # type: ignore[attr-defined]


def refers_to(value: Any) -> str | None:
    """Return the name of the resource that a function refers to; None for any other value."""
    is_reference = isinstance(value, Function) and value.name in REFERENCES and isinstance(value.arguments, str)
    return value.arguments if is_reference else None


def as_known(tree: Tree, scope: EngineScope) -> Any:
    """Resolve the parts of a tree that only need parameters; leave the other functions as they are."""
    entries, items = entries_of(tree), items_of(tree)
    if entries is not None:
        return {key: as_known(item, scope) for key, item in entries.items()}
    if items is not None:
        return [as_known(item, scope) for item in items]
    if not isinstance(tree, Node):
        return tree
    try:
        value = resolve(tree, scope)
    except exception.HeatliteError:
        return tree
    return tree if value is UNKNOWN or holds_unknown(value) else value


def leads_to(requires: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Tell whether a resource requires another one, directly or through others."""
    seen, todo = {start}, [start]
    while todo:
        name = todo.pop()
        if name == goal:
            return True
        following = requires.get(name, set()) - seen
        seen |= following
        todo.extend(following)
    return False
