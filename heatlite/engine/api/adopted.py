"""Adopted: what a client sends for a stack that is to take resources over. It is what an export replied."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.engine.api.arguments import mapping
from heatlite.engine.api.submissions import Sent, read_files
from heatlite.engine.validation import Submission

KEY = "adopt_stack_data"


def read(args: Mapping[str, Any], max_bytes: int) -> Mapping[str, Any] | None:
    """The data among the ``args`` of a create: a map, or its text; None where nothing is to be adopted.

    :raises Invalid: where it isn't what an export gives
    """
    data = args.get(KEY)
    if not data:
        return None
    if isinstance(data, str):
        data = language.load(data, max_bytes)
    data = mapping(KEY, data)
    for name, said in mapping(f"{KEY}.resources", data.get("resources")).items():
        if not isinstance(said, Mapping):
            raise exception.Invalid(reason=f"{KEY}.resources.{name} must be a map, as an export gives it")
    return data


def laid_under(data: Mapping[str, Any], sent: Sent) -> Sent:
    """What was sent, over the data's own template and files."""
    template = data.get("template") if sent.template is None else sent.template
    return dataclasses.replace(
        sent, template=template, files={**read_files(data.get("files")), **read_files(sent.files)}
    )


def with_environment(data: Mapping[str, Any], submission: Submission) -> Submission:
    """The same for the environment.

    :raises StackValidationFailed: where the data's isn't one
    """
    own = language.Environment.parse(data.get("environment"))
    return dataclasses.replace(submission, environment=own.merge(submission.environment))
