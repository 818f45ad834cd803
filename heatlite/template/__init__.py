"""The template language: Heat's HOT and CloudFormation's dialects. Pure: text and values in, values out.

::

    text --load--> dict --parse--> Template --bind--> Parameters
                                      |                   |
                         ResourceDefinition.properties    |
                                      +------resolve------+--> plain JSON, with UNKNOWN for values not known yet
"""

from heatlite.template.definitions import OutputDefinition, ResourceDefinition
from heatlite.template.dialects import dialect_of, version_of
from heatlite.template.environment import Environment
from heatlite.template.functions.base import making_at_most
from heatlite.template.hot import Template, parse
from heatlite.template.interface import declared_parameters, interface
from heatlite.template.loader import load
from heatlite.template.mask import Mask
from heatlite.template.nodes import resolve
from heatlite.template.parameter_schema import ParameterSchema
from heatlite.template.parameter_types import ParameterType
from heatlite.template.parameters import Parameters, PseudoParameters, bind, bind_known, check_defaults
from heatlite.template.resource_registry import Breakpoints, Hook, Restriction
from heatlite.template.scope import ResourceValue, Scope
from heatlite.template.unknown import UNKNOWN, holds_unknown, known

__all__ = [
    "UNKNOWN",
    "Breakpoints",
    "Environment",
    "Hook",
    "Mask",
    "OutputDefinition",
    "ParameterSchema",
    "ParameterType",
    "Parameters",
    "PseudoParameters",
    "ResourceDefinition",
    "ResourceValue",
    "Restriction",
    "Scope",
    "Template",
    "bind",
    "bind_known",
    "check_defaults",
    "declared_parameters",
    "dialect_of",
    "holds_unknown",
    "interface",
    "known",
    "load",
    "making_at_most",
    "parse",
    "resolve",
    "version_of",
]
