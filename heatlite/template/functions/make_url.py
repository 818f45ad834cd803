"""``make_url``: a URL from its parts, each quoted as its place requires.

::

    make_url: {scheme: http, username: u, password: p, host: "::1", port: 80, path: /a b, query: {k: v}, fragment: f}
                                                                   --> http://u:p@[::1]:80/a%20b?k=v#f
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib import parse

from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.nodes import entries_of
from heatlite.template.scope import Scope

TEXTS = ("scheme", "username", "password", "host", "path", "fragment")
PARTS = (*TEXTS, "port", "query")


class MakeUrl(Function):
    """A URL from its parts. Each part may be left out."""

    __slots__ = ()
    name = "make_url"

    def check(self, compiler: Compiler) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise self.wrong('The arguments to "make_url" must be a map')
        if unknown := sorted(map(str, set(entries) - set(PARTS))):
            raise self.wrong(f'Invalid arguments to "make_url": {", ".join(unknown)}; it takes {", ".join(PARTS)}')
        self.fits(self._check_parts, {key: it for key, it in entries.items() if not isinstance(it, Function)})

    def apply(self, arguments: Any, scope: Scope) -> str:
        self._check_parts(arguments)
        scheme = arguments.get("scheme", "")
        if ":" in scheme:
            raise self.wrong("URL \"scheme\" should not contain ':'")
        path, fragment = (parse.quote(arguments.get(part, "")) for part in ("path", "fragment"))
        query = parse.urlencode(dict(arguments.get("query", {}))).replace("%2F", "/")
        return parse.urlunsplit((scheme, _authority(arguments), path, query, fragment))

    def _check_parts(self, parts: Mapping[str, Any]) -> None:
        for part in TEXTS:
            if part in parts and not is_text(parts[part]):
                raise self.wrong(f'The "{part}" argument to "make_url" must be a string')
        if "query" in parts and entries_of(parts["query"]) is None:
            raise self.wrong('The "query" argument to "make_url" must be a map')
        if "port" in parts:
            self._check_port(parts["port"])

    def _check_port(self, port: Any) -> None:
        try:
            number = int(port)
        except (TypeError, ValueError, OverflowError):
            raise self.wrong(f'Invalid URL port "{port!s:.80}" for make_url') from None
        if not 0 < number <= 65535:
            raise self.wrong(f"Invalid URL port {number}, must be in range 1-65535")


def _authority(parts: Mapping[str, Any]) -> str:
    username, password = (parse.quote(parts.get(part, ""), safe="") for part in ("username", "password"))
    host = parts.get("host", "")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    host = parse.quote(host, safe=":")
    user = f"{username}{':' if password else ''}{password}@" if username or password else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{user}{f'[{host}]' if ':' in host else host}{port}"
