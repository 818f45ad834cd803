"""Submissions: from what a client sends (template, params, files, environment files) to what is validated and stored.

params  ◀── environment file 1 ◀── file 2 …        a later one wins, as in Heat
stored environment  ◀── all of that                 for an update with ``existing``
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.db import templates
from heatlite.db.records import StackRecord, TemplateRecord
from heatlite.engine.api.arguments import flag, mapping
from heatlite.engine.operations.validation import Submission
from heatlite.template import merging
from heatlite.template.environment import SECTIONS

MOST_ENVIRONMENT_FILES = 100
"""Each is read by itself, also where one is named twice."""


@dataclass(frozen=True)
class Sent:
    """What a client sends to describe a stack; plain values of any kind."""

    template: Any
    params: Any
    files: Any
    environment_files: Any = None
    files_container: Any = None

    def check_supported(self) -> None:
        """:raises NotSupported: where files are to come from an object store"""
        if self.files_container:
            raise exception.NotSupported(feature="A files_container")


def submission(sent: Sent, max_bytes: int) -> Submission:
    """What was sent, read but not validated.

    :param max_bytes: the largest environment file that is taken
    :raises HeatliteError: where environment or files aren't well-formed
    """
    sent.check_supported()
    files = read_files(sent.files)
    return Submission(sent.template, files, merged(sent, sent.template, files, max_bytes))


def updated(stored: TemplateRecord, sent: Sent, clear_parameters: Any, max_bytes: int) -> Submission:
    """What was sent, laid over what the stack has: its files, its environment and, where none is sent, its template.

    A stored parameter that the template no longer declares is dropped; one that is sent must be declared.

    :param clear_parameters: names of stored parameters that go back to their defaults
    :raises HeatliteError: where something isn't well-formed
    """
    sent.check_supported()
    template = stored.template if sent.template is None else sent.template
    files = {**stored.files, **read_files(sent.files)}
    gone = name_list("clear_parameters", clear_parameters)
    declared = declared_parameters(template)
    existing = language.Environment.parse(stored.environment).to_dict()
    existing["parameters"] = {
        name: value for name, value in existing["parameters"].items() if name in declared and name not in gone
    }
    environment = language.Environment.parse(existing).merge(merged(sent, template, files, max_bytes))
    return Submission(template, files, environment)


def of_update(
    context: RequestContext, stack: StackRecord, sent: Sent, args: Mapping[str, Any], max_bytes: int
) -> Submission:
    """What an update was sent: the whole of it or, where it says ``existing``, laid over what the stack has.

    :param args: checked already
    :raises HeatliteError: where something isn't well-formed
    """
    if not wants_existing(args):
        return submission(sent, max_bytes)
    stored = templates.get(context, stack.raw_template_id)
    return updated(stored, sent, args.get("clear_parameters"), max_bytes)


def wants_existing(args: Mapping[str, Any]) -> bool:
    """Whether an update starts from what the stack has.

    :raises Invalid: where that is neither true nor false
    """
    return flag("existing", args.get("existing") or False)


def declared_parameters(template: Any) -> frozenset[str]:
    """The names that a template declares, as far as it is well-formed."""
    return frozenset(language.declared_parameters(template))


def merged(sent: Sent, template: Any, files: Mapping[str, str], max_bytes: int) -> language.Environment:
    """The environment that ``params`` and the environment files make up.

    :raises HeatliteError: where one isn't well-formed or is missing, or two can't be merged as they want to be
    """
    found = []
    names = name_list("environment_files", sent.environment_files)
    if len(names) > MOST_ENVIRONMENT_FILES:
        told = f"there may be {MOST_ENVIRONMENT_FILES} of them, and there are {len(names)}"
        raise exception.StackValidationFailed(path=["environment_files"], message=told)
    for place, name in enumerate(names):
        if name not in files:
            raise exception.StackValidationFailed(
                path=["environment_files", place], message=f'"{name}" is not among the files that were sent'
            )
        found.append((name, read_environment_file(name, files[name], max_bytes)))
    return merging.merged(read_params(sent.params), found, merging.declared_kinds(template))


def read_params(params: Any) -> language.Environment:
    """The environment in ``params``; one without any section is, as of old, a map of parameters.

    :raises StackValidationFailed: where it isn't well-formed
    """
    if isinstance(params, Mapping) and "parameters" not in params:
        sections = {key: value for key, value in params.items() if key in SECTIONS}
        flat = {key: value for key, value in params.items() if key not in SECTIONS}
        params = {**sections, "parameters": flat}
    return language.Environment.parse(params)


def read_environment_file(name: str, text: str, max_bytes: int) -> language.Environment:
    """An environment from its file.

    :raises StackValidationFailed: where it isn't well-formed, with the file's name
    """
    try:
        return language.Environment.parse(language.load(text, max_bytes))
    except exception.StackValidationFailed as error:
        raise exception.StackValidationFailed(
            error=f"Environment file {name}", path=error.path, message=error.message
        ) from None


def read_files(files: Any) -> dict[str, str]:
    """Name → content.

    :raises Invalid: where it is no map
    :raises StackValidationFailed: where a content isn't text
    """
    contents = dict(mapping("files", files))
    for name, content in contents.items():
        if not isinstance(content, str):
            raise exception.StackValidationFailed(
                path=["files", name], message=f"a file's content is text, and this is a {type(content).__name__}"
            )
    return contents


def name_list(what: str, names: Any) -> list[str]:
    """A list of names; nothing is an empty one.

    :raises StackValidationFailed: where it is something else
    """
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise exception.StackValidationFailed(path=[what], message=f"{what} must be a list of names")
    return names
