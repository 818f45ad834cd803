"""The operator's environments: files of which every stack's resource registry knows, whatever its user says.

They are read as an engine starts. One that is broken keeps it from starting, because a mapping that is missing would
make other resources than the operator meant.
"""

from __future__ import annotations

import pathlib
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.template.resource_registry import ResourceRegistry

ENDINGS = (".yaml", ".yml", ".json")


def read(directory: str, max_bytes: int) -> dict[str, Any]:
    """The ``resource_registry`` that the directory's files make, the last in alphabetical order winning.

    :returns: empty where there is no such directory
    :raises ConfigurationError: where a file isn't an environment, naming it and the place in it
    """
    folder, whole = pathlib.Path(directory), language.Environment()
    if not folder.is_dir():
        return {}
    for file in sorted(path for path in folder.iterdir() if path.suffix in ENDINGS):
        try:
            environment = language.Environment.parse(language.load(file.read_text(), max_bytes))
            ResourceRegistry.read({}, environment.resource_registry)
        except (exception.HeatliteError, OSError, UnicodeDecodeError) as error:
            raise exception.ConfigurationError(reason=f"{file}: {error}") from error
        whole = whole.merge(environment)
    return dict(whole.resource_registry)
