"""Several environment files as one, in their order, by the strategies that they name.

::

    parameter_merge_strategies: {default: merge, zones: overwrite}

    overwrite     the later value stands (and where nothing else is said)
    merge         lists and texts are joined, numbers added, maps laid over one another
    deep_merge    the same, within maps too

The first file that gives a parameter says how; a later one may only say the same, or nothing.
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
"""Of the parameters that the template declares."""


def declared_kinds(template: Any) -> dict[str, ParameterType]:
    """The types of the parameters that a template declares, as far as it is well-formed."""
    declared = declared_parameters(template)
    return {name: kind for name, it in declared.items() if (kind := declared_type(it)) is not None}


def merged(base: Environment, files: Sequence[tuple[str, Environment]], kinds: Kinds) -> Environment:
    """The environment that the files make over ``base``.

    :param files: (name, environment), the weakest first
    :raises HeatliteError: where two files want one parameter merged in different ways, or it can't be merged so
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
    """What isn't ``null``: that says nothing."""
    return {name: value for name, value in values.items() if value is not None}


def _deep(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Maps within maps are merged, lists and texts in them joined, as Heat does."""
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
