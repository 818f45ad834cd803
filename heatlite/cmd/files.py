"""Collect the files that a template names, so that the engine needs no access to this machine.

    web.yaml                               files
      resources:                             file:///srv/setup.sh   -> its text
        web:                                 file:///srv/db.yaml    -> its text, rewritten in the same way
          user_data: {get_file: setup.sh}
        db:
          type: db.yaml

Each name is taken relative to the file that it stands in, and replaced there by the file's URL, which is its
key in the map of files. Files named by files are followed.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

from heatlite import exception

TemplatePath = list[str | int]  # where in a document, as heatlite.exception.dotted writes it

LARGEST_FILE = 64 * 1024 * 1024  # bytes; only a stop for mistakes, the engine has the limit that counts
VERSION_KEYS = ("heat_template_version", "HeatTemplateFormatVersion", "AWSTemplateFormatVersion")


class Files:
    """The files collected so far: text by URL."""

    def __init__(self) -> None:
        self.contents: dict[str, str] = {}

    def load_template(self, name: str) -> dict[str, Any]:
        """The template in a local file, rewritten, with all that it names collected.

        :raises StackValidationFailed: where it or a file that it names can't be read or parsed
        """
        url = file_url(name)
        template = parse(read_text(url, []), url)
        self.collect(template, url, [])
        return template

    def collect(self, node: Any, base: str, path: TemplatePath) -> None:
        """Collect what a part of a document names and rewrite it in place; ``base`` is the document's URL."""
        if isinstance(node, dict):
            for key, value in node.items():
                if names_file(key, value):
                    node[key] = self.add(urljoin(base, value), [*path, key], is_template=key == "type")
                else:
                    self.collect(value, base, [*path, str(key)])
        elif isinstance(node, list):
            for index, value in enumerate(node):
                self.collect(value, base, [*path, index])

    def add(self, url: str, path: TemplatePath, is_template: bool) -> str:
        """Collect one file that is named at ``path``, unless it is already there; returns its URL.

        What is used as a template must be one; any other file is rewritten only if it happens to be one.
        """
        if url in self.contents:
            return url
        text = self.contents[url] = read_text(url, path)  # stored first: two files may name each other
        if is_template or looks_like_template(text):
            self._rewrite(url, text, is_template)
        return url

    def _rewrite(self, url: str, text: str, is_template: bool) -> None:
        try:
            document = parse(text, url)
        except exception.StackValidationFailed:
            if is_template:
                raise
            return
        if is_template or any(key in document for key in VERSION_KEYS):
            self.collect(document, url, [])
            self.contents[url] = json.dumps(document)


def names_file(key: Any, value: Any) -> bool:
    """Whether an entry of a template names a file: ``get_file: x``, or ``type: x.yaml``."""
    if not isinstance(value, str):
        return False
    return key == "get_file" or (key == "type" and value.endswith((".yaml", ".template")))


def looks_like_template(text: str) -> bool:
    """A cheap look that spares parsing scripts and images."""
    return any(key in text for key in VERSION_KEYS)


def file_url(name: str) -> str:
    """The URL of a local file given by path or by ``file:`` URL."""
    return name if "://" in name or name.startswith("file:") else Path(name).resolve().as_uri()


def read_text(url: str, path: TemplatePath) -> str:
    """The text of a local file; bytes that aren't UTF-8 as base64, which is how Heat's clients send them.

    :raises StackValidationFailed: where it can't be read; the error names ``path``
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        reason = f"{url}: only local files can be named here; fetch it and name the local copy"
        raise exception.StackValidationFailed(error="Cannot read file", path=path, message=reason)
    try:
        content = Path(url2pathname(parts.path)).read_bytes()
    except OSError as error:
        reason = f"{url}: {error.strerror}"
        raise exception.StackValidationFailed(error="Cannot read file", path=path, message=reason) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return base64.encodebytes(content).decode("ascii")


def parse(text: str, url: str) -> dict[str, Any]:
    """A YAML or JSON document, dates kept as text.

    :raises StackValidationFailed: where it can't be parsed; the error names the file
    """
    from heatlite import template

    try:
        return template.load(text, LARGEST_FILE)
    except exception.StackValidationFailed as error:
        reason = str(error)
        raise exception.StackValidationFailed(error=f"In {url}", message=reason) from error
