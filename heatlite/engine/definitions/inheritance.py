"""Build what a nested stack inherits from its parent: all files, a part of the environment, and the facade.

parameters           the resource's properties, or values that the plugin computes from them
parameter_defaults   the parent's
event_sinks          the parent's
resource_registry    the parent's, with the part for this resource (``resource_registry.of_child``)
facade               metadata and policies of the resource, if the template reads them
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from heatlite import template as language
from heatlite.template import Environment, ResourceDefinition, Template
from heatlite.template.functions.resource_facade import ResourceFacade
from heatlite.template.mask import Mask
from heatlite.template.resource_registry import of_child

NOTHING_HIDDEN = Mask()
FACADE_NAMES = (ResourceFacade.name, "Fn::ResourceFacade")


def environment_of_child(
    parent: Environment,
    template: Template,
    definition: ResourceDefinition,
    parameters: Mapping[str, Any],
    mask: Mask = NOTHING_HIDDEN,
) -> Environment:
    """Return the environment of a resource's nested stack.

    :param mask: hides the parent's secrets. A parameter or default that holds one is a secret of the nested stack, too
    """
    values = [*parent.parameter_defaults.items(), *parameters.items()]
    written_type = str(definition.written.get("type") or definition.type)
    return Environment(
        parameters=dict(parameters),
        parameter_defaults=parent.parameter_defaults,
        resource_registry=of_child(parent.resource_registry, template.registry, definition.name, written_type),
        event_sinks=parent.event_sinks,
        encrypted_param_names=tuple(sorted({name for name, value in values if tells(value, mask)})),
    )


def tells(value: Any, mask: Mask) -> bool:
    """Tell whether a value holds something that the mask hides."""
    text = repr(value)
    return mask(text) != text


def reads_facade(raw: Mapping[str, Any]) -> bool:
    """Tell whether a nested template reads anything of its parent's resource."""
    text = json.dumps(language.known(raw))  # in a preview some values may be unknown yet
    return any(f'"{name}"' in text for name in FACADE_NAMES)


def facade_of(definition: ResourceDefinition, metadata: Any, scope: Any) -> dict[str, Any]:
    """Return what a nested template may read of its parent's resource.

    :param metadata: the resolved metadata
    :param scope: resolves the functions in the update policy
    """
    return {
        "metadata": metadata,
        "deletion_policy": definition.deletion_policy,
        "update_policy": language.known(language.resolve(definition.update_policy, scope)) or {},
    }
