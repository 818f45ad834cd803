"""Marks: data stored with an object at its service, by which the object is found again by the resource's uuid.

An engine may die, or an answer may be lost, after the service has created an object and before the engine knows it.
Such an object is found by its mark, and only by that: a name from a template may be somebody else's.

::

    mark           stored in                          found by         safe because
    InNeutron      the name that heatlite generates,  ?name=,          the name has 60 bits of the uuid, the
                   otherwise the description          ?description=    description has all of it
    InDescription  the description, for a while       ?description=    the value is the whole uuid
    InTags         a tag, beside the template's       ?tags=           the value is the whole uuid
    InMetadata     a map that users may write         a list's filter  the value is the whole uuid
    InName         the name that heatlite generates   ?name=           as above; a name from the template is no mark
    ByContent      nothing                            the type's find  its content identifies it, or it is unique
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from heatlite.resources.openstack.base import CloudResource

KEY = "heat_resource"
DESCRIPTION, TAGS = "description", "tags"


def tag_of(uuid: str) -> str:
    """Return the mark of a resource as one word."""
    return f"{KEY}={uuid}"


def is_mark(text: Any) -> bool:
    """Tell whether a text is the mark of a resource, whatever its uuid is."""
    return isinstance(text, str) and text.startswith(f"{KEY}=")


class Mark(Protocol):
    """The place of a mark."""

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        """Put the mark into the body of a creation."""

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        """Return the query that filters a list; None: nothing was marked."""

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        """Tell whether an object of the list has the resource's mark."""


@dataclass(frozen=True)
class InMetadata:
    """An entry in a map. ``filtered``: the service can filter by it."""

    field: str = "metadata"
    filtered: bool = True

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        body[self.field] = {**(body.get(self.field) or {}), KEY: resource.uuid}

    def query(self, resource: CloudResource) -> Mapping[str, Any]:
        return {self.field: str({KEY: resource.uuid})} if self.filtered else {}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return (body.get(self.field) or {}).get(KEY) == resource.uuid


class InDescription:
    """The description of a creation; see ``claims.DescribedLater``."""

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        body[DESCRIPTION] = tag_of(resource.uuid)

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        return {DESCRIPTION: tag_of(resource.uuid)}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return bool(body.get(DESCRIPTION) == tag_of(resource.uuid))


class InTags:
    """One of the object's tags, beside those of the template."""

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        body[TAGS] = [*(body.get(TAGS) or ()), tag_of(resource.uuid)]

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        return {TAGS: tag_of(resource.uuid)}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return tag_of(resource.uuid) in (body.get(TAGS) or ())


@dataclass(frozen=True)
class InName:
    """The generated name, if the template gives no name."""

    field: str = "name"
    filtered: bool = True

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        """Do nothing: the name is in the body already."""

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        if resource.properties.get(resource.name_property):
            return None
        return {"name": resource.physical_resource_name()} if self.filtered else {}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return bool(body.get(self.field) == resource.physical_resource_name())


@dataclass(frozen=True)
class ByContent:
    """No mark: the type overrides ``find``."""

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        """Do nothing."""

    def query(self, resource: CloudResource) -> None:
        return None

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return False
