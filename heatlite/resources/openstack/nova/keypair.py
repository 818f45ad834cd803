"""OS::Nova::KeyPair: a key pair for logging in to servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heatlite.exception import CloudConflict, CloudNotFound
from heatlite.resources.base import UpdateReplace
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import named, text
from heatlite.resources.openstack.marks import ByContent
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Custom, Length

SAVES, PRIVATE_KEY, PUBLIC_KEY, CLAIMED = "save_private_key", "private_key", "public_key", "claimed"


class KeyPair(CloudResource):
    """A key pair, with which its owner logs in to servers. Its id is its name.

    A key pair has no place for a mark, and its name may be somebody else's. So the engine first verifies that the name
    is free, records that (``claimed``), and creates the key pair only then: a key pair with the name is then its own.
    """

    service, path, key, microversion = "compute", "/os-keypairs", "keypair", "2.10"
    mark = ByContent()
    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        "name": text("The name of the key pair.", required=True, constraints=(Length(1, 255),)),
        SAVES: Property(Type.BOOLEAN, "Whether the private key is stored for get_attr.", default=False),
        PUBLIC_KEY: text("The public key; without it Nova creates a pair."),
        "type": text("The type: ssh or x509.", constraints=(AllowedValues(("ssh", "x509")),)),
        "user": named("", "The user who owns it; only for administrators.", constraints=(Custom("keystone.user"),)),
    }
    attributes_schema = {
        PUBLIC_KEY: Attribute("The public key.", Type.STRING),
        PRIVATE_KEY: Attribute("The private key, if it is stored.", Type.STRING, CacheMode.NONE),
    }

    def extra_body(self, body: Body) -> Body:
        """Return a body with the user's id."""
        user = body.pop("user", None)
        return body if user is None else {**body, "user_id": self._user_id(user)}

    def handle_create(self) -> Any:
        """Do nothing: the check creates the key pair in two steps."""
        return {}

    def check_create_complete(self, progress: Any) -> bool:
        """Claim the name, then create the key pair. If its private key was lost with an answer, create it again."""
        if CLAIMED not in self.data:
            if not self._is_taken():
                self.data_set(CLAIMED, self.properties["name"])
                self.poll_in(0)
                return False
        elif self._was_made():
            self.resource_id_set(self.properties["name"])
            return True
        made = self.create(self.extra_body(self.fields(self.properties_schema)))
        if self.properties[SAVES] and made.get(PRIVATE_KEY):
            self.data_set(PRIVATE_KEY, made[PRIVATE_KEY])
        self.made(made)
        return True

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide by name and user only. Other changes create the pair again in place, because it has the name."""
        return super().needs_replacement(before, after, changed & {"name", "user"})

    replaced_if = "it doesn't exist any more"

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Delete the key pair; the check creates it again.

        :raises UpdateReplace: if it doesn't exist and nobody has asked for that before
        """
        if not prop_diff:
            return super().handle_update(prop_diff)
        self.data_set(CLAIMED, self.properties["name"])
        self.data_delete(PRIVATE_KEY)
        try:
            self.delete(str(self.resource_id))
        except CloudNotFound:
            if not self.is_repeated:
                raise UpdateReplace from None
        return {"changed": sorted(prop_diff)}

    def check_update_complete(self, progress: Any) -> bool:
        """Tell whether it exists again."""
        return not progress.get("changed") or self.check_create_complete(progress)

    def _is_taken(self) -> bool:
        try:
            self.look(self.properties["name"])
        except CloudNotFound:
            return False
        return True

    def _was_made(self) -> bool:
        """Tell whether an earlier attempt created it; this can only be known after a retry or a crash."""
        try:
            found = self.look(self.properties["name"])
        except CloudNotFound:
            return False
        if self.properties[PUBLIC_KEY]:
            if found[PUBLIC_KEY].split()[:2] != self.properties[PUBLIC_KEY].split()[:2]:
                message = f"Key pair '{self.properties['name']}' already exists."
                raise CloudConflict(service="Nova", status=409, message=message)
            self._seen = found
            return True
        self.delete(self.properties["name"])
        return False

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return the name and its user."""
        return (physical_id, properties.get("user"))

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return its name."""
        return str(body["name"])

    def list_seen_in(self) -> str | None:
        """Return the list of the user's own key pairs."""
        return None if self.properties["user"] else self.path

    def things(self, query: Mapping[str, Any]) -> Iterator[Body]:
        """Yield the key pairs of the list, each of which has a key around it."""
        yield from (self.inside(it) for it in self.api.listed(self.path, "keypairs", **self.sent))

    def differing(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the public key, if another one has its name."""
        given, there = self.properties[PUBLIC_KEY], body.get(PUBLIC_KEY) or ""
        return {PUBLIC_KEY: there} if given and given.split()[:2] != there.split()[:2] else {}

    def place(self, thing_id: str) -> str:
        """Return the path of the key pair, with the user if it is another user's."""
        user = self.properties["user"]
        return super().place(thing_id) + (f"?user_id={self._user_id(user)}" if user else "")

    def find(self) -> list[str]:
        """Return the key pair with the claimed name."""
        name = self.data.get(CLAIMED)
        if name is None:
            return []
        try:
            return [self.id_in(self.look(name))]
        except CloudNotFound:
            return []

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; the private key is the stored one."""
        return self.data.get(PRIVATE_KEY, "") if name == PRIVATE_KEY else super().attribute_of(name, body)

    def _user_id(self, user: str) -> str:
        return self.cloud.identity.id_of("user", user)
