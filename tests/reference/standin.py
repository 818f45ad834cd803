"""A stand-in for services that don't run here. It takes what a service's API reference lets through, and nothing else.

    Api ── SDK ── keystoneauth ── requests ── StandIn ── a Kind of each collection: paths, verbs, fields, states

A request that the reference doesn't know is answered as the service would: an unknown field or a missing one with 400,
another verb with 405, another path with 404. ``fails`` says what becomes of the next requests, ``ends_in`` which state
objects come to. It checks no values beyond their JSON type, and no rights.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from requests.adapters import BaseAdapter

from heatlite.clients.api import EXTENSIONS
from heatlite.clients.cloud import ServicesOf
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.clients.settings import Settings
from tests.memory_api import AWAY, KEYSTONE, LOST, Refusal
from tests.memory_keystone import response, wrong

Body = dict[str, Any]
JSON_PATCH = "JSON patch"
"""The verb PATCH, with a list of operations in place of fields."""


@dataclass(frozen=True)
class Kind:
    """A kind of object, by a service's API reference. Words are separated by spaces.

    ``service``: its type in the catalogue. ``path``: of the collection, with ``{}`` for the id of a parent object.
    ``key``: of one object in JSON; empty: its fields stand alone. ``listed``: the key of a list; empty: a list stands
    alone. ``required`` and ``optional``: fields of a creation; ``creates``: its method. ``changes``: fields of a
    change; ``verb``: its method. ``filters``: queries of a list. ``states``: the values of the field ``status``, one
    after another, from the creation on. ``at_once``: there is nothing left after a deletion's answer. ``id``: the
    field that is the id. ``adds``: fields that the service fills in. ``unique``: fields in which no two objects may
    be equal. ``makes``: what the service makes of the fields. ``actions``: method and what follows an object's path →
    what it does. ``needs``: fields that a change must have. ``changing``: the states after a change, as ``states``.
    ``answers``: what the answer of a creation has; None: the object. ``is_silent``: a change's answer is empty.
    ``shows_id``: the id is among the fields. ``headers``: what a request must have, ``patches``: the type of a patch.
    ``around``: the key around an object in answers, where requests have none. ``always_next``: a list with anything
    in it has a next page. ``reads``: the fields in a body of another form. ``changes_collection``: changes are sent to
    the collection. ``takes_id``: a creation may say the id, and an id that exists is no other object. ``serves``:
    what follows an object's path, if ``actions`` can't tell it. ``ages``: what becomes of an object at each look.
    ``patch_root``: what the paths in a JSON patch begin with. ``deleting``: the status once a deletion is sent; empty:
    the one before stays until the object is gone. ``frozen``: the states in which an object can't be changed.
    ``invents``: what doesn't exist is shown with the fields in ``adds``, and can be deleted. ``claimed``: a field whose
    value in a change no object may have, not even the one that is changed.
    """

    service: str
    path: str
    key: str = ""
    listed: str = ""
    required: str = ""
    optional: str = ""
    changes: str = ""
    verb: str = "PUT"
    filters: str = ""
    states: str = ""
    status: str = "status"
    at_once: bool = True
    id: str = "id"
    adds: Mapping[str, Any] = field(default_factory=dict)
    unique: str = ""
    makes: Callable[[Body], Body] = dict
    actions: Mapping[str, Callable[[StandIn, Body, Any], Any]] = field(default_factory=dict)
    creates: str = "POST"
    needs: str = ""
    changing: str = ""
    answers: Callable[[Body], Body] | None = None
    is_silent: bool = False
    shows_id: bool = True
    headers: str = ""
    patches: str = "application/json"
    patch_root: str = "/"
    deleting: str = ""
    frozen: str = ""
    invents: bool = False
    claimed: str = ""
    around: str = ""
    always_next: bool = False
    reads: Callable[[Any], Body] | None = None
    changes_collection: bool = False
    takes_id: bool = False
    serves: Callable[[StandIn, Body, str, str, Any], Any] | None = None
    ages: Callable[[StandIn, Body], None] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the path of the collection, and of what is in it, looks like."""
        collection = re.escape(self.path).replace(r"\{\}", "([^/]+)")
        return re.compile(rf"{collection}/?(?:(?<=/)(?P<id>[^/]+)(?:/(?P<action>.+))?)?")


