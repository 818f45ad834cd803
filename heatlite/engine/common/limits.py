"""Limits: how much one client may ask for, each an option, each refused with what it is and what was asked.

template, files    max_template_size           resources   max_resources_per_stack    (each file with its name)
environment        max_environment_size        stacks      max_stacks_per_tenant
group's template   max_group_template_size     nesting     max_nested_stack_depth
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from heatlite import exception
from heatlite.engine.common.settings import Settings
from heatlite.resources.jsonable import LARGEST, MOST_METADATA
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.sizes import weight
from heatlite.template import ResourceDefinition

TEXTS_TOGETHER = 8
"""How many times the size of one text all of a request's may have together. Heat counts each by itself, and heat-api
lets a request pass that is twice as large as one text may be, by default."""


def check_sizes(settings: Settings, template: Any, files: Mapping[str, str], environment: Mapping[str, Any]) -> None:
    """Refuse what is too large to be looked into.

    :raises StackValidationFailed: when the template isn't one at all, or holds a number that isn't one
    :raises RequestLimitExceeded: naming the size and the limit
    """
    if not isinstance(template, Mapping):
        raise exception.StackValidationFailed(message="The template is not a JSON object or YAML mapping.")
    most = settings.max_template_size
    sizes = {"Template": len(_json("template", template))}
    sizes |= {f"File {name:.80}": weight(name) + weight(content) for name, content in files.items()}
    for what, size in sizes.items():
        _check_size(what, size, most, "max_template_size")
    _check_size("All files and the template", sum(sizes.values()), most * TEXTS_TOGETHER, "max_template_size")
    size = len(_json("environment", environment))
    _check_size("Environment", size, settings.max_environment_size, "max_environment_size")


def check_adopted(max_template_size: int, data: Mapping[str, Any]) -> None:
    """Refuse data of an adoption that is larger than all texts of a request may be together.

    :raises RequestLimitExceeded: naming the size and the limit
    """
    _check_size("Adoption data", weight(data), max_template_size * TEXTS_TOGETHER, "max_template_size")


def _json(what: str, value: Any) -> str:
    """A value as JSON, which a client's own encoder may have been more generous with."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        reason = f"The {what} holds a number that JSON has no way to write, such as Infinity or NaN"
        raise exception.StackValidationFailed(message=reason) from None


def _check_size(what: str, size: int, most: int, option: str) -> None:
    if size > most:
        raise exception.RequestLimitExceeded(
            message=f"{what} size ({size} bytes) exceeds maximum allowed size ({most} bytes; option {option})."
        )


def check_resources(settings: Settings, number: int) -> None:
    """Refuse a template of too many resources.

    :raises StackResourceLimitExceeded: in Heat's words
    """
    if 0 <= settings.max_resources_per_stack < number:
        raise exception.StackResourceLimitExceeded()


def check_members(settings: Settings, size: int, resource: StackResource) -> None:
    """Refuse a nested stack of so many members before its template is built.

    :raises StackResourceLimitExceeded: when they are too many
    :raises RequestLimitExceeded: when their template would be too large
    """
    check_resources(settings, size)
    if size and resource.describes():
        check_built(settings, size * resource.weight_of_member())


def check_built(settings: Settings, characters: int) -> None:
    """Refuse a template that an engine would build of many members, before it does.

    :param characters: about how many it would have
    :raises RequestLimitExceeded: naming the limit
    """
    _check_size("Group template", characters, settings.max_group_template_size, "max_group_template_size")


def check_evaluated(definition: ResourceDefinition, properties: Any, metadata: Any) -> int:
    """Refuse properties or metadata that are larger than what a database is sure to take; about how large both are.

    :raises StackValidationFailed: with the place in the template
    """
    together = 0
    for section, value, most in (("properties", properties, LARGEST), ("metadata", metadata, MOST_METADATA)):
        size = weight(value)
        if size > most:
            told = (
                f"The {section} of a resource may take {most} bytes, and these take {size}; keep large things elsewhere"
            )
            raise exception.StackValidationFailed(path=definition.path(section), message=told)
        together += size
    return together


def check_depth(settings: Settings, depth: int) -> None:
    """Refuse a stack nested too deep; a root is at 0.

    :raises RequestLimitExceeded: in Heat's words
    """
    if depth > settings.max_nested_stack_depth:
        raise exception.RequestLimitExceeded(message=f"Recursion depth exceeds {settings.max_nested_stack_depth}.")


def check_stacks(settings: Settings, count: Callable[[], int]) -> None:
    """Refuse one stack more, where a project has so many. What is created at the same moment may slip through.

    :param count: gives their number; not asked where there is no limit
    :raises RequestLimitExceeded: naming the limit
    """
    _check_number("stacks", "stacks per tenant", settings.max_stacks_per_tenant, count)


def check_snapshots(settings: Settings, count: Callable[[], int]) -> None:
    """:raises RequestLimitExceeded: where a stack has as many snapshots as it may; -1 is any number"""
    _check_number("snapshots", "snapshots per stack", settings.max_snapshots_per_stack, count)


def check_configs(settings: Settings, count: Callable[[], int]) -> None:
    """:raises RequestLimitExceeded: where a project has as many software configs as it may; -1 is any number"""
    _check_number("configs", "software configs per tenant", settings.max_software_configs_per_tenant, count)


def check_deployments(settings: Settings, count: Callable[[], int]) -> None:
    """:raises RequestLimitExceeded: where a project has as many software deployments as it may; -1 is any number"""
    most = settings.max_software_deployments_per_tenant
    _check_number("deployments", "software deployments per tenant", most, count)


def _check_number(what: str, which: str, most: int, count: Callable[[], int]) -> None:
    if most >= 0 and count() >= most:
        option = f"max_{which.replace(' ', '_')}"
        raise exception.RequestLimitExceeded(
            message=f"You have reached the maximum {which}, {most} (option {option}). Please delete some {what}."
        )
