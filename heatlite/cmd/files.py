"""Collection of the files that a template names, so that the engine needs no access to this machine.

    web.yaml                               files
      resources:                             file:///srv/setup.sh   -> its text
        web:                                 file:///srv/db.yaml    -> its text, rewritten likewise
          user_data: {get_file: setup.sh}
        db:
          type: db.yaml

Each name is relative to the file that contains it. It is replaced there by the file's URL, which is its key in the map
of files. Files named by files are followed, each once: they may name each other in a cycle.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from heatlite import exception
from heatlite.cmd import fetch

TemplatePath = list[str | int]  # a place in a document, as heatlite.exception.dotted writes it

MOST_FILES = 1000  # these limits are guards against mistakes; the engine has the real limits
LARGEST_IN_ALL = 64 * 1024 * 1024  # bytes
VERSION_KEYS = ("heat_template_version", "HeatTemplateFormatVersion", "AWSTemplateFormatVersion")


@dataclass(frozen=True)
class Named:
    """A file to be read, with the place that names it: the document's URL, and the path in the document."""

    url: str
    base: str
    path: TemplatePath
    is_template: bool


class Files:
    """The files collected so far: URL → text."""

    def __init__(self, read: fetch.Read = fetch.read) -> None:
        self.contents: dict[str, str] = {}
        self._read = read
        self._known: set[str] = set()
        self._waiting: deque[Named] = deque()
        self._size = 0

    def load_template(self, name: str) -> dict[str, Any]:
        """Load the template with this path or URL, rewritten, and collect all files that it names.

        :raises StackValidationFailed: when it or a named file can't be read or parsed
        """
        url = file_url(name)
        template = parse(self.text(url, url, []), url)
        self.collect(template, url, [])
        self.follow()
        return template

    def collect(self, node: Any, base: str, path: TemplatePath) -> None:
        """Record the files that a part of a document names, and rewrite it in place. ``base`` is the document's URL."""
        if isinstance(node, dict):
            for key, value in node.items():
                if names_file(key, value):
                    node[key] = self.add(value, base, [*path, key], is_template=key == "type")
                else:
                    self.collect(value, base, [*path, str(key)])
        elif isinstance(node, list):
            for index, value in enumerate(node):
                self.collect(value, base, [*path, index])

    def add(self, name: str, base: str, path: TemplatePath, is_template: bool, relative_to: str | None = None) -> str:
        """Record a file that the document ``base`` names at ``path``, to be read by ``follow``. Return its URL.

        A file that is used as a template must be one. Any other file is rewritten only if it happens to be one.

        :param relative_to: the base of a relative name, if it isn't the document
        :raises StackValidationFailed: when the URL is invalid, or a document from the web names a local file
        """
        try:
            url = urljoin(relative_to or base, name)
        except ValueError as error:
            raise cannot_read(base, path, f"{name}: {error}") from error
        if urlsplit(base).scheme in fetch.WEB and urlsplit(url).scheme not in fetch.WEB:
            raise cannot_read(base, path, f"{url}: a document from the web can't name files of this machine")
        if url not in self._known:
            self._known.add(url)
            self._waiting.append(Named(url, base, path, is_template))
        return url

    def follow(self) -> None:
        """Read the recorded files, and the files that they name in turn.

        :raises StackValidationFailed: when a file can't be read or parsed, or there are too many
        """
        while self._waiting:
            named = self._waiting.popleft()
            if len(self._known) > MOST_FILES:
                raise cannot_read(
                    named.base, named.path, f"more than {MOST_FILES} files; do they name new ones endlessly?"
                )
            text = self.contents[named.url] = self.text(named.url, named.base, named.path)
            if named.is_template or looks_like_template(text):
                self._rewrite(named.url, text, named.is_template)

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

    def text(self, url: str, base: str, path: TemplatePath) -> str:
        """Return the text of a file. Bytes that aren't UTF-8 become base64, which is how Heat's clients send them.

        :param base: URL of the document that names the file; the file's own URL when the user named it
        :param path: the place in the document
        :raises StackValidationFailed: when it can't be read; the error names the place
        """
        try:
            content = self._read(url)
        except fetch.CannotRead as error:
            raise cannot_read("" if base == url else base, path, str(error)) from error
        self._size += len(content)
        if self._size > LARGEST_IN_ALL:
            raise cannot_read(base, path, f"{url}: all files together have more than {LARGEST_IN_ALL} bytes")
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return base64.encodebytes(content).decode("ascii")


def cannot_read(base: str, path: TemplatePath, reason: str) -> exception.StackValidationFailed:
    """Return the error for a file that the document ``base`` names at ``path``, for the caller to raise."""
    where = f"In {base}: cannot read file" if base else "Cannot read file"
    return exception.StackValidationFailed(error=where, path=path, message=reason)


def names_file(key: Any, value: Any) -> bool:
    """Tell whether an entry of a template names a file: ``get_file: x``, or ``type: x.yaml``."""
    if not isinstance(value, str):
        return False
    return key == "get_file" or (key == "type" and value.endswith((".yaml", ".template")))


def looks_like_template(text: str) -> bool:
    """Tell quickly whether a text may be a template. It avoids parsing scripts and images."""
    return any(key in text for key in VERSION_KEYS)


def file_url(name: str) -> str:
    """Return the URL of a file given by path or by URL."""
    return name if "://" in name or name.startswith("file:") else Path(name).resolve().as_uri()


def parse(text: str, url: str) -> dict[str, Any]:
    """Parse a YAML or JSON document. Dates stay texts.

    :raises StackValidationFailed: when it can't be parsed; the error names the file
    """
    from heatlite import template

    try:
        return template.load(text, fetch.LARGEST_FILE)
    except exception.HeatliteError as error:
        raise exception.StackValidationFailed(error=f"In {url}", message=str(error)) from error