class StandIn(BaseAdapter):
    """The services that have these kinds of objects.

    ``asked`` are the requests: method, path and JSON. ``extensions`` are those of Neutron.
    """

    def __init__(self, *kinds: Kind, extensions: str = "") -> None:
        super().__init__()
        self.kinds = sorted(kinds, key=lambda kind: -kind.path.count("{}"))
        self.objects: dict[str, dict[str, Body]] = {kind.path: {} for kind in kinds}
        self.asked: list[tuple[str, str, Any]] = []
        self.fails: list[Refusal | str | None] = []
        self.ends_in: str | None = None
        self.extensions = extensions.split()
        self.headers: list[Mapping[str, str]] = []
        self._ahead: dict[int, list[str]] = {}
        self._numbers = itertools.count(1)
        EXTENSIONS.clear()

    def close(self) -> None:
        """Nothing is open."""

    def cloud(self) -> ServicesOf:
        """The services, as somebody."""
        transport = requests.Session()
        transport.mount("http://", self)
        login = Login(username="ann", password="hunter2", project_id="shop")
        return ServicesOf(Sessions(Settings(auth_url=KEYSTONE), transport), lambda: login)

    def of(self, kind: Kind) -> list[Body]:
        """The objects of a kind."""
        return list(self.objects[kind.path].values())

    def put(self, kind: Kind, fields: Body, *parents: str) -> None:
        """Put an object there, without a request."""
        there = {name: it for name, it in fields.items() if kind.shows_id or name != kind.id}
        self.objects[kind.path][str(fields[kind.id])] = {**there, PARENTS: list(parents)}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Answer one request."""
        url = urlsplit(str(request.url))
        if url.hostname == "keystone.invalid":
            return response(request, 201, self._token(), {"X-Subject-Token": "t"})
        service = str(url.hostname).removesuffix(".invalid")
        if (versions := discovered(service, url.path)) is not None:
            return response(request, 200, versions, {})
        if url.path == "/v2.0/extensions":
            return response(request, 200, {"extensions": [{"alias": it} for it in self.extensions]}, {})
        body = parsed(request.body)
        self.asked.append((str(request.method), unquote(url.path), body))
        self.headers.append(dict(request.headers))
        fault = self.fails.pop(0) if self.fails else None
        if isinstance(fault, Refusal):
            return response(request, fault.status, {"error": {"message": fault.message}}, fault.headers)
        if fault == AWAY:
            raise requests.ConnectionError("nobody is there")
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        status, answer = self._answer(service, request, unquote(url.path), query, body)
        if fault == LOST:
            raise requests.ConnectionError("the answer was lost")
        return response(request, status, answer, {})

    def _answer(
        self, service: str, request: requests.PreparedRequest, path: str, query: dict[str, str], body: Any
    ) -> tuple[int, Any]:
        method = str(request.method)
        of_service = [kind for kind in self.kinds if kind.service == service]
        found = [(kind, match) for kind in of_service if (match := kind.pattern.fullmatch(path))]
        if not found:
            return 404, wrong(404, f"The reference has no {path} of {service}")
        kind, match = found[0]
        if missing := [it for it in kind.headers.split() if it not in request.headers]:
            return 400, wrong(400, f"The request has no {missing}")
        if method == "PATCH" and not str(request.headers.get("Content-Type")).startswith(kind.patches):
            return 415, wrong(415, f"Accepted media type for PATCH: {kind.patches}")
        parents = [it for at, it in enumerate(match.groups(), 1) if at not in match.re.groupindex.values()]
        if match["id"] is None or (match["id"] == "detail" and method == "GET"):
            sent = kind.reads(body) if kind.reads and body is not None else body
            if method == "POST" and kind.creates == "POST":
                return self._create(kind, sent, parents)
            if method == kind.verb and kind.changes_collection:
                return self._one(kind, method, sent[kind.id], None, sent)
            return self._list(kind, query, parents) if method == "GET" else (405, wrong(405, f"{method} {path}"))
        if method == kind.creates == "PUT" and match["action"] is None:
            if match["id"] in self.objects[kind.path]:
                return 204, None
            return self._create(kind, body or {}, parents, match["id"])
        return self._one(kind, method, match["id"], match["action"], query or None if body is None else body)

    # --- what the reference says ------------------------------------------------------------------------------------

    def _create(self, kind: Kind, body: Any, parents: list[str], name: str | None = None) -> tuple[int, Any]:
        sent = inside(kind, body)
        if sent is None:
            return 400, wrong(400, f"The body of a creation is {kind.key or 'an object'}")
        if problem := told_wrong(sent, f"{kind.required} {kind.optional}", kind.required):
            return 400, wrong(400, problem)
        unique = kind.unique.split()
        near = [it for it in self.of(kind) if it[PARENTS] == parents]
        if unique and any(all(it.get(name) == sent.get(name) for name in unique) for it in near):
            return 409, wrong(409, f"There is such a {kind.key or 'thing'} already")
        if kind.takes_id and sent.get(kind.id) in self.objects[kind.path]:
            return 201, outside(kind, self.objects[kind.path][sent[kind.id]])
        number = name or sent.get(kind.id) or str(uuid.UUID(int=next(self._numbers)))
        made = {**({kind.id: number} if kind.shows_id else {}), **kind.adds, **kind.makes(sent), PARENTS: parents}
        states = kind.states.split()
        if self.ends_in is not None and states:
            states = [*states[:-1], self.ends_in]
        if states:
            made[kind.status] = states[0]
        self._ahead[id(made)] = states[1:]
        self.objects[kind.path][number] = made
        return 201, kind.answers(made) if kind.answers else outside(kind, made)

    def _list(self, kind: Kind, query: dict[str, str], parents: list[str]) -> tuple[int, Any]:
        if unknown := set(query) - {*kind.filters.split(), *PAGES}:
            return 400, wrong(400, f"{sorted(unknown)} is invalid attribute for filtering")
        wanted = {name: value for name, value in query.items() if name not in PAGES and not name.startswith("q.")}
        there = [it for it in self.of(kind) if it[PARENTS] == parents]
        found = [shown(it) for it in there if all(matches(it.get(name), value) for name, value in wanted.items())]
        if not kind.listed:
            return 200, found
        if not kind.always_next:
            return 200, {kind.listed: found}
        links = [] if "marker" in query or not found else [{"rel": "next", "href": "/?marker=last"}]
        return 200, {kind.listed: [] if "marker" in query else found, "links": links}

    def _one(self, kind: Kind, method: str, thing_id: str, action: str | None, body: Any) -> tuple[int, Any]:
        there = self.objects[kind.path].get(thing_id)
        if there is None and kind.invents and action is None and method in ("GET", "DELETE"):
            return (200, dict(kind.adds)) if method == "GET" else (204, None)
        if there is None:
            return 404, wrong(404, f"{kind.key or 'It'} {thing_id} could not be found")
        if action is not None and kind.serves:
            return 200, kind.serves(self, there, method, action, body)
        if action is not None:
            act = kind.actions.get(f"{method} {action}")
            if act is None and "/" in action:
                act = kind.actions.get(f"{method} {action.rpartition('/')[0]}/")
                body = action.rpartition("/")[2]
            if act is None:
                return 405, wrong(405, f"{method} {action}")
            try:
                return 200, act(self, there, body)
            except Refused as refused:
                return refused.status, wrong(refused.status, str(refused))
        if method == "GET":
            if kind.ages:
                kind.ages(self, there)
            answer = outside(kind, there)
            self._go_on(kind, thing_id, there)
            return 200, answer
        if method == "DELETE":
            if kind.at_once:
                del self.objects[kind.path][thing_id]
            elif self._ahead.get(id(there)) != [GONE]:
                self._ahead[id(there)] = [GONE]
                there |= {kind.status: kind.deleting} if kind.deleting else {}
            return 204, None
        return self._change(kind, method, there, body)

    def _change(self, kind: Kind, method: str, there: Body, body: Any) -> tuple[int, Any]:
        verb = "PATCH" if kind.verb == JSON_PATCH else kind.verb
        if method != verb or not kind.changes:
            return 405, wrong(405, f"{method} isn't how a {kind.key or 'thing'} is changed")
        if there.get(kind.status) in kind.frozen.split():
            return 400, wrong(400, f"Invalid state {there[kind.status]} of {kind.key} for updating")
        sent = patched(kind, body) if kind.verb == JSON_PATCH else inside(kind, body)
        if sent is None:
            return 400, wrong(400, "The body of a change has another form")
        if problem := told_wrong(sent, kind.changes, kind.needs):
            return 400, wrong(400, problem)
        if kind.claimed in sent and any(it.get(kind.claimed) == sent[kind.claimed] for it in self.of(kind)):
            return 409, wrong(409, f"There is such a {kind.claimed} already")
        there |= kind.makes({name: it for name, it in sent.items() if it is not REMOVED})
        for name in [name for name, it in sent.items() if it is REMOVED]:
            there.pop(name, None)
        if kind.changing:
            self.make_busy(there, kind.status, kind.changing)
        if kind.is_silent:
            return 204, None
        return 200, kind.answers(there) if kind.answers else outside(kind, there)

    def make_busy(self, there: Body, status: str, states: str) -> None:
        """Let an object pass these states."""
        there[status], *self._ahead[id(there)] = states.split()

    def _go_on(self, kind: Kind, thing_id: str, there: Body) -> None:
        ahead = self._ahead.get(id(there))
        if ahead and ahead[0] == GONE:
            del self.objects[kind.path][thing_id]
        elif ahead:
            there[kind.status] = ahead.pop(0)

    def _token(self) -> dict[str, Any]:
        project = {"id": "shop", "name": "shop", "domain": {"id": "default", "name": "Default"}}
        user = {"id": "ann", "name": "ann", "domain": project["domain"]}
        times = {"expires_at": "2999-01-01T00:00:00.000000Z", "issued_at": "2026-01-01T00:00:00Z"}
        return {
            "token": {"methods": ["password"], "user": user, "project": project, "catalog": self.catalog(), **times}
        }

    def catalog(self) -> list[dict[str, Any]]:
        """What a token tells of the services."""
        return [
            {
                "id": name,
                "type": name,
                "name": name,
                "endpoints": [
                    {
                        "id": it,
                        "interface": it,
                        "region_id": "R",
                        "region": "R",
                        "url": f"http://{name}.invalid{BASES.get(name, '')}",
                    }
                    for it in ("public", "admin", "internal")
                ],
            }
            for name in sorted({kind.service for kind in self.kinds})
        ]


class Refused(Exception):
    """An action's refusal."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


