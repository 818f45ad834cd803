"""Build a submission from a client's template, params, files and environment files. The engine validates and stores it.

params  ◀── environment file 1 ◀── file 2 …        a later one wins, as in Heat
stored environment  ◀── all of these                for an update with ``existing``; parameters that the new template
                                                    doesn't declare are dropped (``updated``)
adopted data        ◀── an export of a stack        by which a new stack adopts existing physical resources
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.db import templates
from heatlite.db.records import StackRecord, TemplateRecord
from heatlite.engine.api import files_container as container
from heatlite.engine.api.arguments import ADOPTED, flag, mapping
from heatlite.engine.common import limits
from heatlite.engine.operations.validation import Submission
from heatlite.engine.shared import Shared
from heatlite.template import environment
from heatlite.template.environment import SECTIONS

MOST_LEVELS = 50
"""Levels of nested stacks that are read from the data. ``max_nested_stack_depth`` limits those of a stack."""


def sent(
    shared: Shared,
    context: RequestContext,
    template: Any,
    params: Any,
    files: Any,
    environment_files: Any = None,
    files_container: Any = None,
) -> Sent:
    """Return the parts of a request, with the files of the container, if one is named.

    :raises HeatliteError: when the container can't be read, or holds what a request may not have
    """
    if files_container:
        given = read_files(files)
        files = {**container.named(shared, context, str(files_container), given), **given}
    return Sent(template, params, files, environment_files)


def adopted_data(args: Mapping[str, Any], max_bytes: int) -> Mapping[str, Any] | None:
    """Return the adoption data among the ``args`` of a create, a map or its text; None if nothing is adopted.

    :param max_bytes: the largest text that is parsed. A map holds a template, its files, its environment and the data
        of resources; it may be as large as all texts of a request together
    :raises Invalid: when the data doesn't have the form of an export
    :raises RequestLimitExceeded: when the data is too large
    """
    data = args.get(ADOPTED)
    if not data:
        return None
    if isinstance(data, str):
        data = language.load(data, max_bytes)
    data = mapping(ADOPTED, data)
    limits.check_adopted(max_bytes, data)
    check_resources(f"{ADOPTED}.resources", data.get("resources"), MOST_LEVELS)
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


MOST_ENVIRONMENT_FILES = 100
"""Number of environment files in one call. Each is parsed by itself, even when one is named twice."""
ENVIRONMENT_FILES_TOGETHER = 2
"""All environment files of a call together may be this many times as large as one text. A file counts each time it is
named. The engine needs about a second to parse half a mebibyte of YAML."""


@dataclass(frozen=True)
class Sent:
    """The parts by which a client describes a stack; untyped JSON values."""

    template: Any
    params: Any
    files: Any
    environment_files: Any = None


def submission(sent: Sent, max_bytes: int) -> Submission:
    """Build the submission of a client's parts. It is parsed, and not yet validated.

    :param max_bytes: the largest environment file that is accepted
    :raises HeatliteError: when the environment or the files aren't well-formed
    """
    files = read_files(sent.files)
    return Submission(sent.template, files, merged(sent, sent.template, files, max_bytes))


def updated(stored: TemplateRecord, sent: Sent, clear_parameters: Any, max_bytes: int) -> Submission:
    """Merge the client's parts over the stack's files and environment; without a template, the stack's own is used.

    A parameter that the template doesn't declare is dropped, stored or sent, as in Heat.

    :param clear_parameters: names of stored parameters that go back to their defaults
    :raises HeatliteError: when something isn't well-formed
    """
    template = stored.template if sent.template is None else sent.template
    files = {**stored.files, **read_files(sent.files)}
    gone = name_list("clear_parameters", clear_parameters)
    declared = declared_parameters(template)
    existing = language.Environment.parse(stored.environment).to_dict()
    existing["parameters"] = {name: value for name, value in existing["parameters"].items() if name not in gone}
    environment = language.Environment.parse(existing).merge(merged(sent, template, files, max_bytes))
    parameters = {name: value for name, value in environment.parameters.items() if name in declared}
    return Submission(template, files, dataclasses.replace(environment, parameters=parameters))


def of_update(
    context: RequestContext, stack: StackRecord, sent: Sent, args: Mapping[str, Any], max_bytes: int
) -> Submission:
    """Build the submission of an update: with ``existing`` merged over the stack's own, else only the client's parts.

    :param args: already checked
    :raises HeatliteError: when something isn't well-formed
    """
    if not wants_existing(args):
        return submission(sent, max_bytes)
    stored = templates.get(context, stack.raw_template_id)
    return updated(stored, sent, args.get("clear_parameters"), max_bytes)


def wants_existing(args: Mapping[str, Any]) -> bool:
    """Tell whether an update starts from the stack's own template, files and environment.

    :raises Invalid: when ``existing`` is neither true nor false
    """
    return flag("existing", args.get("existing") or False)


def declared_parameters(template: Any) -> frozenset[str]:
    """Return the names of the parameters that a template declares, as far as it is well-formed."""
    return frozenset(language.declared_parameters(template))


def merged(sent: Sent, template: Any, files: Mapping[str, str], max_bytes: int) -> language.Environment:
    """Merge ``params`` and the environment files into one environment.

    :raises HeatliteError: when one isn't well-formed or is missing, or two can't be merged by their merge strategies
    """
    found = []
    names = name_list("environment_files", sent.environment_files)
    if len(names) > MOST_ENVIRONMENT_FILES:
        message = f"at most {MOST_ENVIRONMENT_FILES} environment files are allowed, and there are {len(names)}"
        raise exception.StackValidationFailed(path=["environment_files"], message=message)
    check_environment_files(names, files, max_bytes * ENVIRONMENT_FILES_TOGETHER)
    for name in names:
        found.append((name, read_environment_file(name, files[name], max_bytes)))
    return environment.merged(read_params(sent.params), found, environment.declared_kinds(template))


def check_environment_files(names: Sequence[str], files: Mapping[str, str], most: int) -> None:
    """Check environment files before they are parsed.

    :raises StackValidationFailed: when one is missing
    :raises RequestLimitExceeded: when they are too large together
    """
    for place, name in enumerate(names):
        if name not in files:
            raise exception.StackValidationFailed(
                path=["environment_files", place], message=f'"{name}" is not among the files that were sent'
            )
    together = sum(len(files[name]) for name in names)
    if together > most:
        message = (
            f"All environment files take {together} characters; they may take at most {most} (twice max_template_size)."
        )
        raise exception.RequestLimitExceeded(message=message)


def read_params(params: Any) -> language.Environment:
    """Parse the environment in ``params``. Keys outside any section are parameters, as in old clients.

    :raises StackValidationFailed: when the environment isn't well-formed
    """
    if isinstance(params, Mapping) and "parameters" not in params:
        sections = {key: value for key, value in params.items() if key in SECTIONS}
        flat = {key: value for key, value in params.items() if key not in SECTIONS}
        params = {**sections, "parameters": flat}
    return language.Environment.parse(params)


def read_environment_file(name: str, text: str, max_bytes: int) -> language.Environment:
    """Parse an environment file.

    :raises StackValidationFailed: when the file isn't well-formed; the error has the file's name
    """
    try:
        return language.Environment.parse(language.load(text, max_bytes))
    except exception.StackValidationFailed as error:
        raise exception.StackValidationFailed(
            error=f"Environment file {name}", path=error.path, message=error.message
        ) from None


def read_files(files: Any) -> dict[str, str]:
    """Check the files, and return them: name → content.

    :raises Invalid: when they aren't a map
    :raises StackValidationFailed: when a content isn't text
    """
    contents = dict(mapping("files", files))
    for name, content in contents.items():
        if not isinstance(content, str):
            raise exception.StackValidationFailed(
                path=["files", name], message=f"a file's content must be a string, not {type(content).__name__}"
            )
    return contents


def name_list(what: str, names: Any) -> list[str]:
    """Check a list of names, and return it; None gives an empty list.

    :raises StackValidationFailed: when it is something else
    """
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise exception.StackValidationFailed(path=[what], message=f"{what} must be a list of names")
    return names
