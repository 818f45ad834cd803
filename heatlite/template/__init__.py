"""The template language: Heat's HOT, as far as it is supported. Pure: text and values in, values out.

::

    text --load--> dict --parse--> Template --bind--> Parameters
                                      |                   |
                         ResourceDefinition.properties    |
                                      +------resolve------+--> plain JSON, UNKNOWN in it for what isn't there yet
"""

from heatlite.template.definitions import OutputDefinition, ResourceDefinition
from heatlite.template.environment import Environment
from heatlite.template.hot import Template, parse
from heatlite.template.loader import load
from heatlite.template.mask import Mask
from heatlite.template.nodes import resolve
from heatlite.template.parameter_schema import ParameterSchema
from heatlite.template.parameter_types import ParameterType
from heatlite.template.parameters import Parameters, bind
from heatlite.template.pseudo import PseudoParameters
from heatlite.template.scope import ResourceValue, Scope
from heatlite.template.unknown import UNKNOWN, holds_unknown, known

__all__ = [
    "UNKNOWN",
    "Environment",
    "Mask",
    "OutputDefinition",
    "ParameterSchema",
    "ParameterType",
    "Parameters",
    "PseudoParameters",
    "ResourceDefinition",
    "ResourceValue",
    "Scope",
    "Template",
    "bind",
    "holds_unknown",
    "known",
    "load",
    "parse",
    "resolve",
]
