"""Build environments as clients see them, with hidden values masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from heatlite.template import Environment, ParameterSchema
from heatlite.template.parameters import MASKED

NOT_SHOWN = ("encrypted_param_names", "parameter_merge_strategies")


def stored(
    environment: Mapping[str, Any],
    schemata: Mapping[str, ParameterSchema] | None,
    nested: Iterable[Mapping[str, ParameterSchema]] = (),
    *,
    inherited: bool = False,
    encrypts: bool = False,
) -> dict[str, Any]:
    """Return a stack's environment with every section, and ``******`` for the values of hidden parameters.

    ``encrypted_param_names`` hides no parameter, as in Heat: it names the values that are encrypted in the database.

    :param schemata: the parameters of the stack's template; None if it can't be read: every value is masked then
    :param nested: the parameters of each template among the stack's files. A parameter that one of them hides is
        masked, unless the stack's own template declares it and doesn't hide it, as in Heat
    :param inherited: the stack is nested. Then the engine wrote its ``encrypted_param_names``, and they name values
        that are hidden in the parent; they are masked here, too
    :param encrypts: the engine encrypts hidden parameters
    """
    plain = Environment.parse(environment).to_dict()
    names = plain["encrypted_param_names"]
    own = schemata or {}
    hidden = {*names} if inherited else set()
    hidden |= {name for each in nested for name, schema in each.items() if schema.hidden and name not in own}
    if schemata is None:
        hidden |= {*plain["parameters"], *plain["parameter_defaults"]}
    else:
        hidden |= {name for name, schema in schemata.items() if schema.hidden}
    if encrypts:
        encrypted = [name for name in plain["parameters"] if name in own and own[name].hidden and name not in names]
        plain["encrypted_param_names"] = [*names, *encrypted]
    for section in ("parameters", "parameter_defaults"):
        plain[section] = {name: MASKED if name in hidden else value for name, value in plain[section].items()}
    plain["resource_registry"] = {"resources": {}, **plain["resource_registry"]}
    return plain


def of_user(environment: Environment, schemata: Mapping[str, ParameterSchema]) -> dict[str, Any]:
    """Return the environment that a template was validated with, without the sections that aren't the user's."""
    shown = stored(environment.to_dict(), schemata)
    return {section: value for section, value in shown.items() if section not in NOT_SHOWN}
