"""The environment: the user's values for a template.

::

    resource_registry   OS::Web -> OS::Nova::Server        maps one type to another
    parameter_defaults  for every template that has them   weaker than ``parameters``
    parameters          for this template; others are refused
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.template.path import check_nesting
from heatlite.template.sections import map_at

SECTIONS = (
    "parameters",
    "parameter_defaults",
    "resource_registry",
    "encrypted_param_names",
    "event_sinks",
    "parameter_merge_strategies",
)


@dataclass(frozen=True)
class Environment:
    """An environment as the user wrote it. Its registry is read when a template is parsed with it."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_defaults: Mapping[str, Any] = field(default_factory=dict)
    resource_registry: Mapping[str, Any] = field(default_factory=dict)
    encrypted_param_names: tuple[str, ...] = ()
    event_sinks: tuple[Mapping[str, Any], ...] = ()
    parameter_merge_strategies: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: Mapping[str, Any] | None) -> Environment:
        """Read an environment from its plain form. None gives an empty one.

        :raises StackValidationFailed: when a section is unknown or of the wrong type, or nested too deep
        """
        if raw is None:
            return cls()
        if not isinstance(raw, Mapping):
            raise StackValidationFailed(message="The environment is not a valid YAML mapping data type.")
        check_nesting(raw)
        for section in raw:
            if section not in SECTIONS:
                raise StackValidationFailed(
                    message=f'environment has wrong section "{section}"; valid sections are {", ".join(SECTIONS)}'
                )
        return cls(
            parameters=map_at(raw, "parameters"),
            parameter_defaults=map_at(raw, "parameter_defaults"),
            resource_registry=map_at(raw, "resource_registry"),
            encrypted_param_names=_names_at(raw, "encrypted_param_names"),
            event_sinks=_list_at(raw, "event_sinks"),
            parameter_merge_strategies=map_at(raw, "parameter_merge_strategies"),
        )

    def merge(self, other: Environment) -> Environment:
        """Combine two environments. ``other`` wins when they differ."""
        new_sinks = (sink for sink in other.event_sinks if sink not in self.event_sinks)
        return Environment(
            parameters={**self.parameters, **other.parameters},
            parameter_defaults={**self.parameter_defaults, **other.parameter_defaults},
            resource_registry=merge_maps(self.resource_registry, other.resource_registry),
            encrypted_param_names=tuple(dict.fromkeys((*self.encrypted_param_names, *other.encrypted_param_names))),
            event_sinks=(*self.event_sinks, *new_sinks),
            parameter_merge_strategies={**self.parameter_merge_strategies, **other.parameter_merge_strategies},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the plain form with every section. Merge strategies are left out when empty, as over RPC."""
        plain: dict[str, Any] = {
            "parameters": dict(self.parameters),
            "parameter_defaults": dict(self.parameter_defaults),
            "resource_registry": dict(self.resource_registry),
            "encrypted_param_names": list(self.encrypted_param_names),
            "event_sinks": list(self.event_sinks),
        }
        if self.parameter_merge_strategies:
            plain["parameter_merge_strategies"] = dict(self.parameter_merge_strategies)
        return plain


def _list_at(raw: Mapping[str, Any], section: str) -> tuple[Any, ...]:
    value = raw.get(section) or []
    if not isinstance(value, list | tuple):
        raise StackValidationFailed(path=[section], message=f'"{section}" must be a list')
    return tuple(value)


def _names_at(raw: Mapping[str, Any], section: str) -> tuple[str, ...]:
    names = _list_at(raw, section)
    for place, name in enumerate(names):
        if not isinstance(name, str):
            raise StackValidationFailed(path=[section, place], message=f"a name must be a string, not {name!r:.80}")
    return names


def merge_maps(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Combine two maps. When both have a map under the same key, these are combined likewise."""
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = merge_maps(before, value)
        merged[key] = value
    return merged
