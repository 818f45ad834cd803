"""Environment files, merged in the order they are given, and the parameters given on the command line.

The result is the ``params`` of the engine's API: every section is there, and every file that the resource
registry names is collected and replaced by its URL.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from heatlite import exception
from heatlite.cmd.files import Files, file_url, parse, read_text

Record = dict[str, Any]

EMPTY_SECTIONS: dict[str, type] = {
    "parameters": dict,
    "parameter_defaults": dict,
    "resource_registry": dict,
    "encrypted_param_names": list,
    "event_sinks": list,
}
NOT_FILES = ("base_url", "hooks", "restricted_actions")  # what else stands in a resource registry


def load_environments(names: list[str] | None, parameters: Record, files: Files) -> Record:
    """The environments in these local files as one, with ``parameters`` on top; adds to ``files``.

    :raises StackValidationFailed: where a file can't be read or parsed, or has an unknown section
    """
    merged: Record = {section: empty() for section, empty in EMPTY_SECTIONS.items()}
    for name in names or []:
        merged = merge(merged, load_environment(name, files))
    return merge(merged, {"parameters": parameters})


def load_environment(name: str, files: Files) -> Record:
    """One environment, its resource registry rewritten."""
    url = file_url(name)
    environment = parse(read_text(url, []), url)
    for section in environment:
        if section not in EMPTY_SECTIONS:
            known = ", ".join(EMPTY_SECTIONS)
            reason = f"environments have no such section; they have {known}"
            raise exception.StackValidationFailed(error=f"In {url}", path=section, message=reason)
    collect_registry(environment.get("resource_registry") or {}, url, files, ["resource_registry"])
    return environment


def collect_registry(registry: Record, base: str, files: Files, path: list[str | int]) -> None:
    """Collect the templates that a registry names, and rewrite it in place.

    ``base_url`` in it, or in a part of it, says where names are relative to. A value with ``::`` is a type.
    """
    if base_url := registry.get("base_url"):
        base = urljoin(base, base_url if base_url.endswith("/") else f"{base_url}/")
    for key, value in registry.items():
        if key in NOT_FILES:
            continue
        if isinstance(value, dict):
            collect_registry(value, base, files, [*path, key])
        elif isinstance(value, str) and "::" not in value:
            registry[key] = files.add(urljoin(base, value), [*path, key], is_template=True)


def merge(older: Record, newer: Record) -> Record:
    """Maps merged at every depth, the newer value winning; an empty section never wipes out a map."""
    merged = dict(older)
    for key, value in newer.items():
        before = merged.get(key)
        if isinstance(value, dict):
            merged[key] = merge(before if isinstance(before, dict) else {}, value)
        elif value is not None or not isinstance(before, dict | list):
            merged[key] = value
    return merged


def file_parameters(given: Record, template: str | None) -> Record:
    """``--parameter-file``: each value is a file's content, named relative to the template as in Heat's client.

    :raises StackValidationFailed: where a file can't be read; the error names the parameter
    """
    base = file_url(template) if template else f"{file_url('.')}/"
    return {key: read_text(urljoin(base, name), ["parameters", key]) for key, name in given.items()}
