"""Claims: create an object exactly once, although it has no place for a mark (``marks`` has those that have one).

::

    NamedLater     POST {name: generated} ─▶ id recorded ─▶ PUT {name: the template's}
    DescribedLater POST {description: mark} ─▶ id recorded ─▶ PUT {description: the template's}
    Claimed        GET: is there an equal object? no ─▶ claim recorded ─▶ POST    after a crash, an equal one is its own
    RecordedFirst  id recorded ─▶ requests that may be repeated                   there is nothing to find

``Claimed`` is for objects that can exist only once: a rule of a policy, the encryption of a volume type. If there is an
equal object before the claim, it is somebody else's and the creation fails. So a deletion never removes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from heatlite.exception import CloudConflict, CloudNotFound, EntityNotFound
from heatlite.resources.openstack.base import PROJECTS, Body, CloudResource
from heatlite.resources.openstack.fields import Field
from heatlite.resources.openstack.marks import DESCRIPTION, ByContent, InDescription, Mark, tag_of

CLAIMED, RECORDED, PARENT = "claimed", "recorded", "parent"
"""Keys of a resource's data: there was no equal object; the id is in the database; the id of the parent object."""
NEXT = "next"
"""The key of a progress: True if the previous step has been recorded in the database."""


@dataclass(frozen=True)
class InGeneratedName:
    """The generated name, even if the template gives a name: the object gets the template's name later."""

    filtered: bool = True

    def put(self, resource: CloudResource, body: Body) -> None:
        body["name"] = resource.physical_resource_name()

    def query(self, resource: CloudResource) -> Mapping[str, Any]:
        return {"name": resource.physical_resource_name()} if self.filtered else {}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return bool(body.get("name") == resource.physical_resource_name())


class NamedLater(CloudResource):
    """An object whose name can be changed, and can serve as its mark for a while."""

    mark: ClassVar[Mark] = InGeneratedName()

    def settle(self, progress: Any) -> bool:
        """Give the object the template's name, once its id is recorded."""
        wanted = self.properties["name"]
        if not wanted or self.seen()["name"] != self.physical_resource_name():
            return super().settle(progress)
        if not self.data.get(RECORDED):
            self.data_set(RECORDED, True)
            self.poll_in(0)
            return False
        self._seen = {**self.seen(), **self.change({"name": wanted})}
        return super().settle(progress)


class DescribedLater(CloudResource):
    """An object whose description can be changed, and can serve as its mark for a while.

    Without a description in the template, the mark remains.
    """

    mark: ClassVar[Mark] = InDescription()

    def settle(self, progress: Any) -> bool:
        """Give the object the template's description, once its id is recorded."""
        wanted = self.own_description()
        if not wanted or self.seen().get(DESCRIPTION) != tag_of(self.uuid):
            return super().settle(progress)
        if not self.data.get(RECORDED):
            self.data_set(RECORDED, True)
            self.poll_in(0)
            return False
        self._seen = {**self.seen(), **self.change({DESCRIPTION: wanted})}
        return self.is_ready() and super().settle(progress)

    def own_description(self) -> str | None:
        """Return the template's description, if it gives one. Hook."""
        found: str | None = self.properties.get(DESCRIPTION)
        return found


class Claimed(CloudResource):
    """An object that can exist only once, as ``equal_ids`` tells."""

    mark: ClassVar[Mark] = ByContent()

    def equal_ids(self) -> list[str]:
        """Return the ids of objects that conflict with the creation, or that it created. Hook.

        :raises CloudNotFound: if the parent object doesn't exist
        """
        raise NotImplementedError

    def handle_create(self) -> Any:
        """Claim the object, unless it is claimed.

        :raises CloudConflict: if there is such an object
        """
        if CLAIMED in self.data:
            return super().handle_create()
        if there := self.equal_ids():
            message = f"Such an object exists already: {', '.join(there)}. Delete it, or leave the resource out."
            raise CloudConflict(service=PROJECTS[self.service].title(), status=409, message=message)
        self.data_set(CLAIMED, True)
        return {NEXT: False}

    def check_create_complete(self, progress: Any) -> bool:
        """Create the object in the step after the claim."""
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
            self.data_delete(CLAIMED)  # somebody else created it first
            raise

    def find(self) -> list[str]:
        """Return the objects that exist since the claim."""
        if CLAIMED not in self.data:
            return []
        try:
            return self.equal_ids()
        except (CloudNotFound, EntityNotFound):
            return []


class Inner(CloudResource):
    """An object within a parent object: ``/qos/policies/ID/dscp_marking_rules``.

    ``path`` is the collection of the parent, ``inner`` the collection within it; ``parent`` is the property that names
    the parent.
    """

    inner: ClassVar[str]
    parent: ClassVar[str]

    def parent_id(self) -> str:
        """Return the parent's id from the creation, so that a deletion works even if the name no longer exists.

        :raises EntityNotFound: if there is no such parent
        """
        known = self.data.get(PARENT)
        return str(known) if known else self._named_parent()

    def _named_parent(self) -> str:
        wanted = self.properties_schema[self.parent]
        return self.identify(wanted.kind if isinstance(wanted, Field) else "", self.properties[self.parent])

    def collection(self) -> str:
        """Return the path of the collection within the parent.

        :raises CloudNotFound: if the parent doesn't exist
        """
        try:
            return f"{self.path}/{self.parent_id()}/{self.inner}"
        except EntityNotFound as error:
            raise CloudNotFound(service=PROJECTS[self.service].title(), status=404, message=str(error)) from None

    def create(self, body: Body) -> Body:
        """Create the object in its collection, and record the parent."""
        parent = body.pop(self.parent)
        self.data_set(PARENT, parent)
        return {**super().create(body), self.parent: parent}

    def completed(self, body: Body) -> Body:
        """Return the object with its parent under the property's name."""
        return {**body, self.parent: self.parent_id()}

    def find(self) -> list[str]:
        """Return the marked objects of the parent; none if it doesn't exist."""
        try:
            return super().find()
        except CloudNotFound:
            return []


class ChildObject(Claimed, Inner):
    """An object within a parent object that can exist there only once."""

    def matching(self, **fields: Any) -> list[str]:
        """Return the ids of objects in the collection that have these fields."""
        there = self.api.listed(self.collection(), f"{self.key}s")
        return [str(it["id"]) for it in there if all(it.get(name) == value for name, value in fields.items())]


class RecordedFirst(CloudResource):
    """A resource that isn't an object of its own, but a part of other objects: the quotas of a project."""

    mark: ClassVar[Mark] = ByContent()

    def own_id(self) -> str:
        """Return the physical id. Hook."""
        return self.uuid

    def apply(self) -> None:
        """Send all requests for the wanted state; called again after a crash. Hook."""
        raise NotImplementedError

    def handle_create(self) -> Any:
        """Record the id."""
        self.resource_id_set(self.own_id())
        return {NEXT: False}

    def check_create_complete(self, progress: Any) -> bool:
        """Send the requests, in the step after."""
        if progress is not None and not progress.get(NEXT):
            progress[NEXT] = True
            self.poll_in(0)
            return False
        self.apply()
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Send the requests for the new state."""
        self.apply()
        return {}

    def check_update_complete(self, progress: Any) -> bool:
        """Return True: the update completes at once."""
        return True

    def find(self) -> list[str]:
        """Return nothing: the id is recorded before any request."""
        return []

    def list_seen_in(self) -> None:
        """Return None: a list has no entry with the resource's id."""
