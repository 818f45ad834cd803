"""``get_attr``: an attribute of another resource, a part of it, or all attributes as a map.

::

    {get_attr: [server, first_address]}
    {get_attr: [server, addresses, private, 0, addr]}
    {get_attr: [server]}
"""

from __future__ import annotations

from typing import Any

from heatlite.schema.attribute_paths import inside, joined
from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.nodes import items_of
from heatlite.template.scope import ResourceValue, Scope
from heatlite.template.unknown import UNKNOWN

EVERY_ATTRIBUTE = "*"
"""The attribute name when the attribute is computed, or all attributes are read."""


class GetAttr(Function):
    """An attribute of another resource. A path that leads nowhere gives ``None``."""

    __slots__ = ()
    name = "get_attr"
    separate = frozenset({0, 1})
    fewest = 2
    passes_path = True
    """Whether the resource itself follows the path. If not, it returns the whole attribute."""

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if not items or len(items) < self.fewest:
            every = "[resource_name] or " if self.fewest == 1 else ""
            raise self.wrong(
                f'Arguments to "{self.name}" must be of the form {every}[resource_name, attribute, (path), ...]'
            )
        name, *keys = items
        for key in keys[:1]:
            self.expect(key, lambda it: is_text(it) and it != "", f'Attribute name in "{self.name}" must be a string')
        for key in keys[1:]:
            self.expect(key, lambda it: isinstance(it, str | int), f'Path components in "{self.name}" must be strings')
        compiler.read_attribute(name, what_is_read(keys if self.passes_path else keys[:1]), self.path)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        name, *keys = arguments
        resource = scope.resource(name)
        if resource is None:
            return UNKNOWN
        if keys:
            return self._read(resource, keys)
        every: Any = resource.attributes()
        return UNKNOWN if every is UNKNOWN else dict(every)

    def _read(self, resource: ResourceValue, keys: list[Any]) -> Any:
        attribute, *path = keys
        if not isinstance(attribute, str):
            raise self.wrong(f'Attribute name in "{self.name}" must be a string')
        if self.passes_path:
            return resource.attribute(attribute, path)
        whole = resource.attribute(attribute)
        return UNKNOWN if whole is UNKNOWN else inside(whole, path)


def what_is_read(keys: list[Any]) -> str:
    """Return the attribute that keys lead to. An inner resource's attribute is one name, however it is written."""
    if not keys or isinstance(keys[0], Function):
        return EVERY_ATTRIBUTE
    return joined(str(keys[0]), keys[1:])[0]


class GetAttrThenSelect(GetAttr):
    """An attribute of another resource, or the value at a path in it."""

    __slots__ = ()
    passes_path = False


class GetAttrOrAll(GetAttr):
    """An attribute of another resource, or the value at a path in it. Without an attribute, all of them as a map."""

    __slots__ = ()
    fewest = 1
