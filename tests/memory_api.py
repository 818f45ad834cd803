"""A service's API in memory, behind the clients' own HTTP: collections of JSON objects, and every fault in its time.

    Api ── SDK ── keystoneauth ── requests ── MemoryApi      POST, GET, PUT, DELETE /v2.0/networks …

What it is for is what a real service does only when it is broken: ``fails`` is a list of what becomes of the next
requests: a status, ``LOST`` (it is done, and nobody hears of it) or ``AWAY`` (it isn't done). The types themselves are
told to real services, in tests/cloud.
"""

from __future__ import annotations

import itertools
import json
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter

from heatlite.clients.api import EXTENSIONS
from heatlite.clients.cloud import ServicesOf
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.clients.settings import Settings
from tests.memory_keystone import response, wrong

KEYSTONE, NETWORK = "http://keystone.invalid/v3", "http://network.invalid"
LOST, AWAY = "lost", "away"
KEYS = {"networks": "network", "things": "thing", "extensions": "extension"}


@dataclass(frozen=True)
class Refusal:
    """A status, with what stands in its headers and what it says."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "no"


class MemoryApi(BaseAdapter):
    """The service ``network``. ``objects``: collection → id → object; ``asked``: (method, path) of each request.

    ``catalogue``: the types under which Keystone lists it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[str, dict[str, Any]]] = {"networks": {}, "things": {}, "extensions": {}}
        self.asked: list[tuple[str, str]] = []
        self.fails: list[Refusal | str | None] = []
        self.logins = 0
        self.void: set[str] = set()
        self.page = 100
        self.catalogue = ["network"]
        self._numbers = itertools.count(1)
        EXTENSIONS.clear()  # what another one said of its own

    def cloud(self, login: Login | None = None) -> ServicesOf:
        """The services, as somebody."""
        sessions = self.sessions()
        known = login or Login(username="ann", password="hunter2", project_id="shop")
        return ServicesOf(sessions, lambda: known)

    def sessions(self) -> Sessions:
        """Clients of it."""
        transport = requests.Session()
        transport.mount("http://", self)
        return Sessions(Settings(auth_url=KEYSTONE), transport)

    def close(self) -> None:
        """Nothing is open."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Answer one request."""
        url = urlsplit(str(request.url))
        if url.hostname == "keystone.invalid":
            self.logins += 1
            given = request.headers.get("X-Subject-Token") or f"t{self.logins}"
            return response(request, 201, token(self.catalogue), {"X-Subject-Token": given})
        path = url.path.removeprefix("/v2.0")
        if not path.strip("/"):
            return response(request, 200, versions(), {})
        self.asked.append((str(request.method), path))
        if request.headers.get("X-Auth-Token") in self.void:
            return response(request, 401, wrong(401, "log in"), {})
        fault = self.fails.pop(0) if self.fails else None
        if isinstance(fault, Refusal):
            body = {"NeutronError": {"message": fault.message}}
            return response(request, fault.status, body, fault.headers)
        if fault == AWAY:
            raise requests.ConnectionError("nobody is there")
        status, answer = self._answer(str(request.method), path, parse_qs(url.query), request.body)
        if fault == LOST:
            raise requests.ConnectionError("the answer was lost")
        return response(request, status, answer, {})

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        _, collection, *rest = path.split("/")
        there, key = self.objects[collection], KEYS[collection]
        given = json.loads(body) if body else {key: {}}
        if (several := f"{key}s") in given:
            return 201, {several: [self._made(there, it) for it in given[several]]}
        sent = given[key]
        if not rest and method == "POST":
            return 201, {key: self._made(there, sent)}
        if not rest:
            return 200, self._list(collection, query)
        if rest[0] not in there:
            return 404, {"NeutronError": {"message": f"{key} {rest[0]} could not be found"}}
        if method == "PUT":
            there[rest[0]] |= sent
        if method == "DELETE":
            del there[rest[0]]
            return 204, None
        return 200, {key: there[rest[0]]}

    def _made(self, there: dict[str, dict[str, Any]], sent: dict[str, Any]) -> dict[str, Any]:
        made = {"id": str(uuid.UUID(int=next(self._numbers))), "status": "ACTIVE", **sent}
        there[made["id"]] = made
        return made

    def _list(self, collection: str, query: dict[str, list[str]]) -> Any:
        marker = int(query.pop("marker", ["0"])[0])
        found = [it for it in self.objects[collection].values() if all(str(it.get(k)) in v for k, v in query.items())]
        page: dict[str, Any] = {collection: found[marker : marker + self.page]}
        if marker + self.page < len(found):
            following = f"{NETWORK}/v2.0/{collection}?marker={marker + self.page}"
            page[f"{collection}_links"] = [{"rel": "next", "href": following}]
        return page


def token(services: list[str]) -> dict[str, Any]:
    """What a login is answered: a token whose catalogue has these services."""
    urls = [{"id": it, "interface": it, "region_id": "R", "region": "R", "url": NETWORK} for it in ("public", "admin")]
    who = {"id": "ann", "name": "ann", "domain": {"id": "default", "name": "Default"}}
    project = {"id": "shop", "name": "shop", "domain": {"id": "default", "name": "Default"}}
    times = {"expires_at": "2999-01-01T00:00:00.000000Z", "issued_at": "2026-01-01T00:00:00Z"}
    catalogue = [{"id": it, "type": it, "name": it, "endpoints": urls} for it in services]
    return {"token": {"methods": ["password"], "user": who, "project": project, "catalog": catalogue, **times}}


def versions() -> dict[str, Any]:
    """The service's versions."""
    links = [{"rel": "self", "href": f"{NETWORK}/v2.0/"}]
    return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]}
