"""OS::Cinder::VolumeType and EncryptedVolumeType: types of volumes. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudConflict, CloudNotFound
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import Claimed, InGeneratedName, NamedLater
from heatlite.resources.openstack.fields import custom, flag, integer, named, text
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

METADATA, PROJECTS, PUBLIC, PROVIDER = "metadata", "projects", "is_public", "provider"
PUBLIC_FIELD = "os-volume-type-access:is_public"


class VolumeType(NamedLater):
    """A volume type: keys that tell the back ends how to make volumes."""

    service, path, key = "block_storage", "/types", "volume_type"
    mark = InGeneratedName(filtered=False)
    support_status = SupportStatus(version="2015.1")
    properties_schema = {
        "name": text("The name of the volume type.", required=True, update_allowed=True),
        METADATA: Property(Type.MAP, "The extra specs: keys and values for back ends.", update_allowed=True),
        PUBLIC: flag("Whether all projects may use it.", default=True, update_allowed=True),
        "description": text("The description of the volume type.", update_allowed=True, cleared=""),
        PROJECTS: Property(
            Type.LIST,
            "The projects that may use it, if it isn't public.",
            default=[],
            update_allowed=True,
            schema=Property(Type.STRING, "The name or id of a project.", constraints=custom("keystone.project")),
        ),
    }

    def validate(self) -> None:
        """Refuse a list of projects for a public volume type.

        :raises StackValidationFailed: if both are given
        """
        if self.known(PROJECTS, PUBLIC) and self.properties[PROJECTS] and self.properties[PUBLIC]:
            message = f'Can not specify property "{PROJECTS}" if the volume type is public.'
            raise self.properties_error(message)

    def extra_body(self, body: Body) -> Body:
        """Return the body with a creation's field names, which differ from an update's."""
        body[PUBLIC_FIELD] = body.pop(PUBLIC)
        return body

    def find(self) -> list[str]:
        """Return the marked volume types, including those that aren't public."""
        there = self.api.listed(self.path, "volume_types", params={PUBLIC: "None"})
        return [it["id"] for it in there if self.mark.is_on(self, it)]

    def settle(self, progress: Any) -> bool:
        """Set its keys and projects, then its name."""
        changed = (progress or {}).get("changed")
        if self.properties[METADATA] if changed is None else METADATA in changed:
            self._set_keys(self.properties[METADATA] or {})
        if not self.properties[PUBLIC] and (changed is None or {PROJECTS, PUBLIC} & set(changed)):
            self._set_projects({self.cloud.identity.id_of("project", it) for it in self.properties[PROJECTS]})
        return super().settle(progress)

    def _set_keys(self, wanted: Mapping[str, Any]) -> None:
        place = f"{self.one}/extra_specs"
        current = self.api.get(place)["extra_specs"]
        for gone in sorted(current.keys() - wanted.keys()):
            self.api.delete(f"{place}/{gone}")
        new = {key: str(value) for key, value in wanted.items() if current.get(key) != str(value)}
        if new:
            self.api.post(place, {"extra_specs": new})

    def _set_projects(self, wanted: set[str]) -> None:
        there = self.api.get(f"{self.one}/os-volume-type-access")["volume_type_access"]
        current = {it["project_id"] for it in there}
        for verb, projects in (("removeProjectAccess", current - wanted), ("addProjectAccess", wanted - current)):
            for project in sorted(projects):
                self._change_access(verb, project)

    def _change_access(self, verb: str, project: str) -> None:
        try:
            self.api.post(f"{self.one}/action", {verb: {"project": project}})
        except (CloudConflict, CloudNotFound):  # the access is as wanted already
            return


class EncryptedVolumeType(Claimed):
    """The encryption of a volume type, which has one at most. Its id is the volume type's id."""

    service, path, key = "block_storage", "/types", "encryption"
    support_status = SupportStatus(version="5.0.0")
    properties_schema = {
        PROVIDER: text("The encryption provider: luks, or a class of Nova's.", required=True, update_allowed=True),
        "control_location": text(
            "The service that encrypts: Nova (front-end) or Cinder (back-end).",
            default="front-end",
            constraints=(AllowedValues(("front-end", "back-end")),),
            update_allowed=True,
        ),
        "cipher": text(
            "The encryption algorithm.",
            constraints=(AllowedValues(("aes-xts-plain64", "aes-cbc-essiv")),),
            update_allowed=True,
        ),
        "key_size": integer("The size of the key, in bits.", update_allowed=True),
        "volume_type": named("cinder.vtype", "The volume type.", field="volume_type_id", required=True),
    }

    def place(self, thing_id: str) -> str:
        """Return the path of a volume type's encryption; Cinder accepts any last word."""
        return f"{self.path}/{thing_id}/encryption/{PROVIDER}"

    def create(self, body: Body) -> Body:
        """Create the encryption at its volume type."""
        volume_type = body.pop("volume_type_id")
        made = self.api.post(f"{self.path}/{volume_type}/encryption", {self.key: body})[self.key]
        return {**made, "volume_type_id": volume_type}

    def change(self, body: Body) -> Body:
        """Change the encryption and read it, because Cinder's answer contains only the changed fields."""
        super().change(body)
        return self.look(str(self.resource_id))

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the volume type's id."""
        return str(body["volume_type_id"])

    def equal_ids(self) -> list[str]:
        """Return the volume type's id, if it has an encryption."""
        try:
            return [self.id_in(self.look(self.identify("cinder.vtype", self.properties["volume_type"])))]
        except CloudNotFound:
            return []

    def look(self, thing_id: str) -> Body:
        """Read the volume type's encryption.

        :raises CloudNotFound: if it has none
        """
        found: Body = self.api.get(f"{self.path}/{thing_id}/encryption")
        if not found.get("volume_type_id"):
            raise CloudNotFound(service="Cinder", status=404, message=f"Volume type {thing_id} isn't encrypted.")
        return found
