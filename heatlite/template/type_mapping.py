"""Resource types that an environment maps to others: ``{"OS::Networking::FloatingIP": "OS::Neutron::FloatingIP"}``.

Only names that map to names are supported so far. Anything else that a resource registry may hold in Heat is refused
when a template is read with it, because leaving it out would make other resources than the user asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.template.path import refused

SECTION = "resource_registry"


def read_type_mapping(registry: Mapping[str, Any]) -> Mapping[str, str]:
    """Every mapped type and what it stands for in the end, chains followed.

    :param registry: as it stands in an environment; an entry that maps to ``null`` is no entry
    :raises StackValidationFailed: where an entry is of a kind that isn't supported, or maps to itself in a circle
    """
    direct: dict[str, str] = {}
    for name, target in registry.items():
        if name == "resources":
            _check_no_overrides(target)
        elif target is not None:
            _check_entry(name, target)
            direct[name] = target
    return {name: _follow(name, direct) for name in direct}


def _check_no_overrides(overrides: Any) -> None:
    if overrides:
        raise refused(
            (SECTION, "resources"), "Mappings, hooks and restrictions for single resources are not supported yet"
        )


def _check_entry(name: str, target: Any) -> None:
    if not isinstance(target, str):
        raise _not_supported(name, f"a type is mapped to the name of another, and this is a {type(target).__name__}")
    if "*" in name or "*" in target:
        raise _not_supported(name, "patterns are not supported yet; map each type by its whole name")
    if target.endswith((".yaml", ".template")) or name.endswith((".yaml", ".template")):
        raise _not_supported(name, "templates as resource types are not supported yet")


def _not_supported(name: str, reason: str) -> StackValidationFailed:
    return refused((SECTION, name), reason[0].upper() + reason[1:])


def _follow(name: str, direct: Mapping[str, str]) -> str:
    """The end of a chain. A type mapped to itself is itself."""
    seen = [name]
    while (target := direct.get(seen[-1])) is not None and target != seen[-1]:
        if target in seen:
            raise _not_supported(name, f"the mapping goes in a circle: {' -> '.join([*seen, target])}")
        seen.append(target)
    return seen[-1]
