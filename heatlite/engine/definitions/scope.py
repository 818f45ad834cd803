"""The scope of a template's functions: parameters, files, and the existing resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite import exception
from heatlite.db.records import ResourceRecord
from heatlite.resources.base import Resource
from heatlite.resources.groups.attributes import RECORDED
from heatlite.resources.nested.port import ERRORS
from heatlite.resources.registry import Registry
from heatlite.schema.attribute_paths import INNER, inside
from heatlite.template import UNKNOWN, Parameters


@dataclass(frozen=True)
class LiveResource:
    """An existing resource. Its reference and attributes are those that its last success recorded."""

    name: str
    plugin: type[Resource]
    recorded: Mapping[str, Any]
    ask: Callable[[str], Any] | None = None
    """Asks the plugin for the current value of a volatile attribute; None: the recorded value is used."""
    for_group: bool = False
    """True if a group built the template that reads this resource: the outputs of such a template record everything."""

    @property
    def reference(self) -> Any:
        return self.recorded.get("reference", self.name)

    def attribute(self, name: str, path: Sequence[Any] = ()) -> Any:
        if not self.plugin.has_attribute(name):
            raise exception.InvalidTemplateAttribute(resource=self.name, key=name)
        if self.ask is not None and name in self.plugin.asked_attributes():
            return inside(self.ask(name), path)
        return self.plugin.read_attribute(self.name, self.recorded.get("attributes") or {}, name, path)

    def attributes(self) -> Mapping[str, Any]:
        """Return the attributes that Heat has, without those that a plugin records for the groups around it."""
        found = self.recorded.get("attributes") or {}
        own = self.plugin.attributes_schema
        return {name: value for name, value in found.items() if name in own or not self._is_unseen(name)}

    def _is_unseen(self, name: str) -> bool:
        return name == ERRORS or (not self.for_group and (name == RECORDED or name.startswith(INNER)))


@dataclass(frozen=True)
class FutureResource:
    """A resource that doesn't exist yet. Its reference and every attribute that its type has are UNKNOWN."""

    name: str
    plugin: type[Resource]

    @property
    def reference(self) -> Any:
        return UNKNOWN

    def attribute(self, name: str, path: Sequence[Any] = ()) -> Any:
        if not self.plugin.has_attribute(name):
            raise exception.InvalidTemplateAttribute(resource=self.name, key=name)
        return UNKNOWN

    def attributes(self) -> Any:
        return UNKNOWN


@dataclass(frozen=True)
class ChangingResource(FutureResource):
    """A resource that stays, and whose attributes may be others soon."""

    known_reference: Any

    @property
    def reference(self) -> Any:
        return self.known_reference


@dataclass(frozen=True)
class EngineScope:
    """The scope of one stack. A resource whose name isn't in ``resources`` doesn't exist yet."""

    parameters: Parameters
    files: Mapping[str, str]
    resources: Mapping[str, LiveResource | FutureResource]
    facade: Mapping[str, Any] | None = None
    conditions: Mapping[str, bool] = field(default_factory=dict)

    def resource(self, name: str) -> LiveResource | FutureResource | None:
        return self.resources.get(name)


def live(record: ResourceRecord, registry: Registry) -> LiveResource | None:
    """Return a row as a template sees it; None until its resource has been created."""
    if record.attr_data is None:
        return None
    return LiveResource(record.name, registry.get(record.type), record.attr_data)
