"""OS::Cinder::VolumeType and EncryptedVolumeType: kinds of volumes. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudConflict, CloudNotFound, StackValidationFailed
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import Claimed, InFirstName, NamedLater
from heatlite.resources.openstack.fields import custom, flag, integer, named, text
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

METADATA, PROJECTS, PUBLIC, PROVIDER = "metadata", "projects", "is_public", "provider"
PUBLIC_FIELD = "os-volume-type-access:is_public"


class VolumeType(NamedLater):
    """A volume type: what volumes are made of, by the keys that back ends know."""

    service, path, key = "block_storage", "/types", "volume_type"
    mark = InFirstName(filtered=False)
    support_status = SupportStatus(version="2015.1")
    properties_schema = {
        "name": text("Its name.", required=True, update_allowed=True),
        METADATA: Property(Type.MAP, "What back ends are asked for, by keys.", update_allowed=True),
        PUBLIC: flag("Whether all projects may use it.", default=True, update_allowed=True),
        "description": text("What it is for.", update_allowed=True, cleared=""),
        PROJECTS: Property(
            Type.LIST,
            "The projects that may use it, where it isn't public.",
            default=[],
            update_allowed=True,
            schema=Property(Type.STRING, "A project.", constraints=custom("keystone.project")),
        ),
    }

    def validate(self) -> None:
        """What is public is for no projects in particular.

        :raises StackValidationFailed: where both are given
        """
        if self.known(PROJECTS, PUBLIC) and self.properties[PROJECTS] and self.properties[PUBLIC]:
            message = f'Can not specify property "{PROJECTS}" if the volume type is public.'
            raise StackValidationFailed(path=f"resources.{self.name}.properties", message=message)

    def extra_body(self, body: Body) -> Body:
        """The name of a field in creations is another one than in updates."""
        body[PUBLIC_FIELD] = body.pop(PUBLIC)
        return body

    def find(self) -> list[str]:
        """Also what isn't public."""
        there = self.api.listed(self.path, "volume_types", params={PUBLIC: "None"})
        return [it["id"] for it in there if self.mark.is_on(self, it)]

    def settle(self, progress: Any) -> bool:
        """Have its keys and its projects, then its name."""
        changed = (progress or {}).get("changed")
        if self.properties[METADATA] if changed is None else METADATA in changed:
            self._have_keys(self.properties[METADATA] or {})
        if not self.properties[PUBLIC] and (changed is None or {PROJECTS, PUBLIC} & set(changed)):
            self._have_projects({self.cloud.identity.id_of("project", it) for it in self.properties[PROJECTS]})
        return super().settle(progress)

    def _have_keys(self, wanted: Mapping[str, Any]) -> None:
        place = f"{self.one}/extra_specs"
        current = self.api.get(place)["extra_specs"]
        for gone in sorted(current.keys() - wanted.keys()):
            self.api.delete(f"{place}/{gone}")
        new = {key: str(value) for key, value in wanted.items() if current.get(key) != str(value)}
        if new:
            self.api.post(place, {"extra_specs": new})

    def _have_projects(self, wanted: set[str]) -> None:
        there = self.api.get(f"{self.one}/os-volume-type-access")["volume_type_access"]
        current = {it["project_id"] for it in there}
        for verb, projects in (("removeProjectAccess", current - wanted), ("addProjectAccess", wanted - current)):
            for project in sorted(projects):
                self._change_access(verb, project)

    def _change_access(self, verb: str, project: str) -> None:
        try:
            self.api.post(f"{self.one}/action", {verb: {"project": project}})
        except (CloudConflict, CloudNotFound):  # it is so already
            return


class EncryptedVolumeType(Claimed):
    """The encryption of a volume type, which has one at most. The volume type's id is its id."""

    service, path, key = "block_storage", "/types", "encryption"
    support_status = SupportStatus(version="5.0.0")
    properties_schema = {
        PROVIDER: text("What encrypts: luks, or a class of Nova's.", required=True, update_allowed=True),
        "control_location": text(
            "Where volumes are encrypted: in Nova (front-end) or in Cinder (back-end).",
            default="front-end",
            constraints=(AllowedValues(("front-end", "back-end")),),
            update_allowed=True,
        ),
        "cipher": text(
            "The algorithm.", constraints=(AllowedValues(("aes-xts-plain64", "aes-cbc-essiv")),), update_allowed=True
        ),
        "key_size": integer("The size of the key, in bits.", update_allowed=True),
        "volume_type": named("cinder.vtype", "The volume type.", field="volume_type_id", required=True),
    }

    def place(self, thing_id: str) -> str:
        """Of a volume type; Cinder takes any last word of the path."""
        return f"{self.path}/{thing_id}/encryption/{PROVIDER}"

    def create(self, body: Body) -> Body:
        """Made at its volume type."""
        volume_type = body.pop("volume_type_id")
        made = self.api.post(f"{self.path}/{volume_type}/encryption", {self.key: body})[self.key]
        return {**made, "volume_type_id": volume_type}

    def change(self, body: Body) -> Body:
        """What Cinder says of it then is only what has changed."""
        super().change(body)
        return self.look(str(self.resource_id))

    def id_in(self, body: Mapping[str, Any]) -> str:
        """The volume type's."""
        return str(body["volume_type_id"])

    def alike(self) -> list[str]:
        """What the volume type has."""
        try:
            return [self.id_in(self.look(self.identify("cinder.vtype", self.properties["volume_type"])))]
        except CloudNotFound:
            return []

    def look(self, thing_id: str) -> Body:
        """The volume type's encryption.

        :raises CloudNotFound: where it has none
        """
        found: Body = self.api.get(f"{self.path}/{thing_id}/encryption")
        if not found.get("volume_type_id"):
            raise CloudNotFound(service="Cinder", status=404, message=f"Volume type {thing_id} isn't encrypted.")
        return found
