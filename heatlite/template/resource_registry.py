"""The resource registry: which type stands for which, as the user's environment and the operator's say.

::

    resource_registry:
      OS::Web: OS::Nova::Server                 a name for a name
      "OS::Network::*": "OS::Neutron::*"        a pattern: what the star stands for is kept
      resources:
        db: {OS::Web: OS::Heat::None}           for one resource only

The most telling entry wins: one for the resource before one for all, the user's before the operator's, a name before
a pattern, a longer pattern before a shorter one. What a type is mapped to may be mapped in turn.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.template.path import Path, refused

SECTION = "resource_registry"
FOR_ONE = "resources"
NO_TYPES = frozenset({"hooks", "restricted_actions"})
TEMPLATE_ENDINGS = (".yaml", ".template")
LONGEST_CHAIN = 32
"""Mappings in a row. ``OS::*: OS::X::*`` maps what it has mapped, and would never end."""


class Types(dict[str, str]):
    """Name or pattern → what it stands for. Not to be changed once it is read."""

    @functools.cached_property
    def stars(self) -> list[int]:
        """How much of a name stands before the star of a pattern, the longest first: so many look-ups find all."""
        return sorted({len(name) - 1 for name in self if name.endswith("*")}, reverse=True)


NONE = Types()


@dataclass(frozen=True)
class ResourceRegistry:
    """Mappings of types, read and found well-formed."""

    user: Types = field(default_factory=Types)
    operator: Types = field(default_factory=Types)
    for_one: Mapping[str, Types] = field(default_factory=dict)
    """Resource's name → mappings of its own."""

    @classmethod
    def read(cls, user: Mapping[str, Any], operator: Mapping[str, Any] = {}) -> ResourceRegistry:
        """The registry that a user's environment makes over the operator's. ``null`` is no entry.

        :raises StackValidationFailed: where an entry isn't of a kind that is supported
        """
        own = user.get(FOR_ONE) or {}
        if not isinstance(own, Mapping):
            raise refused((SECTION, FOR_ONE), f'"{FOR_ONE}" must be a map of the resources\' names')
        for_one = {name: _types(types, (SECTION, FOR_ONE, name)) for name, types in own.items() if types is not None}
        return cls(_types(user, (SECTION,)), _types(operator, (SECTION,)), for_one)

    def resolve(self, resource_name: str, type_name: str) -> str:
        """What a resource's type stands for in the end, chains followed. A type that is mapped to itself is itself.

        :raises StackValidationFailed: where the chain goes in a circle or on and on, or ends with a template
        """
        seen = [type_name]
        while (target := self._target(resource_name, seen[-1])) is not None and target != seen[-1]:
            if target in seen or len(seen) > LONGEST_CHAIN:
                circle = " -> ".join([*seen, target])[:300]
                raise refused((SECTION, type_name), f"The mapping goes in a circle: {circle}")
            seen.append(target)
        if seen[-1].endswith(TEMPLATE_ENDINGS):
            message = f"{seen[-1]}: templates as resource types are not supported yet"
            raise refused(("resources", resource_name, "type"), message)
        return seen[-1]

    def _target(self, resource_name: str, type_name: str) -> str | None:
        for types in (self.for_one.get(resource_name, NONE), self.user, self.operator):
            for target in _matches(types, type_name):
                return target
        return None


def _matches(types: Types, type_name: str) -> Iterator[str]:
    """What a type is mapped to, the best match first."""
    if type_name in types:
        yield types[type_name]
    for length in types.stars:
        target = types.get(f"{type_name[:length]}*") if length <= len(type_name) else None
        if target is not None:
            yield target[:-1] + type_name[length:] if target.endswith("*") else target


def _types(registry: Any, path: Path) -> Types:
    if not isinstance(registry, Mapping):
        raise refused(path, "must be a map of types")
    found = Types()
    for name, target in registry.items():
        if name == FOR_ONE or name == "base_url" or target is None:
            continue
        if name in NO_TYPES:
            raise refused((*path, name), f'"{name}" is not supported yet')
        if not isinstance(name, str) or not isinstance(target, str):
            kind = type(target).__name__
            raise refused((*path, str(name)), f"A type is mapped to the name of another, and this is a {kind}")
        if target.endswith("*") and not name.endswith("*"):
            raise refused((*path, name), f'"{target}" has a star, and "{name}" has none to fill it')
        found[name] = target
    return found
