"""The resource registry: mappings of types, from the user's environment and the operator's.

::

    resource_registry:
      OS::Web: OS::Nova::Server                 one name for another
      "OS::Network::*": "OS::Neutron::*"        a pattern: the part that matches the star is kept
      resources:
        db: {OS::Web: OS::Heat::None}           for one resource only
      OS::Cluster: cluster.yaml                 a template: the resource is a nested stack

The most specific entry wins: one for the resource before one for all, the user's before the operator's, a name before a
pattern, a longer pattern before a shorter one. The result may be mapped again, unless it is a template.

A nested stack inherits the registry (``of_child``). The entries of ``resources`` under its name apply to its own
resources. A type that led to its template isn't mapped there, so that a template may use the type that it replaces.
"""

from __future__ import annotations

import enum
import fnmatch
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from heatlite.exception import HeatliteError, InvalidBreakPointHook, InvalidRestrictedAction
from heatlite.schema.provider import is_template
from heatlite.template.path import Path, refused

FOR_ONE, HOOKS, RESTRICTED = "resources", "hooks", "restricted_actions"


class Hook(enum.StrEnum):
    """A point where an operation pauses. The database stores the order, so add new hooks at the end."""

    PRE_CREATE = "pre-create"
    PRE_UPDATE = "pre-update"
    PRE_DELETE = "pre-delete"
    POST_CREATE = "post-create"
    POST_UPDATE = "post-update"
    POST_DELETE = "post-delete"

    @property
    def bit(self) -> int:
        """The hook's bit in a set of hooks that is stored as a number."""
        return 1 << list(Hook).index(self)

    @property
    def action(self) -> str:
        """The action of the hook: CREATE, UPDATE or DELETE."""
        return self.partition("-")[2].upper()


class Restriction(enum.StrEnum):
    """An action that is forbidden for a resource."""

    UPDATE = "update"
    REPLACE = "replace"


Word = TypeVar("Word", Hook, Restriction)


@dataclass(frozen=True)
class Breakpoints:
    """Hooks and restrictions by pattern of resource names. For a resource, all matching patterns apply."""

    hooks: Mapping[str, frozenset[Hook]] = field(default_factory=dict)
    restrictions: Mapping[str, frozenset[Restriction]] = field(default_factory=dict)

    @classmethod
    def read(cls, registry: Mapping[str, Any]) -> Breakpoints:
        """Read them from an environment's ``resource_registry``.

        :raises InvalidBreakPointHook: when a hook isn't valid
        :raises InvalidRestrictedAction: when a restricted action isn't valid
        """
        own = registry.get(FOR_ONE)
        entries = own.items() if isinstance(own, Mapping) else ()
        found = {str(name): entry for name, entry in entries if isinstance(entry, Mapping)}
        return cls(
            {name: _hooks(name, entry[HOOKS]) for name, entry in found.items() if HOOKS in entry},
            {name: _restrictions(name, entry[RESTRICTED]) for name, entry in found.items() if RESTRICTED in entry},
        )

    def hooks_of(self, name: str) -> frozenset[Hook]:
        """Return the hooks of a resource."""
        return _matching(self.hooks, name)

    def restrictions_of(self, name: str) -> frozenset[Restriction]:
        """Return the forbidden actions of a resource."""
        return _matching(self.restrictions, name)


def _matching(entries: Mapping[str, frozenset[Word]], name: str) -> frozenset[Word]:
    if not entries:  # as of most stacks, whose thousand resources ask one by one
        return frozenset()
    return frozenset().union(*(words for pattern, words in entries.items() if fnmatch.fnmatchcase(name, pattern)))


def _hooks(name: str, written: Any) -> frozenset[Hook]:
    message = 'Invalid hook type "{value}" for resource breakpoint, acceptable hook types are: {types}'
    return _words(Hook, written, InvalidBreakPointHook, f"{FOR_ONE}.{name}.{HOOKS}: {message}")


def _restrictions(name: str, written: Any) -> frozenset[Restriction]:
    message = 'Invalid restricted_action type "{value}" for resource, acceptable restricted_action types are: {types}'
    return _words(Restriction, written, InvalidRestrictedAction, f"{FOR_ONE}.{name}.{RESTRICTED}: {message}")


def _words(kind: type[Word], written: Any, error: type[HeatliteError], message: str) -> frozenset[Word]:
    """Read one word, or a list of words."""
    words = [written] if isinstance(written, str) else written
    try:
        return frozenset(kind(word) for word in words)
    except (ValueError, TypeError):
        raise error(
            message=f"resource_registry.{message}".replace("{value}", str(written)).replace("{types}", ", ".join(kind))
        ) from None


SECTION = "resource_registry"
NO_TYPES = frozenset({HOOKS, RESTRICTED})
LONGEST_CHAIN = 32
"""Mappings in a row. ``OS::*: OS::X::*`` would map its own results forever."""


class Types(dict[str, str]):
    """Name or pattern → mapped type. It must not be changed after reading."""

    @functools.cached_property
    def stars(self) -> list[int]:
        """The lengths of the patterns before their star, longest first: one lookup for each finds all matches."""
        return sorted({len(name) - 1 for name in self if name.endswith("*")}, reverse=True)


NONE = Types()


