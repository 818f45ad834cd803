"""Entity: a thing of keystone's that is a resource: a table says which property is which of its values.

::

    create ─▶ POST, with the resource's uuid beside the values ─▶ id recorded ─▶ settle() ─▶ complete
                       │ engine dies here
                       ▼
           found again by the uuid: the first is the one, others are deleted, and settle() goes on

Keystone keeps values that it doesn't know, which is where the uuid stays. A name wouldn't do: one that the template
gives may be somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from heatlite.exception import CloudConflict, EntityNotFound
from heatlite.resources.base import SHOW, Resource, UpdateReplace
from heatlite.resources.instance import Instance

MARK = "heat_resource"
"""What keystone keeps the uuid under."""
NAME = "name"


@dataclass(frozen=True)
class Value:
    """What a property is to keystone: the value's name, and the kind of thing that it names, if it does."""

    name: str
    names: str | None = None


class Entity(Resource):
    """One thing.

    ``kind`` is keystone's word for it; ``values`` has its properties, ``looked_for_by`` those of them by which a list
    of such things can be filtered. Where keystone lets there be several of a name, ``may_have_twins`` is True.
    """

    replace_when_failed = False  # it isn't broken, and another one couldn't have its name
    kind: ClassVar[str]
    values: ClassVar[Mapping[str, Value]]
    looked_for_by: ClassVar[Sequence[str]] = (NAME, "domain")
    may_have_twins: ClassVar[bool] = False

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._others: Sequence[str] = ()

    def handle_create(self) -> None:
        """Make it, unless it was made before, by whoever couldn't say so any more."""
        if self.may_have_twins and (left := self.find()):  # by an attempt whose answer was lost
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
        """Give it what it is to have beside its values."""
        self._delete_others()
        return self.settle()

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Change the values whose properties changed.

        :raises UpdateReplace: where it is gone
        """
        changed = self.wanted([name for name in self.values if name in prop_diff], with_none=True)
        identity, there = self.cloud.identity, str(self.resource_id)
        if (identity.update(self.kind, there, changed) if changed else identity.get(self.kind, there)) is None:
            raise UpdateReplace

    def check_update_complete(self, progress: Any) -> bool:
        """Change what it has beside its values."""
        return self.settle()

    def handle_delete(self) -> None:
        """Delete it, and what a crash may have left of it; it may be gone."""
        self._delete_others()
        if self.resource_id is not None:
            self.delete(self.resource_id)

    def handle_check(self) -> None:
        """Raise EntityNotFound where it is gone."""
        if self.show() is None:
            raise EntityNotFound(entity=f"Keystone{self.kind.capitalize()}", name=self.resource_id)

    def show(self) -> dict[str, Any] | None:
        """All that keystone says of it."""
        return None if self.resource_id is None else self.cloud.identity.get(self.kind, self.resource_id)

    def resolve_attributes(self) -> dict[str, Any]:
        """The attributes, which are values of keystone's, by one look; all of it where the template reads ``show``."""
        seen = (self.show() or {}) if self.attributes_schema or SHOW in self.reads else {}
        found = {name: seen.get(name) for name in self.attributes_schema}
        return {**found, SHOW: seen} if SHOW in self.reads else found

    def find(self) -> list[str]:
        """The ids of all that were made for the resource's uuid."""
        try:
            filters = {self.values[it].name: self.value_of(it) for it in self.looked_for_by if self.has_value(it)}
        except EntityNotFound:  # what it would be in isn't there
            return []
        found = [it["id"] for it in self.cloud.identity.listed(self.kind, **filters) if it.get(MARK) == self.uuid]
        self._others = found[1:]
        return found

    def settle(self) -> bool:
        """Give it what it is to have beside its values: False where the next step is to go on with that."""
        return True

    def delete(self, thing_id: str) -> None:
        """Delete one thing; it may be gone."""
        self.cloud.identity.delete(self.kind, thing_id)

    def wanted(self, names: Mapping[str, Any] | Sequence[str], *, with_none: bool = False) -> dict[str, Any]:
        """What these properties are to keystone; with or without those that have no value."""
        found = {self.values[name].name: self.value_of(name) for name in names}
        return {name: value for name, value in found.items() if with_none or value is not None}

    def has_value(self, name: str) -> bool:
        """Whether keystone would be given a value for this property."""
        return name in self.values and (name == NAME or self.properties[name] is not None)

    def value_of(self, name: str) -> Any:
        """What a property is to keystone: an id in place of a name, and some name in any case."""
        value, names = self.properties[name], self.values[name].names
        if name == NAME:
            return value or self.physical_resource_name()
        return self.cloud.identity.id_of(names, value) if names and value is not None else value

    def _delete_others(self) -> None:
        for other in self._others:
            self.delete(other)
