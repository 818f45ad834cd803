"""Read the data by which a new stack adopts existing physical resources. An export replies with such data."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.engine.api.arguments import mapping
from heatlite.engine.api.submissions import Sent, read_files
from heatlite.engine.common import limits
from heatlite.engine.operations.validation import Submission

KEY = "adopt_stack_data"
MOST_LEVELS = 50
"""Levels of nested stacks that are read from the data. ``max_nested_stack_depth`` limits those of a stack."""


def read(args: Mapping[str, Any], max_bytes: int) -> Mapping[str, Any] | None:
    """Return the adoption data among the ``args`` of a create, a map or its text; None if nothing is adopted.

    :param max_bytes: the largest text that is parsed. A map holds a template, its files, its environment and the data
        of resources; it may be as large as all texts of a request together
    :raises Invalid: when the data doesn't have the form of an export
    :raises RequestLimitExceeded: when the data is too large
    """
    data = args.get(KEY)
    if not data:
        return None
    if isinstance(data, str):
        data = language.load(data, max_bytes)
    data = mapping(KEY, data)
    limits.check_adopted(max_bytes, data)
    check_resources(f"{KEY}.resources", data.get("resources"), MOST_LEVELS)
    return data


def check_resources(place: str, data: Any, levels: int) -> None:
    """Check the data of a stack's resources, and of those of its nested stacks.

    :param levels: how many levels of nested stacks there may be below
    :raises Invalid: when a part doesn't have the form of an export; the error has its place
    """
    for name, each in mapping(place, data).items():
        here = f"{place}.{name!s:.80}"
        if not isinstance(each, Mapping):
            raise exception.Invalid(reason=f"{here} must be a map, as in an export")
        if not isinstance(each.get("resource_id"), str | int | None):
            raise exception.Invalid(reason=f"{here}.resource_id must be a string")
        for part in ("resource_data", "metadata"):
            mapping(f"{here}.{part}", each.get(part))
        if each.get("resources"):
            if not levels:
                raise exception.Invalid(reason=f"{here}.resources: the stacks are nested too deeply")
            check_resources(f"{here}.resources", each["resources"], levels - 1)


def laid_under(data: Mapping[str, Any], sent: Sent) -> Sent:
    """Merge what the client sent over the data's own template and files."""
    template = data.get("template") if sent.template is None else sent.template
    return dataclasses.replace(
        sent, template=template, files={**read_files(data.get("files")), **read_files(sent.files)}
    )


def with_environment(data: Mapping[str, Any], submission: Submission) -> Submission:
    """Merge the submission's environment over the data's own environment.

    :raises StackValidationFailed: when the data's environment isn't well-formed
    """
    own = language.Environment.parse(data.get("environment"))
    return dataclasses.replace(submission, environment=own.merge(submission.environment))
