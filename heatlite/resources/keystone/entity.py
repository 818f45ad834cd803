"""Entity: a keystone object as a resource. A table maps its properties to keystone's values.

::

    create ─▶ POST, with the resource's uuid beside the values ─▶ id recorded ─▶ settle() ─▶ complete
                       │ engine dies here
                       ▼
           found again by the uuid: the first object is kept, others are deleted, and settle() continues

Keystone stores values that it doesn't know, so the uuid is stored there. A name wouldn't identify the object: somebody
else's object may have the name that the template gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from heatlite.exception import CloudConflict, EntityNotFound
from heatlite.resources.base import SHOW, Resource, UpdateReplace
from heatlite.resources.instance import Instance

MARK = "heat_resource"
"""The key of the uuid in keystone's object."""
NAME = "name"


@dataclass(frozen=True)
class Value:
    """A property in keystone: the value's name, and the kind of object that it refers to, if it does."""

    name: str
    names: str | None = None


class Entity(Resource):
    """A keystone object.

    ``kind`` is keystone's word for it. ``values`` maps its properties. ``looked_for_by`` lists those properties by
    which keystone can filter a list of objects. ``may_have_twins`` is True if keystone allows several objects of one
    name.
    """

    replace_when_failed = False  # the object isn't broken, and a replacement couldn't have the same name
    kind: ClassVar[str]
    values: ClassVar[Mapping[str, Value]]
    looked_for_by: ClassVar[Sequence[str]] = (NAME, "domain")
    may_have_twins: ClassVar[bool] = False

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._others: Sequence[str] = ()

    def handle_create(self) -> None:
        """Create the object, unless an earlier attempt created it without recording its id."""
        if self.may_have_twins and (left := self.find()):  # from an attempt whose answer was lost
            self.resource_id_set(left[0])
            return
        try:
            made = self.cloud.identity.create(self.kind, {**self.wanted(self.values), MARK: self.uuid})
        except CloudConflict:
            found = self.find()
            if not found:
                raise
            self.resource_id_set(found[0])
        else:
            self.resource_id_set(made["id"])

    def check_create_complete(self, progress: Any) -> bool:
        """Delete duplicates, and settle the object."""
        self._delete_others()
        return self.settle()

    replaced_if = "it doesn't exist any more"

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Change the values whose properties changed.

        :raises UpdateReplace: if the object doesn't exist any more
        """
        changed = self.wanted([name for name in self.values if name in prop_diff], with_none=True)
        identity, there = self.cloud.identity, str(self.resource_id)
        if (identity.update(self.kind, there, changed) if changed else identity.get(self.kind, there)) is None:
            raise UpdateReplace

    def check_update_complete(self, progress: Any) -> bool:
        """Settle the object again."""
        return self.settle()

    def handle_delete(self) -> None:
        """Delete the object, if it exists, and other ones that a crash left behind."""
        self._delete_others()
        if self.resource_id is not None:
            self.delete(self.resource_id)

    def handle_check(self) -> None:
        """Raise EntityNotFound if the object doesn't exist any more."""
        if self.show() is None:
            raise EntityNotFound(entity=f"Keystone{self.kind.capitalize()}", name=self.resource_id)

    def show(self) -> dict[str, Any] | None:
        """Return the object as keystone shows it."""
        return None if self.resource_id is None else self.cloud.identity.get(self.kind, self.resource_id)

    def resolve_attributes(self) -> dict[str, Any]:
        """Return attributes, which are keystone's values, from one request; and ``show`` if a template reads it."""
        seen = (self.show() or {}) if self.attributes_schema or SHOW in self.reads else {}
        found = {name: seen.get(name) for name in self.attributes_schema}
        return {**found, SHOW: seen} if SHOW in self.reads else found

    def find(self) -> list[str]:
        """Return the ids of all objects that were created for the resource's uuid."""
        try:
            filters = {self.values[it].name: self.value_of(it) for it in self.looked_for_by if self.has_value(it)}
        except EntityNotFound:  # the object that would contain it doesn't exist
            return []
        found = [it["id"] for it in self.cloud.identity.listed(self.kind, **filters) if it.get(MARK) == self.uuid]
        self._others = found[1:]
        return found

    def settle(self) -> bool:
        """Give the object what it needs beside its values; return False if the next step has to continue."""
        return True

    def delete(self, thing_id: str) -> None:
        """Delete one object, if it exists."""
        self.cloud.identity.delete(self.kind, thing_id)

    def wanted(self, names: Mapping[str, Any] | Sequence[str], *, with_none: bool = False) -> dict[str, Any]:
        """Return keystone's values of these properties, with or without those that are None."""
        found = {self.values[name].name: self.value_of(name) for name in names}
        return {name: value for name, value in found.items() if with_none or value is not None}

    def has_value(self, name: str) -> bool:
        """Tell whether keystone would get a value for this property."""
        return name in self.values and (name == NAME or self.properties[name] is not None)

    def value_of(self, name: str) -> Any:
        """Return keystone's value of a property: an id in place of a name. The object's own name has a default."""
        value, names = self.properties[name], self.values[name].names
        if name == NAME:
            return value or self.physical_resource_name()
        return self.cloud.identity.id_of(names, value) if names and value is not None else value

    def _delete_others(self) -> None:
        for other in self._others:
            self.delete(other)
