"""The base of all Barbican types, and the reading of payloads.

Barbican's objects have no id in JSON but a reference: the URL of the object. The reference is the physical id, as in
Heat, because templates hand it to other resources. A body has no key around it::

    POST /secrets {"name": …} ─▶ {"secret_ref": "https://…/v1/secrets/3b24…"}

The mark is the generated name. Barbican's objects can't be renamed and have no other place for a mark in a creation, so
an object that the template names isn't found after a crash: another object may have the same name.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from heatlite.resources.cloud import Api
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import text
from heatlite.resources.schema import Property


class BarbicanResource(CloudResource):
    """An object of Barbican. ``key`` is its kind: ``secret``, ``container`` or ``order``."""

    service, is_bare = "key_manager", True

    def made(self, body: Body) -> None:
        """Record the reference. The answer has nothing else."""
        super().made(body)
        self._seen = None

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the reference."""
        return str(body[f"{self.key}_ref"])

    def place(self, thing_id: str) -> str:
        """Return the path of an object, for its reference."""
        return f"{self.path}/{id_of(thing_id)}"

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return Barbican's code and reason."""
        return f"{body.get('error_status_code')} - {body.get('error_reason')}"


def id_of(reference: str) -> str:
    """Return the id at the end of a reference."""
    return reference.rstrip("/").rsplit("/", 1)[-1]


def name(of: str) -> Property:
    """Return the property ``name``."""
    return text(f"The name of the {of}.")


def payload_of(api: Api, reference: str) -> str | None:
    """Return the payload of a secret: as text, or in base64 if it isn't text; None if it has none.

    :raises CloudNotFound: if there is no such secret
    """
    place = f"/secrets/{id_of(reference)}"
    types = api.get(place).get("content_types")
    if not types:
        return None
    _, content = api.answer("GET", f"{place}/payload", headers={"Accept": types["default"]})
    try:
        return content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()
