"""Claims: how a type is made once, whose objects have no room for a mark.

::

    NamedLater     POST {name: generated} ─▶ id recorded ─▶ PUT {name: what the template says}
    Claimed        GET: is the like there? no ─▶ claim recorded ─▶ POST         what is there after a crash is its own
    RecordedFirst  id recorded ─▶ requests that may be sent twice               there is nothing to find

``Claimed`` is for what a service has once at most: a rule of a policy, the encryption of a volume type. The like that
is there before the claim is somebody else's, and the creation fails; so a deletion takes nothing of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from heatlite.exception import CloudConflict, CloudNotFound, EntityNotFound
from heatlite.resources.openstack.base import PROJECTS, Body, CloudResource
from heatlite.resources.openstack.fields import Field
from heatlite.resources.openstack.marks import ByContent, Mark

CLAIMED, RECORDED, PARENT = "claimed", "recorded", "parent"
"""Keys of a resource's data: nobody had the like; the id is in the database; the id of what it is part of."""
NEXT = "next"
"""The key of a progress that says that what the step before it kept is in the database."""


@dataclass(frozen=True)
class InFirstName:
    """The generated name, also where the template gives one: it is given that one later."""

    filtered: bool = True

    def put(self, resource: CloudResource, body: Body) -> None:
        body["name"] = resource.physical_resource_name()

    def query(self, resource: CloudResource) -> Mapping[str, Any]:
        return {"name": resource.physical_resource_name()} if self.filtered else {}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return bool(body.get("name") == resource.physical_resource_name())


class NamedLater(CloudResource):
    """What has a name that can be changed, and nothing else for a mark."""

    mark: ClassVar[Mark] = InFirstName()

    def settle(self, progress: Any) -> bool:
        """Have the name that the template gives, once the id is recorded."""
        wanted = self.properties["name"]
        if not wanted or self.seen()["name"] != self.physical_resource_name():
            return super().settle(progress)
        if not self.data.get(RECORDED):
            self.data_set(RECORDED, True)
            self.poll_in(0)
            return False
        self._seen = {**self.seen(), **self.change({"name": wanted})}
        return super().settle(progress)


class Claimed(CloudResource):
    """What there is once at most, by ``alike``."""

    mark: ClassVar[Mark] = ByContent()

    def alike(self) -> list[str]:
        """The ids of what would be in the way of the creation, or is what it made. A hook.

        :raises CloudNotFound: where what it would be part of is gone
        """
        raise NotImplementedError

    def handle_create(self) -> Any:
        """Claim it, unless it is claimed.

        :raises CloudConflict: where there is one
        """
        if CLAIMED in self.data:
            return super().handle_create()
        if there := self.alike():
            message = f"There is one already: {', '.join(there)}. Delete it, or leave the resource out."
            raise CloudConflict(service=PROJECTS[self.service].title(), status=409, message=message)
        self.data_set(CLAIMED, True)
        return {NEXT: False}

    def check_create_complete(self, progress: Any) -> bool:
        """Make it, in the step after the claim's."""
        if self.resource_id is None:
            if not (progress or {}).get(NEXT):
                progress[NEXT] = True
                self.poll_in(0)
                return False
            self._make()
        return super().check_create_complete(progress)

    def _make(self) -> None:
        try:
            super().handle_create()
        except CloudConflict:
            self.data_delete(CLAIMED)  # somebody was faster
            raise

    def find(self) -> list[str]:
        """What is there since the claim."""
        if CLAIMED not in self.data:
            return []
        try:
            return self.alike()
        except (CloudNotFound, EntityNotFound):
            return []


class Within(Claimed):
    """What is part of another object: ``/qos/policies/ID/dscp_marking_rules``.

    ``path`` is of the collection that the other object is in, ``inner`` of the one in it; ``parent`` is the property
    that names the other object.
    """

    inner: ClassVar[str]
    parent: ClassVar[str]

    def parent_id(self) -> str:
        """The id of what it is part of: as it was made, so that it can be deleted when the name is gone.

        :raises EntityNotFound: where there is no such thing
        """
        known = self.data.get(PARENT)
        return str(known) if known else self._named_parent()

    def _named_parent(self) -> str:
        wanted = self.properties_schema[self.parent]
        return self.identify(wanted.kind if isinstance(wanted, Field) else "", self.properties[self.parent])

    def collection(self) -> str:
        """The path of its like.

        :raises CloudNotFound: where what it is part of is gone
        """
        try:
            return f"{self.path}/{self.parent_id()}/{self.inner}"
        except EntityNotFound as error:
            raise CloudNotFound(service=PROJECTS[self.service].title(), status=404, message=str(error)) from None

    def place(self, thing_id: str) -> str:
        """In the other object."""
        return f"{self.collection()}/{thing_id}"

    def create(self, body: Body) -> Body:
        """Made where its like are."""
        parent = body.pop(self.parent)
        self.data_set(PARENT, parent)
        return {**self.api.post(self.collection(), {self.key: body})[self.key], self.parent: parent}

    def look(self, thing_id: str) -> Body:
        """With what it is part of, as the property has it."""
        return {**super().look(thing_id), self.parent: self.parent_id()}

    def matching(self, **fields: Any) -> list[str]:
        """The ids of its like that have these fields."""
        there = self.api.listed(self.collection(), f"{self.key}s")
        return [str(it["id"]) for it in there if all(it.get(name) == value for name, value in fields.items())]


class RecordedFirst(CloudResource):
    """What is no object of its own, but something that others have: the quotas of a project."""

    mark: ClassVar[Mark] = ByContent()

    def own_id(self) -> str:
        """The physical id. A hook."""
        return self.uuid

    def have(self) -> None:
        """Ask for all that it comes to; called again after a crash. A hook."""
        raise NotImplementedError

    def handle_create(self) -> Any:
        """Record the id."""
        self.resource_id_set(self.own_id())
        return {NEXT: False}

    def check_create_complete(self, progress: Any) -> bool:
        """Have it, in the step after."""
        if progress is not None and not progress.get(NEXT):
            progress[NEXT] = True
            self.poll_in(0)
            return False
        self.have()
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Have what is wanted now."""
        self.have()
        return {}

    def check_update_complete(self, progress: Any) -> bool:
        """It is complete at once."""
        return True

    def find(self) -> list[str]:
        """Nothing: its id is recorded before anything is asked for."""
        return []
