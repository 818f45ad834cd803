"""The parameters of a stack: a template's declarations bound to an environment's values.

The order of precedence: the user's value, ``parameter_defaults`` of the environment, the template's default. A ``null``
counts as no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote

from heatlite.exception import StackValidationFailed, UnknownUserParameter, UserParameterMissing
from heatlite.template.dialects import HOT, Dialect
from heatlite.template.environment import Environment
from heatlite.template.hot import Template
from heatlite.template.mask import MASKED, Mask
from heatlite.template.parameter_schema import ParameterSchema, check_default
from heatlite.template.path import check_nesting, refused
from heatlite.template.unknown import UNKNOWN

NOT_SHOWN = frozenset({"OS::region"})
"""The pseudo parameters that Heat's API doesn't list among a stack's parameters."""

CLOUDFORMATION_REGION = "ap-southeast-1"
"""``AWS::Region`` of every stack, as in Heat: an OpenStack region isn't one of Amazon's."""


@dataclass(frozen=True)
class PseudoParameters:
    """The values for one stack.

    A stack that isn't stored yet has the id ``""`` here, which templates see as UNKNOWN.
    """

    stack_name: str
    stack_id: str
    project_id: str
    region: str

    def values(self, dialect: Dialect = HOT) -> dict[str, Any]:
        """Return name → value, with the names of a dialect."""
        every = {
            "OS::stack_id": self.stack_id or UNKNOWN,
            "OS::project_id": self.project_id,
            "OS::stack_name": self.stack_name,
            "OS::region": self.region,
            "AWS::StackId": self._arn(),
            "AWS::StackName": self.stack_name,
            "AWS::Region": CLOUDFORMATION_REGION,
        }
        return {name: every[name] for name in dialect.pseudo_parameters}

    def _arn(self) -> Any:
        path = f"stacks/{quote(self.stack_name, '')}/{quote(self.stack_id, '')}"
        return f"arn:openstack:heat::{quote(self.project_id, '')}:{path}" if self.stack_id else UNKNOWN


@dataclass(frozen=True)
class Parameters(Mapping[str, Any]):
    """Name → coerced value, including pseudo parameters.

    ``secret_names``: the parameters whose values must not be shown, because they are hidden or listed in the
    environment's ``encrypted_param_names``.
    """

    schemata: Mapping[str, ParameterSchema]
    values_by_name: Mapping[str, Any]
    secret_names: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    @cached_property
    def mask(self) -> Mask:
        """The mask that hides the secret values in any text."""
        return Mask.of(self.values_by_name.get(name) for name in self.secret_names)

    def as_strings(self) -> dict[str, str]:
        """Return every value as Heat's API shows it: ``"1,2"`` for a list, JSON for a map, ``"******"`` if hidden."""
        shown = {name: self[name] for name in self if name not in self.schemata and name not in NOT_SHOWN}
        for name, schema in self.schemata.items():
            is_secret = schema.hidden or name in self.secret_names
            shown[name] = MASKED if is_secret else schema.show(self[name])
        return shown


def check_defaults(template: Template) -> None:
    """Check the defaults of a template's parameters against their own constraints, whether they are used or not.

    This applies to the template that a client sends. In nested templates a default is checked only when it is used,
    like any other value; Heat always checks it.

    :raises InvalidSchemaError: when a default breaks a constraint
    """
    section, key = ("parameters", "default") if template.dialect is HOT else ("Parameters", "Default")
    for name, schema in template.parameter_schemata.items():
        check_default(schema, (section, name, key))


def bind(template: Template, environment: Environment, pseudo: PseudoParameters) -> Parameters:
    """Bind a template's parameters to values, each of its type and within its constraints.

    :raises UnknownUserParameter: when the environment has a parameter that the template doesn't declare
    :raises UserParameterMissing: when a parameter without a default has no value
    :raises StackValidationFailed: when a value has the wrong type or breaks a constraint
    """
    schemata, secret = template.parameter_schemata, _secret(template, environment)
    values = {name: _value(replace(schema, hidden=name in secret), environment) for name, schema in schemata.items()}
    return Parameters(schemata, {**pseudo.values(template.dialect), **values}, frozenset(secret))


def bind_known(template: Template, environment: Environment, pseudo: PseudoParameters, wrong: list[str]) -> Parameters:
    """Bind as ``bind`` does, with UNKNOWN for a parameter without a value, or with an unfit one.

    :param wrong: takes what is wrong with those that don't
    :raises UnknownUserParameter: as ``bind``
    """
    schemata, secret = template.parameter_schemata, _secret(template, environment)
    values: dict[str, Any] = {}
    for name, schema in schemata.items():
        try:
            values[name] = _value(replace(schema, hidden=name in secret), environment)
        except UserParameterMissing:
            continue
        except StackValidationFailed as error:
            wrong.append(str(error))
    found = {**pseudo.values(template.dialect), **dict.fromkeys(schemata, UNKNOWN), **values}
    return Parameters(schemata, found, frozenset(secret & values.keys()))


def _secret(template: Template, environment: Environment) -> set[str]:
    schemata = template.parameter_schemata
    for name in environment.parameters:
        if name not in schemata:
            raise UnknownUserParameter(key=name)
    secret = {name for name, schema in schemata.items() if schema.hidden}
    return secret | {name for name in environment.encrypted_param_names if name in schemata}


def _value(schema: ParameterSchema, environment: Environment) -> Any:
    name = schema.name
    candidates = (environment.parameters.get(name), environment.parameter_defaults.get(name), schema.default)
    given = next((value for value in candidates if value is not None), None)
    if given is None:
        raise UserParameterMissing(key=name)
    path = ("parameters", name)
    try:
        value = schema.read(given)
    except ValueError as error:
        raise refused(path, str(error)) from None
    check_nesting(value, path)
    return value
