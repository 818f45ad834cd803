"""The environment: the user's values for a template. Several files are merged in their order.

::

    resource_registry   OS::Web -> OS::Nova::Server        maps one type to another
    parameter_defaults  for every template that has them   weaker than ``parameters``
    parameters          for this template; others are refused
    event_sinks         queues of Zaqar to which the events are sent, too

    parameter_merge_strategies: {default: merge, zones: overwrite}

    overwrite     the later value replaces the earlier one (the default)
    merge         lists and texts are concatenated, numbers added, maps updated
    deep_merge    likewise, and also within maps

The first file that gives a parameter sets its strategy. A later file may only name the same strategy, or none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite import exception
from heatlite.exception import StackValidationFailed
from heatlite.template.interface import declared_parameters, declared_type
from heatlite.template.parameter_types import ParameterType, to_number
from heatlite.template.path import Path, check_nesting, map_at, refused

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


SINKS = "event_sinks"
SINK_FIELDS = {"zaqar-queue": ({"target"}, {"ttl"})}
"""Type → required fields, optional fields."""


LONGEST_TARGET = 64
"""Characters of the name of a queue."""


def targets(sinks: Sequence[Any]) -> dict[str, Any]:
    """Return the queues that sinks name, with the seconds that a message stays there; None: as long as usual.

    Sinks that can't exist are left out.
    """
    names = {it["target"]: it.get("ttl") for it in sinks if isinstance(it, dict) and isinstance(it.get("target"), str)}
    return {name: ttl for name, ttl in names.items() if 0 < len(name) <= LONGEST_TARGET}


def check_event_sinks(sinks: Sequence[Any]) -> None:
    """Check that each is a valid sink.

    :raises StackValidationFailed: with the place and what is valid there
    """
    for place, sink in enumerate(sinks):
        path: Path = (SINKS, place)
        if not isinstance(sink, dict):
            raise refused(path, "an event sink must be a map with a type")
        kind = sink.get("type")
        if not isinstance(kind, str) or kind not in SINK_FIELDS:
            raise refused(
                (*path, "type"), f'there is no type of event sink "{kind}"; valid types are {", ".join(SINK_FIELDS)}'
            )
        needed, allowed = SINK_FIELDS[kind]
        given = sink.keys() - {"type"}
        if missing := sorted(needed - given):
            raise refused(path, f"a {kind} needs {', '.join(missing)}")
        if unknown := sorted(map(str, given - needed - allowed)):
            also = ", ".join(sorted(needed | allowed))
            raise refused(path, f"a {kind} has no {', '.join(unknown)}; it has {also}")


OVERWRITE, MERGE, DEEP_MERGE = "overwrite", "merge", "deep_merge"
STRATEGIES = (OVERWRITE, MERGE, DEEP_MERGE)
DEFAULT = "default"

Kinds = Mapping[str, ParameterType]
"""The types of the parameters that the template declares, by name."""


def declared_kinds(template: Any) -> dict[str, ParameterType]:
    """Return the types of the parameters that a template declares, as far as it is well-formed."""
    declared = declared_parameters(template)
    return {name: kind for name, it in declared.items() if (kind := declared_type(it)) is not None}


def merged(base: Environment, files: Sequence[tuple[str, Environment]], kinds: Kinds) -> Environment:
    """Merge files over ``base``.

    :param files: (name, environment), the weakest first
    :raises HeatliteError: when two files give one parameter different strategies, or its values can't be merged
    """
    chosen: dict[str, str] = {}
    for name, environment in files:
        whole = base.merge(environment)
        parameters = _merged(base.parameters, environment.parameters, environment, kinds, chosen, name)
        defaults = _merged(base.parameter_defaults, environment.parameter_defaults, environment, kinds, chosen, name)
        base = Environment(
            parameters=parameters,
            parameter_defaults=defaults,
            resource_registry=whole.resource_registry,
            encrypted_param_names=whole.encrypted_param_names,
            event_sinks=whole.event_sinks,
        )
    return base


def _merged(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    environment: Environment,
    kinds: Kinds,
    chosen: dict[str, str],
    file_name: str,
) -> dict[str, Any]:
    values = dict(old)
    for name, value in new.items():
        strategy = _strategy(environment.parameter_merge_strategies, name, chosen)
        if name in kinds and value is not None:
            if chosen.setdefault(name, strategy) != strategy:
                raise exception.ConflictingMergeStrategyForParam(strategy=strategy, param=name, env_file=file_name)
            if strategy != OVERWRITE and old and values.get(name) is not None:
                value = _joined(name, kinds[name], values[name], value, deep=strategy == DEEP_MERGE)
        values[name] = value
    return values


def _strategy(wanted: Mapping[str, Any], name: str, chosen: Mapping[str, str]) -> str:
    fallback = wanted.get(DEFAULT, OVERWRITE)
    strategy = wanted.get(name, chosen.get(name, fallback))
    for candidate in (strategy, fallback):
        if candidate in STRATEGIES:
            return str(candidate)
    return OVERWRITE


def _joined(name: str, kind: ParameterType, old: Any, new: Any, *, deep: bool) -> Any:
    if not old:
        return new
    try:
        match kind:
            case ParameterType.JSON:
                first, second = _map(old), _map(new)
                return _deep(first, second) if deep else {**first, **_said(second)}
            case ParameterType.LIST:
                return [*_list(old), *_list(new)]
            case ParameterType.STRING:
                return str(old) + str(new)
            case ParameterType.NUMBER:
                return to_number(_number(old) + _number(new))
    except (ValueError, RecursionError):
        pass
    raise exception.InvalidMergeStrategyForParam(strategy=DEEP_MERGE if deep else MERGE, param=name)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that aren't ``null``, because ``null`` changes nothing."""
    return {name: value for name, value in values.items() if value is not None}


def _deep(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two maps. Merge the maps in them likewise, and concatenate their lists and texts, as Heat does."""
    merged = dict(old)
    for name, value in _said(new).items():
        match merged.get(name), value:
            case (Mapping() as before, Mapping()):
                value = _deep(before, value)
            case (list() as before, list()) | (str() as before, str()):
                value = before + value
        merged[name] = value
    return merged


def _map(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, Mapping):
        raise ValueError("only maps can be merged with maps")
    return dict(found)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else str(value).split(",")


def _number(value: Any) -> int | float:
    if isinstance(value, int | float):
        return value
    return float(value) if "." in str(value) else int(value)
