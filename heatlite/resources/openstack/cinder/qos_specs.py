"""OS::Cinder::QoSSpecs and QoSAssociation: performance settings of volumes. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound, EntityNotFound
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import Claimed, RecordedFirst
from heatlite.resources.openstack.fields import custom, named, text
from heatlite.resources.schema import Property, SupportStatus, Type

SPECS, CONSUMER, TYPES, QOS = "specs", "consumer", "volume_types", "qos_specs"
JOINED = "joined"
"""The key of the data for the id of the QoS specs and the ids of the associated volume types."""


class QoSSpecs(Claimed):
    """QoS specs: keys and values that Nova or a back end enforces. Their name is unique."""

    service, path, key, list_key = "block_storage", "/qos-specs", QOS, QOS
    support_status = SupportStatus(version="7.0.0")
    properties_schema = {
        "name": text("The name of the QoS specs."),
        SPECS: Property(Type.MAP, "The keys and values; consumer is one of them.", required=True, update_allowed=True),
    }

    def extra_body(self, body: Body) -> Body:
        """Return a body with the keys as fields."""
        return {**self.properties[SPECS], **body}

    def equal_ids(self) -> list[str]:
        """Return the QoS specs with the same name."""
        name = self.properties["name"] or self.physical_resource_name()
        return [it["id"] for it in self.api.listed(self.path, QOS) if it["name"] == name]

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Set the wanted keys, and delete the others."""
        if SPECS not in prop_diff:
            return
        found = self.look(str(self.resource_id))
        current, wanted = {**found[SPECS], CONSUMER: found[CONSUMER]}, self.properties[SPECS]
        if gone := sorted(current.keys() - wanted.keys() - {CONSUMER}):
            self.api.put(f"{self.one}/delete_keys", {"keys": gone})
        if new := {key: it for key, it in wanted.items() if current.get(key) != it}:
            self.api.put(self.one, {QOS: new})

    def forget_ties(self, thing_id: str) -> None:
        """Disassociate all volume types."""
        self.api.get(f"{self.place(thing_id)}/disassociate_all")


class QoSAssociation(RecordedFirst):
    """An association of QoS specs with volume types."""

    service, path, key = "block_storage", "/qos-specs", QOS
    support_status = SupportStatus(version="8.0.0")
    properties_schema = {
        QOS: named("cinder.qos_specs", "The QoS specs.", required=True),
        TYPES: Property(
            Type.LIST,
            "The volume types.",
            required=True,
            update_allowed=True,
            schema=Property(Type.STRING, "A volume type.", constraints=custom("cinder.vtype")),
        ),
    }

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return the specs."""
        return properties.get(QOS)

    def apply(self) -> None:
        """Disassociate the volume types that the resource no longer lists, and associate the new ones."""
        specs, before = self._joined()
        wanted = self._wanted()
        for gone in before:
            if gone not in wanted:
                self._join("disassociate", specs, gone)
        for volume_type in wanted:
            if volume_type not in before:
                self._join("associate", specs, volume_type)
        self.data_set(JOINED, {QOS: specs, TYPES: wanted})

    def _joined(self) -> tuple[str, list[str]]:
        known = self.data.get(JOINED)
        return (known[QOS], known[TYPES]) if known else (self._specs(), [])

    def _specs(self) -> str:
        return self.identify("cinder.qos_specs", self.properties[QOS])

    def _wanted(self) -> list[str]:
        return [self.identify("cinder.vtype", it) for it in self.properties[TYPES]]

    def _join(self, verb: str, specs: str, volume_type: str) -> None:
        self.api.get(f"{self.path}/{specs}/{verb}", params={"vol_type_id": volume_type})

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change the volume types. If Heat made the association, all types that have the specs count as its own."""
        if JOINED not in self.data:
            specs = self._specs()
            self.data_set(JOINED, {QOS: specs, TYPES: self._associated(specs)})
        self._check_references(prop_diff)
        return super().handle_update(prop_diff)

    def _associated(self, specs: str) -> list[str]:
        there = self.api.get(f"{self.path}/{specs}/associations")["qos_associations"]
        return [it["id"] for it in there]

    def look(self, thing_id: str) -> Body:
        """Return the specs and the volume types that have them.

        :raises CloudNotFound: if a wanted volume type doesn't have them
        """
        specs, _ = self._joined()
        there = self._associated(specs)
        for volume_type in self._wanted():
            if volume_type not in there:
                message = f"QoS specs {specs} aren't associated with the volume type {volume_type}."
                raise CloudNotFound(service="Cinder", status=404, message=message)
        return {"id": thing_id, QOS: specs, TYPES: there}

    def delete(self, thing_id: str) -> None:
        """Disassociate the volume types."""
        try:
            specs, types = self._joined()
            for volume_type in types or self._wanted():
                self._part(specs, volume_type)
        except EntityNotFound as error:
            raise CloudNotFound(service="Cinder", status=404, message=str(error)) from None

    def _part(self, specs: str, volume_type: str) -> None:
        try:
            self._join("disassociate", specs, volume_type)
        except CloudNotFound:
            return
