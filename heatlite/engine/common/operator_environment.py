"""The operator's environments: files of which every stack's resource registry knows, whatever its user says.

They are read as an engine starts. One that is broken keeps it from starting, because a mapping that is missing would
make other resources than the operator meant.
"""

from __future__ import annotations

import logging
import pathlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from heatlite import exception
from heatlite import template as language
from heatlite.engine.common.settings import DEFAULT_MAPPINGS
from heatlite.schema.provider import is_template
from heatlite.template.resource_registry import ResourceRegistry

LOG = logging.getLogger(__name__)

ENDINGS = (".yaml", ".yml", ".json")


def templates(registry: Mapping[str, Any], max_bytes: int) -> dict[str, str]:
    """Return the text of each template on this machine's disk that a registry maps a type to, by its ``file:`` URL.

    One that can't be read is left out with a warning, and whoever uses its type is refused.
    """
    found = {}
    for url in (it for it in registry.values() if isinstance(it, str) and it.startswith("file:") and is_template(it)):
        try:
            text = pathlib.Path(url2pathname(urlsplit(url).path)).read_text()
            language.load(text, max_bytes)
        except (exception.HeatliteError, OSError, UnicodeDecodeError) as error:
            LOG.warning("The template %s of the operator's environment is left out: %s", url, error)
        else:
            found[url] = text
    return found


def read(directory: str, max_bytes: int) -> dict[str, Any]:
    """The ``resource_registry`` that the directory's files make, the last in alphabetical order winning.

    :returns: Heat's default mappings, and nothing else where there is no such directory
    :raises ConfigurationError: when a file isn't an environment, naming it and the place in it
    """
    folder, whole = pathlib.Path(directory), language.Environment(resource_registry=dict(DEFAULT_MAPPINGS))
    if not folder.is_dir():
        return dict(DEFAULT_MAPPINGS)
    for file in sorted(path for path in folder.iterdir() if path.suffix in ENDINGS):
        try:
            environment = language.Environment.parse(language.load(file.read_text(), max_bytes))
            ResourceRegistry.read({}, environment.resource_registry)
        except (exception.HeatliteError, OSError, UnicodeDecodeError) as error:
            raise exception.ConfigurationError(reason=f"{file}: {error}") from error
        whole = whole.merge(environment)
    return dict(whole.resource_registry)
