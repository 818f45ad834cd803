"""Environment files, merged in the order given, and the parameters of the command line.

::

    -e one.yaml ──▶ -e two.yaml     by their parameter_merge_strategies, as in Heat's engine
            └──────────┬─────┘
       --parameter ────┴──▶ params   a parameter given here overrides every file

The result is the ``params`` of the engine's API. It has every section. Every file that the resource registry names is
collected and replaced by its URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from heatlite import exception
from heatlite.cmd.files import Files, TemplatePath, file_url, parse

Record = dict[str, Any]

NOT_FILES = ("base_url", "hooks", "restricted_actions")  # other entries of a resource registry


def load_environments(names: list[str] | None, parameters: Record, files: Files, template: Any = None) -> Record:
    """Merge the environments in these files, with ``parameters`` on top. Add the files that they name to ``files``.

    :param template: gives the types of parameters to be merged; without it the last file wins
    :raises StackValidationFailed: when a file can't be read or parsed, or has an unknown section
    :raises HeatliteError: when two files can't be merged with their strategies
    """
    from heatlite.template import Environment, environment

    found = [(file_url(name), load_environment(name, files)) for name in names or []]
    environments = [(url, Environment.parse(each)) for url, each in found]
    merged = environment.merged(Environment(), environments, environment.declared_kinds(template))
    return merged.merge(Environment(parameters=parameters)).to_dict()


def load_environment(name: str, files: Files) -> Record:
    """Load one environment, with its resource registry rewritten."""
    from heatlite.template import Environment

    url = file_url(name)
    environment = parse(files.text(url, url, []), url)
    try:
        registry = Environment.parse(environment).resource_registry
    except exception.StackValidationFailed as error:
        raise exception.StackValidationFailed(error=f"In {url}", path=error.path, message=error.message) from None
    rewritten = Registry(url, files).rewritten(registry, url, ["resource_registry"])
    files.follow()
    return {**environment, "resource_registry": rewritten}


@dataclass(frozen=True)
class Registry:
    """The resource registry of one document. The templates that it names are added to ``files``."""

    document: str
    files: Files

    def rewritten(self, part: Mapping[str, Any], base: str, path: TemplatePath) -> Record:
        """Return a part of the registry with each template name replaced by its URL. A value with ``::`` is a type.

        :param base: the base of relative names, unless this part has a ``base_url``
        :raises StackValidationFailed: when a document from the web names a local file
        """
        if isinstance(base_url := part.get("base_url"), str):
            base = urljoin(base, base_url if base_url.endswith("/") else f"{base_url}/")
        return {key: self._value(key, value, base, [*path, str(key)]) for key, value in part.items()}

    def _value(self, key: str, value: Any, base: str, path: TemplatePath) -> Any:
        if key in NOT_FILES:
            return value
        if isinstance(value, Mapping):
            return self.rewritten(value, base, path)
        if isinstance(value, str) and "::" not in value:
            return self.files.add(value, self.document, path, is_template=True, relative_to=base)
        return value


def file_parameters(given: Record, template: str | None, files: Files) -> Record:
    """Read the values of ``--parameter-file``. Each value is a file's content; names are relative to the template.

    :raises StackValidationFailed: when a file can't be read; the error names the parameter
    """
    base = file_url(template) if template else f"{file_url('.')}/"
    return {key: files.text(urljoin(base, name), base, ["parameters", key]) for key, name in given.items()}