PARENTS, GONE, REMOVED = " parents", " gone", object()
PAGES = ("limit", "marker", "sort_key", "sort_dir", "detail")
BASES = {
    "workflow": "/v2",
    "container-infra": "/v1",
    "shared-file-system": "/v2",
    "database": "/v1.0/shop",
    "reservation": "/v1",
    "container": "/v1",
}
"""Service → the path of its URL in the catalogue, as its installation guide has it; none for the others."""
MAJORS = {
    "network": ("/v2.0", "v2.0", "", ""),
    "alarming": ("/v2", "v2", "", ""),
    "messaging": ("/v2", "2", "", ""),
    "workflow": ("/v2", "v2", "", ""),
    "container-infra": ("/v1", "v1", "1.11", "1.1"),
    "shared-file-system": ("/v2", "v2.0", "2.93", "2.0"),
    "baremetal": ("/v1", "v1", "1.99", "1.1"),
    "database": ("/v1.0/shop", "v1.0", "", ""),
    "reservation": ("/v1", "v1.0", "", ""),
}
"""Service that tells its versions → the path of one, its name, and the latest and first microversion."""

DEPRECATED = {"reservation": {"v2.0": "/v2"}}
"""Service → names and paths of further versions, which nothing uses."""


def discovered(service: str, path: str) -> Any:
    """The document of a service's versions, at its root and at the root of a version; None elsewhere."""
    if service not in MAJORS:
        return None
    place, name, latest, first = MAJORS[service]
    links = [{"rel": "self", "href": f"http://{service}.invalid{place}/"}]
    version = {"id": name, "status": "CURRENT", "links": links, "version": latest, "min_version": first}
    if path.rstrip("/") == place:
        return {"version": version}
    others = [
        {"id": name, "status": "DEPRECATED", "links": [{"rel": "self", "href": f"http://{service}.invalid{at}"}]}
        for name, at in DEPRECATED.get(service, {}).items()
    ]
    return {"versions": [version, *others]} if not path.strip("/") else None


