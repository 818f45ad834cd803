"""Merging of several environment files in their order, with the strategies that they name.

::

    parameter_merge_strategies: {default: merge, zones: overwrite}

    overwrite     the later value replaces the earlier one (the default)
    merge         lists and texts are concatenated, numbers added, maps updated
    deep_merge    likewise, and also within maps

The first file that gives a parameter sets its strategy. A later file may only name the same strategy, or none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite import exception
from heatlite.template.environment import Environment
from heatlite.template.interface import declared_parameters, declared_type
from heatlite.template.parameter_types import ParameterType, to_number

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
