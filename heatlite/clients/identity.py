"""Identity: what is asked of keystone, in a few verbs over its things: projects, users, groups, roles, …

    get, listed, create, update, delete     of a kind: "project", "user", …
    put, remove                             of what is nothing but a path: a grant, a membership
    id_of                                   a name, an id or ``name{domain}`` ──▶ an id

Values go in and come out as keystone's API has them. Something that isn't there is None or False, never an error: who
deletes wants it gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heatlite import exception
from heatlite.clients.failures import told

if TYPE_CHECKING:
    from keystoneauth1.session import Session
    from requests import Response

Values = dict[str, Any]

PLURALS = {"trust": "OS-TRUST/trusts"}
"""Where that is more than an s."""
NAMED_IN_DOMAIN = re.compile(r"(?P<name>.*)\{(?P<domain>.*?)\}$")
OF_DOMAINS = frozenset({"project", "user", "group", "role"})
NOT_THERE = 404


class Identity:
    """Asks keystone, as whoever the session is of.

    :param url: keystone's, down to its version: ``https://cloud.example/identity/v3``
    """

    def __init__(self, session: Session, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    def get(self, kind: str, thing_id: str) -> Values | None:
        """One thing, or None."""
        answer = self._ask("GET", f"{plural(kind)}/{quoted(thing_id)}")
        return None if answer is None else answer.json()[kind]

    def listed(self, kind: str, **filters: Any) -> list[Values]:
        """All things of a kind, or those that filters of keystone's leave; a filter of None leaves all."""
        given = {name: value for name, value in filters.items() if value is not None}
        answer = self._ask("GET", plural(kind), params=given)
        return [] if answer is None else answer.json()[plural(kind).rpartition("/")[2]]

    def create(self, kind: str, values: Mapping[str, Any]) -> Values:
        """Make a thing.

        :raises CloudConflict: where there is one of that name
        """
        return self._surely("POST", plural(kind), json={kind: dict(values)}).json()[kind]

    def update(self, kind: str, thing_id: str, values: Mapping[str, Any]) -> Values | None:
        """Change a thing; None where it is gone."""
        answer = self._ask("PATCH", f"{plural(kind)}/{quoted(thing_id)}", json={kind: dict(values)})
        return None if answer is None else answer.json()[kind]

    def delete(self, kind: str, thing_id: str) -> bool:
        """Delete a thing: False if it was gone."""
        return self._ask("DELETE", f"{plural(kind)}/{quoted(thing_id)}") is not None

    def put(self, path: str) -> None:
        """Have a grant or a membership. Raises CloudError where one of its ends is gone."""
        self._surely("PUT", path)

    def remove(self, path: str) -> bool:
        """Have a grant or a membership no longer: False if it, or one of its ends, was gone."""
        return self._ask("DELETE", path) is not None

    def id_of(self, kind: str, name: str) -> str:
        """The id of a thing.

        :param name: its id, its name, or ``name{domain}``
        :raises EntityNotFound: where there is none
        :raises Invalid: where there are several of this name
        """
        plain, domain_id = self._in_domain(kind, name)
        if plain and self.get(kind, plain) is not None:
            return plain
        if kind == "region":  # has no name but its id
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

    def _surely(self, method: str, path: str, **sent: Any) -> Response:
        """As ``_ask``, where not being there is an error too."""
        answer = self._ask(method, path, **sent)
        if answer is None:
            raise exception.CloudError(service="Keystone", status=NOT_THERE, message=f"{method} {path}: not found")
        return answer

    def _ask(self, method: str, path: str, **sent: Any) -> Response | None:
        """The answer; None where what the path names isn't there.

        :raises CloudError: with keystone's own words, or why it couldn't be asked
        """
        with told():
            answer = self._session.request(f"{self._url}/{path}", method, raise_exc=False, **sent)
        if answer.status_code == NOT_THERE and method in ("GET", "PATCH", "DELETE"):
            return None
        if answer.status_code >= 400:
            kind = exception.CloudConflict if answer.status_code == 409 else exception.CloudError
            raise kind(service="Keystone", status=answer.status_code, message=said(answer))
        return answer


def plural(kind: str) -> str:
    """The collection of a kind, as it stands in the URL."""
    return PLURALS.get(kind, f"{kind}s")


def quoted(thing_id: str) -> str:
    """An id as one step of a URL. It may be what somebody wrote for a name."""
    from urllib.parse import quote

    return quote(thing_id, safe="")


def said(answer: Response) -> str:
    """What a refusal says."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return str(answer.reason)
