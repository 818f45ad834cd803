"""OS::Swift::Container: a container of objects.

A container is known by its name, and Swift accepts the creation of a container that exists. So the creation looks
first, and fails if there is a container of the name that isn't the resource's own. The mark is a key of the container's
metadata, with the whole uuid: a repeated creation finds its own container by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from heatlite.exception import CloudConflict, CloudNotFound, ResourceActionNotSupported
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.marks import KEY, ByContent
from heatlite.resources.schema import Attribute, CacheMode, Property, Type

READ, WRITE, META, ACCOUNT = "X-Container-Read", "X-Container-Write", "X-Container-Meta", "X-Account-Meta"
PURGE = "PurgeOnDelete"
MARK = f"{META}-{KEY.replace('_', '-')}".lower()
OBJECTS_A_STEP = 200
"""The most objects that one step of a deletion deletes."""


class Container(CloudResource):
    """A container of objects."""

    service, path, key = "object_store", "", "container"
    mark = ByContent()
    refusal: ClassVar[str] = f"Deleting non-empty container ({{}}) when {PURGE} is False"
    in_use_seconds = 3600.0  # Swift's listings lag behind, and a purge takes several steps
    properties_schema = {
        "name": Property(Type.STRING, "The name of the container."),
        READ: Property(Type.STRING, "Who may read the container: an ACL of Swift."),
        WRITE: Property(Type.STRING, "Who may write to the container: an ACL of Swift."),
        META: Property(Type.MAP, "The metadata of the container.", default={}),
        ACCOUNT: Property(Type.MAP, "Metadata for the project's account.", default={}),
        PURGE: Property(Type.BOOLEAN, "Whether a deletion deletes the objects in the container.", default=False),
    }
    attributes_schema = {
        "DomainName": Attribute("The host of the container's URL.", Type.STRING),
        "WebsiteURL": Attribute("The URL of the container.", Type.STRING),
        "RootURL": Attribute("The URL of the account.", Type.STRING),
        "ObjectCount": Attribute("The number of objects in the container.", Type.INTEGER, CacheMode.NONE),
        "BytesUsed": Attribute("The size of the objects, in bytes.", Type.INTEGER, CacheMode.NONE),
        "HeadContainer": Attribute("The headers of the container.", Type.MAP, CacheMode.NONE),
    }

    def handle_create(self) -> Any:
        """Create the container, if no other one has its name.

        :raises CloudConflict: if there is one
        """
        name = self.wanted_name
        if self._has_other(name):
            message = f"A container {name} exists already. Delete it, or choose another name."
            raise CloudConflict(service="Swift", status=409, message=message)
        self.api.answer("PUT", self.place(name), headers={**self.headers(), MARK: self.uuid})
        self.resource_id_set(name)
        if account := self.account_headers():
            self.api.answer("POST", "", headers=account)
        return {}

    @property
    def wanted_name(self) -> str:
        """The container's name. Hook."""
        return str(self.properties["name"] or self.physical_resource_name())

    @property
    def purges(self) -> bool:
        """Whether a deletion deletes the objects too. Hook."""
        return bool(self.properties[PURGE])

    def headers(self) -> dict[str, str]:
        """Return who may read and write, and the metadata. Hook."""
        given = {header: self.properties[header] for header in (READ, WRITE) if self.properties[header] is not None}
        return {**given, **prefixed(META, self.properties[META])}

    def account_headers(self) -> dict[str, str]:
        """Return the metadata for the project's account. Hook."""
        return prefixed(ACCOUNT, self.properties[ACCOUNT])

    def _has_other(self, name: str) -> bool:
        try:
            return bool(self.look(name).get(MARK) != self.uuid)
        except CloudNotFound:
            return False

    def find(self) -> list[str]:
        """Return the name, if the container has the mark."""
        name = self.wanted_name
        try:
            return [name] if self.look(name).get(MARK) == self.uuid else []
        except CloudNotFound:
            return []

    def look(self, thing_id: str) -> Body:
        """Read the container's headers; their names are in lower case."""
        headers, _ = self.api.answer("HEAD", self.place(thing_id))
        return {name.lower(): value for name, value in headers.items()}

    def delete(self, thing_id: str) -> None:
        """Delete some of the objects, if that is allowed, and send the deletion of the container.

        :raises ResourceActionNotSupported: if there are objects that may not be deleted
        :raises CloudConflict: if there are still objects
        """
        there = self.api.get(self.place(thing_id), params={"format": "json", "limit": OBJECTS_A_STEP}) or []
        if there and not self.purges:
            raise ResourceActionNotSupported(action=self.refusal.format(thing_id))
        for it in there:
            try:
                self.api.delete(f"{self.place(thing_id)}/{quote(it['name'])}")
            except CloudNotFound:
                continue
        super().delete(thing_id)

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute. Numbers are texts, as in Heat. The headers don't include the mark."""
        match name:
            case "ObjectCount":
                return body["x-container-object-count"]
            case "BytesUsed":
                return body["x-container-bytes-used"]
            case "HeadContainer":
                return {header: it for header, it in body.items() if header != MARK}
        return None

    def resolve_attribute(self, name: str) -> Any:
        """Return one attribute; URLs need no request."""
        account = self.cloud.endpoint("object-store") or ""
        match name:
            case "DomainName":
                return urlsplit(account).hostname
            case "RootURL":
                return account
            case "WebsiteURL":
                return f"{account}/{self.resource_id}"
        return super().resolve_attribute(name)


def prefixed(prefix: str, values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return metadata as headers."""
    return {f"{prefix}-{name}": str(value) for name, value in (values or {}).items()}