@dataclass(frozen=True)
class ResourceRegistry:
    """Mappings of types, well-formed."""

    user: Types = field(default_factory=Types)
    operator: Types = field(default_factory=Types)
    for_one: Mapping[str, Types] = field(default_factory=dict)
    """Resource's name → its own mappings."""
    breakpoints: Breakpoints = field(default_factory=Breakpoints)
    """The hooks and restricted actions of the user's environment."""

    @classmethod
    def read(cls, user: Mapping[str, Any], operator: Mapping[str, Any] = {}) -> ResourceRegistry:
        """Build the registry of a user's environment over the operator's. ``null`` is no entry.

        :raises StackValidationFailed: when an entry isn't of a supported type
        :raises InvalidBreakPointHook: when a hook isn't valid
        :raises InvalidRestrictedAction: when a restricted action isn't valid
        """
        own = user.get(FOR_ONE) or {}
        if not isinstance(own, Mapping):
            raise refused((SECTION, FOR_ONE), f'"{FOR_ONE}" must be a map of the resources\' names')
        breakpoints = Breakpoints.read(user)
        named = {name: types for name, types in own.items() if types is not None}
        for_one = {name: _types_of_one(types, (SECTION, FOR_ONE, name)) for name, types in named.items()}
        return cls(_types(user, (SECTION,)), _types(operator, (SECTION,)), for_one, breakpoints)

    def resolve(self, resource_name: str, type_name: str) -> str:
        """Return the final type of a resource, following all mappings. A type that is mapped to itself ends the chain.

        :returns: the name of a type, or of a template file (see ``heatlite.schema.provider``)
        :raises StackValidationFailed: when the mappings form a cycle, or the chain is too long
        """
        return self.chain(resource_name, type_name)[-1]

    def chain(self, resource_name: str, type_name: str) -> list[str]:
        """Return the type, followed by each type that it is mapped to in turn.

        :raises StackValidationFailed: as ``resolve``
        """
        seen = [type_name]
        while (target := self._next(resource_name, seen[-1])) is not None and target != seen[-1]:
            if target in seen or len(seen) > LONGEST_CHAIN:
                circle = " -> ".join([*seen, target])[:300]
                raise refused((SECTION, type_name), f"The mapping is circular: {circle}")
            seen.append(target)
        return seen

    def behind(self, resource_name: str, type_name: str) -> str:
        """Return the type that a type is mapped to without the resource's own mapping.

        The template of such an own mapping stands in for this type. Without an own mapping, return the type itself.

        :raises StackValidationFailed: as ``resolve``
        """
        if type_name not in self.for_one.get(resource_name, NONE):
            return type_name
        return ResourceRegistry(self.user, self.operator).resolve(resource_name, type_name)

    def _next(self, resource_name: str, type_name: str) -> str | None:
        return None if is_template(type_name) else self._target(resource_name, type_name)

    def _target(self, resource_name: str, type_name: str) -> str | None:
        own = self.for_one.get(resource_name, NONE)
        if type_name in own:  # by its name only: patterns apply to all resources, as in Heat
            return own[type_name]
        for types in (self.user, self.operator):
            for target in _matches(types, type_name):
                return target
        return None


def of_child(user: Mapping[str, Any], registry: ResourceRegistry, name: str, type_name: str) -> dict[str, Any]:
    """Return the user's registry as a nested stack inherits it.

    Heat notes each template that it meets as mapped to itself. That decides nothing and is left out, so that a nested
    stack that Heat made doesn't differ from itself.

    :param user: the ``resource_registry`` of the parent's environment, as it is written
    :param registry: the same, read
    :param name: the parent's resource that is the nested stack
    :param type_name: its type in the parent's template
    """
    inherited = {key: target for key, target in user.items() if key != target or not is_template(str(key))}
    own = inherited.pop(FOR_ONE, None) or {}
    inner = {key: value for key, value in (own.get(name) or {}).items() if isinstance(value, Mapping)}
    if inner:
        inherited[FOR_ONE] = inner
    *way, end = registry.chain(name, type_name)
    if way and is_template(end) and way[-1] not in registry.for_one.get(name, {}):
        inherited[way[-1]] = way[-1]
    return inherited


def _matches(types: Types, type_name: str) -> Iterator[str]:
    """Yield the types that a type is mapped to, the best match first."""
    if type_name in types:
        yield types[type_name]
    for length in types.stars:
        target = types.get(f"{type_name[:length]}*") if length <= len(type_name) else None
        if target is not None:
            yield target[:-1] + type_name[length:] if target.endswith("*") else target


def _types_of_one(registry: Any, path: Path) -> Types:
    """Read the mappings for one resource.

    ``Breakpoints`` reads its hooks. A map among the entries applies to a resource in this resource's nested stack.
    """
    if not isinstance(registry, Mapping):
        raise refused(path, "must be a map of types")
    types = {name: it for name, it in registry.items() if name not in NO_TYPES and not isinstance(it, Mapping)}
    return _types(types, path)


def _types(registry: Any, path: Path) -> Types:
    if not isinstance(registry, Mapping):
        raise refused(path, "must be a map of types")
    found = Types()
    for name, target in registry.items():
        if name == FOR_ONE or name == "base_url" or target is None:
            continue
        if name in NO_TYPES:
            raise refused((*path, name), f'"{name}" is for resources by their names, under "{FOR_ONE}"')
        if not isinstance(name, str) or not isinstance(target, str):
            kind = type(target).__name__
            raise refused((*path, str(name)), f"A type must be mapped to the name of another, not to a {kind}")
        if target.endswith("*") and not name.endswith("*"):
            raise refused((*path, name), f'"{target}" has a star, and "{name}" has none to fill it')
        found[name] = target
    return found
