"""Keystone requests for projects, users, groups, roles and so on.

get, listed, create, update, delete     for a kind: "project", "user", …
put, remove                             for things that are only a path: a grant, a membership
id_of                                   a name, an id or ``name{domain}`` ──▶ an id

Values have the form of keystone's API. A missing thing gives None or False and is never an error, because a caller that
deletes a thing wants it gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heatlite import exception
from heatlite.clients.failures import LATER, as_cloud_errors
from heatlite.clients.paths import is_plain

if TYPE_CHECKING:
    from keystoneauth1.session import Session
    from requests import Response

Values = dict[str, Any]

PLURALS = {"trust": "OS-TRUST/trusts"}
"""Collections whose name isn't the kind with an s."""
NAMED_IN_DOMAIN = re.compile(r"(?P<name>.*)\{(?P<domain>.*?)\}$")
OF_DOMAINS = frozenset({"project", "user", "group", "role"})
NOT_THERE = 404


class Identity:
    """Keystone's API, for the user of a session.

    :param url: keystone's URL, including its version: ``https://cloud.example/identity/v3``
    """

    def __init__(self, session: Session, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    def get(self, kind: str, thing_id: str) -> Values | None:
        """Return one thing, or None."""
        answer = self._ask("GET", f"{plural(kind)}/{quoted(thing_id)}")
        return None if answer is None else answer.json()[kind]

    def listed(self, kind: str, **filters: Any) -> list[Values]:
        """List the things of a kind that match keystone's filters. A filter of None is left out."""
        given = {name: value for name, value in filters.items() if value is not None}
        answer = self._ask("GET", plural(kind), params=given)
        return [] if answer is None else answer.json()[plural(kind).rpartition("/")[2]]

    def create(self, kind: str, values: Mapping[str, Any]) -> Values:
        """Create a thing.

        :raises CloudConflict: when one of that name exists
        """
        return self._ask_or_fail("POST", plural(kind), json={kind: dict(values)}).json()[kind]

    def update(self, kind: str, thing_id: str, values: Mapping[str, Any]) -> Values | None:
        """Change a thing. Return None when it is gone."""
        answer = self._ask("PATCH", f"{plural(kind)}/{quoted(thing_id)}", json={kind: dict(values)})
        return None if answer is None else answer.json()[kind]

    def delete(self, kind: str, thing_id: str) -> bool:
        """Delete a thing. Return False when it was gone."""
        return self._ask("DELETE", f"{plural(kind)}/{quoted(thing_id)}") is not None

    def put(self, path: str) -> None:
        """Create a grant or a membership. Raise CloudError when one of its ends is gone."""
        self._ask_or_fail("PUT", path)

    def remove(self, path: str) -> bool:
        """Remove a grant or a membership. Return False when it, or one of its ends, was gone."""
        return self._ask("DELETE", path) is not None

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of a thing.

        :param name: its id, its name, or ``name{domain}``
        :raises EntityNotFound: when there is none
        :raises Invalid: when several have this name
        """
        plain, domain_id = self._in_domain(kind, name)
        if plain and self.get(kind, plain) is not None:
            return plain
        if kind == "region":  # a region's only name is its id
            raise exception.EntityNotFound(entity="KeystoneRegion", name=name)
        found = [it["id"] for it in self.listed(kind, name=plain, domain_id=domain_id) if it["name"] == plain]
        if len(found) > 1:
            say = " or write name{domain}" if kind in OF_DOMAINS else ""
            raise exception.Invalid(reason=f'there are {len(found)} {plural(kind)} "{plain}": give the id{say}')
        if not found:
            raise exception.EntityNotFound(entity=f"Keystone{kind.capitalize()}", name=name)
        return str(found[0])

    def _in_domain(self, kind: str, name: str) -> tuple[str, str | None]:
        match = NAMED_IN_DOMAIN.fullmatch(name) if kind in OF_DOMAINS else None
        return (match["name"], self.id_of("domain", match["domain"])) if match else (name, None)

    def _ask_or_fail(self, method: str, path: str, **sent: Any) -> Response:
        """Send a request as ``_ask`` does, and raise CloudError also for a missing thing."""
        answer = self._ask(method, path, **sent)
        if answer is None:
            raise exception.CloudError(service="Keystone", status=NOT_THERE, message=f"{method} {path}: not found")
        return answer

    def _ask(self, method: str, path: str, **sent: Any) -> Response | None:
        """Send a request and return the answer. Return None when the path names nothing.

        :raises CloudError: with keystone's own words, or the reason why keystone can't be reached
        """
        if not is_plain(path):
            return None
        with as_cloud_errors():
            answer = self._session.request(f"{self._url}/{path}", method, raise_exc=False, **sent)
        if answer.status_code == NOT_THERE and method in ("GET", "PATCH", "DELETE"):
            return None
        if answer.status_code >= 400:
            kind = exception.CloudConflict if answer.status_code == 409 else exception.CloudError
            kind = exception.CloudUnavailable if answer.status_code in LATER else kind
            raise kind(service="Keystone", status=answer.status_code, message=refusal_message(answer))
        return answer


def plural(kind: str) -> str:
    """Return the collection of a kind, as URLs name it."""
    return PLURALS.get(kind, f"{kind}s")


def quoted(thing_id: str) -> str:
    """Quote an id as one step of a URL. A user may have written any text as a name."""
    from urllib.parse import quote

    return quote(thing_id, safe="")


def refusal_message(answer: Response) -> str:
    """Return a refusal's message."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return str(answer.reason)
