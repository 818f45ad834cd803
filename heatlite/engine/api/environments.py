"""Environments as clients see them: hidden values are masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from heatlite.template import Environment, ParameterSchema
from heatlite.template.parameters import HIDDEN

NOT_SHOWN = ("encrypted_param_names", "parameter_merge_strategies")


def stored(
    environment: Mapping[str, Any],
    schemata: Mapping[str, ParameterSchema] | None,
    nested: Iterable[Mapping[str, ParameterSchema]] = (),
) -> dict[str, Any]:
    """A stack's environment, every section present, with ``******`` for the values of hidden parameters.

    Those that ``encrypted_param_names`` names are as good as hidden.

    :param schemata: None where the template can't be read, so that nobody knows which are hidden: all are masked
    :param nested: of the templates among the stack's files, whose hidden parameters are hidden too, but for those that
        the stack's own template has without hiding them, as in Heat
    """
    plain = Environment.parse(environment).to_dict()
    hidden = {*plain["encrypted_param_names"]}
    own = schemata or {}
    hidden |= {name for each in nested for name, schema in each.items() if schema.hidden and name not in own}
    if schemata is None:
        hidden |= {*plain["parameters"], *plain["parameter_defaults"]}
    else:
        hidden |= {name for name, schema in schemata.items() if schema.hidden}
    for section in ("parameters", "parameter_defaults"):
        plain[section] = {name: HIDDEN if name in hidden else value for name, value in plain[section].items()}
    plain["resource_registry"] = {"resources": {}, **plain["resource_registry"]}
    return plain


def of_user(environment: Environment, schemata: Mapping[str, ParameterSchema]) -> dict[str, Any]:
    """The environment that a template was validated with, without what users have no say in."""
    shown = stored(environment.to_dict(), schemata)
    return {section: value for section, value in shown.items() if section not in NOT_SHOWN}
