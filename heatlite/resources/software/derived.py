"""Derived configs: the config for one deployment, with a value for each input.

::

    the config's inputs      the deployment's value, or the default
    other values given       each an additional input
    deploy_*                 facts for the server: its deployment, and how to report the result
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heatlite.resources.software import io

Input = dict[str, Any]

DESCRIBED: Mapping[str, str] = {
    "deploy_server_id": "ID of the server being deployed to",
    "deploy_action": "Name of the current action being deployed",
    "deploy_stack_id": "ID of the stack this deployment belongs to",
    "deploy_resource_name": "Name of this deployment resource in the stack",
    "deploy_signal_transport": "How the server should signal to heat with the deployment output values.",
    "deploy_signal_id": "ID of signal to use for signaling output values",
    "deploy_signal_verb": "HTTP verb to use for signaling output values",
    "deploy_auth_url": "URL for API authentication",
    "deploy_username": "Username for API authentication",
    "deploy_user_id": "User ID for API authentication",
    "deploy_password": "Password for API authentication",
    "deploy_project_id": "ID of project for API authentication",
    "deploy_region_name": "Region name for API authentication",
    "deploy_queue_id": "ID of queue to use for signaling output values",
}
"""The inputs that a deployment may have, in the order in which the server gets them."""


def derived_inputs(
    declared: Sequence[Mapping[str, Any]], values: Mapping[str, Any], facts: Mapping[str, Any]
) -> list[Input]:
    """Return the inputs of a derived config.

    :param declared: the inputs of the config
    :param values: the deployment's values, by name
    :param facts: the values of its inputs in ``DESCRIBED``
    """
    return [*_given(declared, dict(values)), *(_fact(name, facts[name]) for name in DESCRIBED if name in facts)]


def _given(declared: Sequence[Mapping[str, Any]], values: dict[str, Any]) -> Iterator[Input]:
    for each in declared:
        yield {**each, io.VALUE: values.pop(each[io.NAME], each.get(io.DEFAULT))}
    for name, value in values.items():
        yield {io.NAME: name, io.TYPE: "String", io.VALUE: value}


def _fact(name: str, value: Any) -> Input:
    return {io.NAME: name, io.DESCRIPTION: DESCRIBED[name], io.TYPE: "String", io.VALUE: value}


def has_to_be_replaced(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether an input changed whose change requires a new deployment."""
    values = {each[io.NAME]: each.get(io.VALUE) for each in before}
    return any(
        each.get(io.REPLACE_ON_CHANGE) and each[io.NAME] in values and each.get(io.VALUE) != values[each[io.NAME]]
        for each in after
    )
