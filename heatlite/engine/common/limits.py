"""Enforce the limits on one client's requests. Each limit is an option; an error names the size and the limit.

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
"""All texts of a request together may be this many times as large as one text. Heat limits each text by itself, and
heat-api by default accepts a request that is twice as large as one text may be."""


def check_sizes(settings: Settings, template: Any, files: Mapping[str, str], environment: Mapping[str, Any]) -> None:
    """Refuse a template, files or an environment that is too large.

    :raises StackValidationFailed: when the template isn't a map, or holds Infinity or NaN
    :raises RequestLimitExceeded: when one is too large; it names the size and the limit
    """
    if not isinstance(template, Mapping):
        raise exception.StackValidationFailed(message="The template is not a JSON object or YAML mapping.")
    most = settings.max_template_size
    sizes = [("Template", len(_json("template", template)))]
    sizes += [(f"File {name:.80}", weight(name) + weight(content)) for name, content in files.items()]
    for what, size in sizes:
        _check_size(what, size, most, "max_template_size")
    together = sum(size for _, size in sizes)
    _check_size("All files and the template", together, most * TEXTS_TOGETHER, "max_template_size")
    size = len(_json("environment", environment))
    _check_size("Environment", size, settings.max_environment_size, "max_environment_size")


def check_adopted(max_template_size: int, data: Mapping[str, Any]) -> None:
    """Refuse data of an adoption that is larger than all texts of a request together may be.

    :raises RequestLimitExceeded: when it is too large; it names the size and the limit
    """
    _check_size("Adoption data", weight(data), max_template_size * TEXTS_TOGETHER, "max_template_size")


def _json(what: str, value: Any) -> str:
    """Encode a value as JSON. A client's own encoder may accept more than JSON allows."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        reason = f"The {what} holds a number that JSON can't represent, such as Infinity or NaN"
        raise exception.StackValidationFailed(message=reason) from None


def _check_size(what: str, size: int, most: int, option: str) -> None:
    if size > most:
        raise exception.RequestLimitExceeded(
            message=f"{what} size ({size} bytes) exceeds maximum allowed size ({most} bytes; option {option})."
        )


def check_resources(settings: Settings, number: int) -> None:
    """Refuse a template with too many resources.

    :raises StackResourceLimitExceeded: in Heat's words
    """
    if 0 <= settings.max_resources_per_stack < number:
        raise exception.StackResourceLimitExceeded()


def check_members(settings: Settings, size: int, resource: StackResource) -> None:
    """Refuse a nested stack with too many members, before its template is built.

    :raises StackResourceLimitExceeded: when there would be too many members
    :raises RequestLimitExceeded: when their template would be too large
    """
    check_resources(settings, size)
    if size and resource.describes():
        check_built(settings, size * resource.weight_of_member())


def check_built(settings: Settings, characters: int) -> None:
    """Refuse a template that the engine would build for many members, before it is built.

    :param characters: about how many characters the template would have
    :raises RequestLimitExceeded: when that is too large; it names the limit
    """
    _check_size("Group template", characters, settings.max_group_template_size, "max_group_template_size")


def check_evaluated(definition: ResourceDefinition, properties: Any, metadata: Any) -> int:
    """Refuse properties or metadata that are larger than every database can store. Return their approximate size.

    :raises StackValidationFailed: when they are too large; it has the place in the template
    """
    together = 0
    for section, value, most in (("properties", properties, LARGEST), ("metadata", metadata, MOST_METADATA)):
        size = weight(value)
        if size > most:
            message = (
                f"The {section} of a resource may take at most {most} bytes, and these take {size}: "
                "store large values elsewhere"
            )
            raise exception.StackValidationFailed(path=definition.path(section), message=message)
        together += size
    return together


def check_depth(settings: Settings, depth: int) -> None:
    """Refuse a stack that is nested too deeply; the root is at depth 0.

    :raises RequestLimitExceeded: in Heat's words
    """
    if depth > settings.max_nested_stack_depth:
        raise exception.RequestLimitExceeded(message=f"Recursion depth exceeds {settings.max_nested_stack_depth}.")


def check_stacks(settings: Settings, count: Callable[[], int]) -> None:
    """Refuse another stack when a project has too many. Stacks created at the same moment may exceed the limit.

    :param count: returns their number; not called when there is no limit
    :raises RequestLimitExceeded: when there are too many; it names the limit
    """
    _check_number("stacks", "stacks per tenant", settings.max_stacks_per_tenant, count)


def check_snapshots(settings: Settings, count: Callable[[], int]) -> None:
    """Raise RequestLimitExceeded when a stack has as many snapshots as it may; -1 means no limit."""
    _check_number("snapshots", "snapshots per stack", settings.max_snapshots_per_stack, count)


def check_configs(settings: Settings, count: Callable[[], int]) -> None:
    """Raise RequestLimitExceeded when a project has as many software configs as it may; -1 means no limit."""
    _check_number("configs", "software configs per tenant", settings.max_software_configs_per_tenant, count)


def check_deployments(settings: Settings, count: Callable[[], int]) -> None:
    """Raise RequestLimitExceeded when a project has as many software deployments as it may; -1 means no limit."""
    most = settings.max_software_deployments_per_tenant
    _check_number("deployments", "software deployments per tenant", most, count)


def _check_number(what: str, which: str, most: int, count: Callable[[], int]) -> None:
    if most >= 0 and count() >= most:
        option = f"max_{which.replace(' ', '_')}"
        raise exception.RequestLimitExceeded(
            message=f"You have reached the maximum {which}, {most} (option {option}). Please delete some {what}."
        )