def parsed(content: bytes | str | None) -> Any:
    """A request's JSON, or its text."""
    if not content:
        return None
    text = content.decode() if isinstance(content, bytes) else content
    try:
        return json.loads(text)
    except ValueError:
        return text


def inside(kind: Kind, body: Any) -> Body | None:
    """The fields in a request; None if it hasn't the form of one."""
    if not kind.key:
        return body if isinstance(body, dict) else None
    fields = body.get(kind.key) if isinstance(body, dict) and set(body) == {kind.key} else None
    return fields if isinstance(fields, dict) else None


def outside(kind: Kind, there: Body) -> Body:
    """An object as an answer has it."""
    key = kind.around or kind.key
    return {key: shown(there)} if key else shown(there)


def shown(there: Body) -> Body:
    """The fields of an object."""
    return {name: value for name, value in there.items() if name != PARENTS}


def told_wrong(sent: Body, allowed: str, required: str) -> str:
    """What is wrong with the fields of a request."""
    if unknown := sorted(set(sent) - set(allowed.split())):
        return f"Unrecognized attribute(s) '{', '.join(unknown)}'"
    if missing := sorted(set(required.split()) - set(sent)):
        return f"Failed to parse request. Required attribute(s) '{', '.join(missing)}' not specified"
    return ""


def patched(kind: Kind, body: Any) -> Body | None:
    """The fields that the operations of a JSON patch set; None if it is none."""
    if not isinstance(body, list) or not all({"op", "path"} <= set(it) for it in body):
        return None
    if any((it["op"] == "remove") is (it.get("value") is not None) for it in body):  # no value is null
        return None
    paths = [str(it["path"]) for it in body]
    if not all(it.startswith(kind.patch_root) and "/" not in it.removeprefix(kind.patch_root) for it in paths):
        return None
    names = [it.removeprefix(kind.patch_root).replace("~1", "/").replace("~0", "~") for it in paths]
    return {name: REMOVED if it["op"] == "remove" else it["value"] for name, it in zip(names, body, strict=True)}


def matches(there: Any, wanted: str) -> bool:
    """Tell whether a field has the value that a query asks for; of a map, the values of some keys."""
    if isinstance(there, Mapping):
        return ast.literal_eval(wanted).items() <= there.items()
    return wanted in ("all", str(there))
