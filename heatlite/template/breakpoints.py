"""Breakpoints from the environment's registry: where an operation pauses, and which actions are forbidden. Pure.

::

    resource_registry:
      resources:
        web: {hooks: pre-update}                        pauses before each update of web, until it is cleared
        "db_*": {hooks: [pre-create, post-create]}      a pattern of names: * ? [ab]
        "*": {restricted_actions: replace}              no resource is replaced; a replacement fails instead
"""

from __future__ import annotations

import enum
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from heatlite.exception import HeatliteError, InvalidBreakPointHook, InvalidRestrictedAction

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
