"""A keystone in memory, behind the clients' own HTTP: what it keeps is its API's JSON, and it answers as a real one.

    Session ── requests ── MemoryKeystone       POST, GET, PATCH, DELETE /v3/projects …; PUT, DELETE of grants

It knows no users' rights. The same stories are told to a real keystone in tests/identity.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests
from requests.adapters import BaseAdapter

from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.clients.settings import Settings, StackDomain

URL = "http://keystone.invalid/v3"
KINDS = ("project", "user", "group", "role", "service", "endpoint", "region", "domain", "credential")
UNIQUE = {
    "project": ("name", "domain_id"),
    "user": ("name", "domain_id"),
    "group": ("name", "domain_id"),
    "role": ("name", "domain_id"),
    "domain": ("name",),
    "region": ("id",),
    "credential": ("id",),
}
SETTINGS = Settings(
    auth_url=URL,
    service=Login(username="heat", password="secret"),
    stack_domain=StackDomain(Login(username="heat_domain_admin", password="secret", domain_id="heat")),
)


class MemoryKeystone(BaseAdapter):
    """The server. ``things`` is what there is, by kind and id; ``paths`` the grants; ``asked`` what was sent.

    ``beside`` answers requests to other hosts; ``catalog`` tells of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.things: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in (*KINDS, "trust")}
        self.paths: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.void: set[str] = set()
        self.dies_after: str | None = None
        self.beside: BaseAdapter | None = None
        self.catalog: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        for kind, thing_id, name in (
            ("domain", "default", "Default"),
            ("domain", "heat", "heat"),
            ("role", "r-member", "member"),
            ("role", "r-reader", "reader"),
            ("role", "r-stack", "heat_stack_user"),
            ("project", "p-shop", "shop"),
            ("user", "u-ann", "ann"),
            ("user", "u-heat", "heat"),
            ("group", "g-staff", "staff"),
            ("service", "s-keys", "keystone"),
            ("region", "RegionOne", "RegionOne"),
        ):
            self.things[kind][thing_id] = {"id": thing_id, "name": name, "domain_id": "default", "enabled": True}

    def sessions(self, settings: Settings = SETTINGS) -> Sessions:
        """Clients of this server."""
        transport = requests.Session()
        transport.mount("http://", self)
        return Sessions(settings, transport)

    def close(self) -> None:
        """Nothing is open."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Answer one request."""
        url = urlsplit(str(request.url))
        if self.beside is not None and url.hostname != urlsplit(URL).hostname:
            return self.beside.send(request, **options)
        path = url.path.removeprefix("/v3/")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = json.loads(request.body or "{}")
        method = str(request.method)
        self.asked.append((method, path))
        if path == "auth/tokens":
            status, answer, headers = 201, token_of(body), {"X-Subject-Token": f"t{next(self._numbers)}"}
            answer["token"]["catalog"] = self.catalog
        elif request.headers.get("X-Auth-Token") in self.void:
            status, answer, headers = 401, wrong(401, "The request you have made requires authentication."), {}
        else:
            (status, answer), headers = self._answer(method, path, query, body), {}
        if self.dies_after == method:
            self.dies_after = None
            raise requests.ConnectionError("the engine died before it heard the answer")
        return response(request, status, answer, headers)

    def _answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        steps = [unquote(step) for step in path.removeprefix("OS-TRUST/").split("/")]
        if steps[0] == "role_assignments":
            return 200, {"role_assignments": self._assignments(query)}
        if len(steps) > 2:
            return self._membership(method, path, steps)
        kind = steps[0].removesuffix("s")
        if len(steps) == 2:
            return self._one(method, kind, steps[1], body)
        if method == "POST":
            return self._create(kind, body[kind])
        found = [it for it in self.things[kind].values() if all(it.get(k) == v for k, v in query.items())]
        return 200, {f"{kind}s": found}

    def _one(self, method: str, kind: str, thing_id: str, body: Any) -> tuple[int, Any]:
        there = self.things[kind].get(thing_id)
        if there is None:
            return 404, wrong(404, f"Could not find {kind}: {thing_id}.")
        if method == "PATCH":
            there |= body[kind]
        if method == "DELETE":
            if kind == "domain" and there["enabled"]:
                return 403, wrong(403, "Cannot delete a domain that is enabled, please disable it first.")
            del self.things[kind][thing_id]
            self.paths = {path for path in self.paths if thing_id not in path.split("/")}
            of_others = {key: it for key, it in self.things["credential"].items() if it["user_id"] != thing_id}
            self.things["credential"] = of_others
            return 204, None
        return 200, {kind: shown(there)}

    def _create(self, kind: str, values: dict[str, Any]) -> tuple[int, Any]:
        made = {"enabled": True, **values}
        if kind in ("project", "user", "group"):
            made.setdefault("domain_id", "default")
        if kind == "credential":
            made.setdefault("id", hashlib.sha256(json.loads(made["blob"])["access"].encode()).hexdigest())
        made.setdefault("id", uuid.UUID(int=next(self._numbers)).hex)
        unique = UNIQUE.get(kind, ())
        if unique and any(all(it.get(k) == made.get(k) for k in unique) for it in self.things[kind].values()):
            return 409, wrong(409, f"Conflict occurred attempting to store {kind} - Duplicate entry found.")
        self.things[kind][made["id"]] = made
        return 201, {kind: shown(made)}

    def _membership(self, method: str, path: str, steps: list[str]) -> tuple[int, Any]:
        ends = zip(steps[::2], steps[1::2], strict=True)
        if any(thing_id not in self.things[plural.removesuffix("s")] for plural, thing_id in ends):
            return 404, wrong(404, f"Could not find what {path} names.")
        if method == "PUT":
            self.paths.add(path)
        elif path not in self.paths:
            return 404, wrong(404, "Could not find role assignment.")
        else:
            self.paths.remove(path)
        return 204, None

    def _assignments(self, query: dict[str, str]) -> list[dict[str, Any]]:
        project = query.get("scope.project.id")
        steps = [path.split("/") for path in sorted(self.paths)]
        return [
            {"user": {"id": it[3]}, "role": {"id": it[5]}} for it in steps if it[0] == "projects" and it[1] == project
        ]


def shown(thing: dict[str, Any]) -> dict[str, Any]:
    """A thing as it is told: without its password."""
    return {name: value for name, value in thing.items() if name != "password"}


def token_of(body: Any) -> dict[str, Any]:
    """What a token says."""
    user = body["auth"]["identity"]["password"]["user"]
    user_id = user.get("id") or f"u-{user['name']}"
    token = {"methods": ["password"], "expires_at": "2999-01-01T00:00:00.000000Z", "issued_at": "2026-01-01T00:00:00Z"}
    scope = {"domain": {"id": "heat", "name": "heat"}} if "domain" in body["auth"].get("scope", {}) else {}
    who = {"id": user_id, "name": user.get("name"), "domain": {"id": "default", "name": "Default"}}
    return {"token": {**token, **scope, "user": who, "catalog": []}}


def wrong(code: int, message: str) -> dict[str, Any]:
    """A refusal."""
    return {"error": {"code": code, "message": message}}


def response(request: requests.PreparedRequest, status: int, body: Any, headers: dict[str, str]) -> requests.Response:
    """An answer over HTTP."""
    answer = requests.Response()
    answer.status_code, answer.request, answer.url = status, request, str(request.url)
    answer.headers.update({"Content-Type": "application/json", **headers})
    answer._content = b"" if body is None else json.dumps(body).encode()
    return answer
