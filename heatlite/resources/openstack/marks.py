"""Marks: what stays with an object at its service, so that what was made for a resource is found by its uuid.

An engine may die, or an answer be lost, between the service's doing and the engine's knowing. What was made then is
found by its mark, and by that only: a name that a template gives may be somebody else's.

::

    mark         stays in                              found by         safe because
    InNeutron    the name that heatlite makes, or      ?name=,          the name has 60 bits of the uuid, the
                 else the description                  ?description=    description has all of it
    InMetadata   a map of the user's                   a list's filter  the value is the whole uuid
    InName       the name that heatlite makes          ?name=           as above; a name of the template's marks nothing
    ByContent    nothing                               the type's find  the object is what it joins, or no other can be
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from heatlite.resources.openstack.base import CloudResource

KEY = "heat_resource"


def tag_of(uuid: str) -> str:
    """The mark of a resource as one word."""
    return f"{KEY}={uuid}"


class Mark(Protocol):
    """Where the mark is."""

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        """Mark what is about to be made, in the body of its creation."""

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        """What a list is filtered by; None: nothing was marked."""

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        """Whether an object of the list has the resource's mark."""


@dataclass(frozen=True)
class InMetadata:
    """An entry of a map. ``filtered``: the service filters by it."""

    field: str = "metadata"
    filtered: bool = True

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        body[self.field] = {**(body.get(self.field) or {}), KEY: resource.uuid}

    def query(self, resource: CloudResource) -> Mapping[str, Any]:
        return {self.field: str({KEY: resource.uuid})} if self.filtered else {}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return (body.get(self.field) or {}).get(KEY) == resource.uuid


@dataclass(frozen=True)
class InName:
    """The name, where the template gives none."""

    field: str = "name"
    filtered: bool = True

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        """Nothing: the name is there anyway."""

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
        """Nothing."""

    def query(self, resource: CloudResource) -> None:
        return None

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return False
