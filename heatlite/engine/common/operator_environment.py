"""The operator's environments: files whose resource registry applies to every stack.

They are read when an engine starts. A broken file prevents the start, because without its mappings the engine would
create other resources than the operator intended.
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

    A template that can't be read is left out with a warning; stacks that use its type are refused.
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
    """Return the ``resource_registry`` that the directory's files define; the last in alphabetical order wins.

    :returns: only Heat's default mappings if there is no such directory
    :raises ConfigurationError: when a file isn't an environment; it names the file and the place in it
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
