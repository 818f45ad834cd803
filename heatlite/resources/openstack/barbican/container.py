"""OS::Barbican::GenericContainer, CertificateContainer and RSAContainer: secrets that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.resources.openstack.barbican.base import BarbicanResource, name
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type

SECRETS, NAME, REF = "secrets", "name", "ref"
SECRET_REFS = "secret_refs"


class Container(BarbicanResource):
    """A container of secrets. ``kind`` is its type in Barbican. Its deletion doesn't delete the secrets."""

    path, key = "/containers", "container"
    states = states(good="ACTIVE", pending="PENDING")
    kind: ClassVar[str]
    support_status = SupportStatus(version="6.0.0")
    attributes_schema = {
        "status": Attribute("The status of the container.", Type.STRING),
        "container_ref": Attribute("The reference of the container.", Type.STRING),
        SECRET_REFS: Attribute("The references of the secrets, by their names in the container.", Type.MAP),
        "consumers": Attribute("The consumers of the container.", Type.LIST),
    }

    def secrets(self) -> list[tuple[str, str]]:
        """Return the name and the reference of each secret. Hook."""
        raise NotImplementedError

    def validate(self) -> None:
        """Refuse a secret that is given twice.

        :raises StackValidationFailed: if there is one
        """
        if self.known(*self.properties_schema):
            references = [reference for _, reference in self.secrets()]
            if len(references) != len(set(references)):
                message = "Duplicate refs are not allowed."
                raise self.properties_error(message)

    def extra_body(self, body: Body) -> Body:
        """Return a body with the type and the secrets."""
        joined = [{NAME: it, "secret_ref": reference} for it, reference in self.secrets()]
        return {**body, "type": self.kind, SECRET_REFS: joined}

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; the secrets as a map."""
        if name == SECRET_REFS:
            return {it.get(NAME): it["secret_ref"] for it in body.get(SECRET_REFS) or ()}
        return super().attribute_of(name, body)


class GenericContainer(Container):
    """A container for any secrets."""

    kind = "generic"
    properties_schema = {
        NAME: name("container"),
        SECRETS: Property(
            Type.LIST,
            "The secrets.",
            schema=Property(
                Type.MAP,
                schema={
                    NAME: Property(Type.STRING, "The name of the secret in the container.", required=True),
                    REF: Property(
                        Type.STRING,
                        "The reference of the secret.",
                        required=True,
                        constraints=custom("barbican.secret"),
                    ),
                },
            ),
        ),
    }

    def secrets(self) -> list[tuple[str, str]]:
        """Return the secrets of the list."""
        return [(it[NAME], it[REF]) for it in self.properties[SECRETS] or ()]


def reference(of: str) -> Property:
    """Return a property for the reference of a secret."""
    return Property(Type.STRING, f"The reference of the {of}.", constraints=custom("barbican.secret"))


class FixedContainer(Container):
    """A container with certain secrets: the property ``public_key_ref`` is the secret ``public_key``."""

    def secrets(self) -> list[tuple[str, str]]:
        """Return the secrets that are given."""
        given = {it.removesuffix("_ref"): self.properties[it] for it in self.properties_schema if it != NAME}
        return [(name, reference) for name, reference in given.items() if reference is not None]


class CertificateContainer(FixedContainer):
    """A container for a certificate and what belongs to it."""

    kind = "certificate"
    properties_schema = {
        NAME: name("container"),
        "certificate_ref": reference("certificate"),
        "private_key_ref": reference("private key"),
        "private_key_passphrase_ref": reference("passphrase of the private key"),
        "intermediates_ref": reference("intermediate certificates"),
    }


class RSAContainer(FixedContainer):
    """A container for an RSA key pair."""

    kind = "rsa"
    properties_schema = {
        NAME: name("container"),
        "private_key_ref": reference("private key"),
        "private_key_passphrase_ref": reference("passphrase of the private key"),
        "public_key_ref": reference("public key"),
    }
