"""OS::Barbican::Order: a key or a key pair that Barbican makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.resources.openstack.barbican.base import BarbicanResource, id_of, name, payload_of
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import custom, integer, text
from heatlite.resources.openstack.marks import InName
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Attribute, CacheMode, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

TYPE, ALGORITHM, BITS = "type", "algorithm", "bit_length"
CERTIFICATE = "certificate"
MADE = ("name", ALGORITHM, BITS, "mode", "payload_content_type", "expiration")
PROPERTIES_OF = {
    "key": MADE,
    "asymmetric": (*MADE, "pass_phrase"),
    CERTIFICATE: ("name", "request_type", "subject_dn", "source_container_ref", "ca_id", "profile", "request_data"),
}
"""Type of an order → the properties that it may have."""
IN_CONTAINER = {
    "public_key": "The public key.",
    "private_key": "The private key.",
    CERTIFICATE: "The certificate.",
    "intermediates": "The intermediate certificates.",
}
"""Attribute → its description: payloads of secrets in the container that the order made."""


@dataclass(frozen=True)
class InMeta(InName):
    """The generated name, in an order's ``meta``. Barbican can't filter orders by it."""

    filtered: bool = False

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return super().is_on(resource, body.get("meta") or {})


class Order(BarbicanResource):
    """An order. Barbican makes the secret; a deletion of the order leaves the secret, as in Heat."""

    path, key = "/orders", "order"
    mark = InMeta()
    states = states(good="ACTIVE", pending="PENDING")
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        "name": name("secret"),
        "payload_content_type": text("The media type of the secret."),
        "mode": text("The mode of the algorithm."),
        "expiration": text("When the secret expires, in ISO 8601 format.", constraints=custom("expiration")),
        ALGORITHM: text("The algorithm. Keys and key pairs need it."),
        BITS: integer("The length of the key, in bits. Keys and key pairs need it."),
        TYPE: text("What is ordered.", required=True, constraints=(AllowedValues(tuple(PROPERTIES_OF)),)),
        "request_type": text(
            "The type of the certificate's request.",
            constraints=(AllowedValues(("stored-key", "simple-cmc", "custom")),),
        ),
        "subject_dn": text("The subject of the certificate."),
        "source_container_ref": text(
            "The reference of the container with the certificate's key pair.",
            constraints=custom("barbican.container"),
        ),
        "ca_id": text("The id of the certificate authority."),
        "profile": text("The profile of the certificate."),
        "request_data": text("The signing request of the certificate."),
        "pass_phrase": text("The passphrase of the private key; only for key pairs."),
    }
    attributes_schema = {
        "status": Attribute("The status of the order.", Type.STRING),
        "order_ref": Attribute("The reference of the order.", Type.STRING),
        "secret_ref": Attribute("The reference of the secret that was made.", Type.STRING),
        "container_ref": Attribute("The reference of the container that was made.", Type.STRING),
        **{it: Attribute(description, Type.STRING, CacheMode.NONE) for it, description in IN_CONTAINER.items()},
    }

    def validate(self) -> None:
        """Require what the order's type needs, and refuse what it doesn't know.

        :raises StackValidationFailed: naming the properties
        """
        if not self.known(*self.properties_schema):
            return
        kind = self.properties[TYPE]
        if kind == CERTIFICATE:
            if self.properties["profile"] and not self.properties["ca_id"]:
                raise self.property_error("profile", "profile cannot be specified without ca_id.")
        elif self.properties[ALGORITHM] is None or self.properties[BITS] is None:
            self._refuse(f"Properties {ALGORITHM} and {BITS} are required for {kind} type of order.")
        given = {it for it in self.properties_schema if self.properties[it] is not None}
        if unexpected := sorted(given - {TYPE, *PROPERTIES_OF[kind]}):
            self._refuse(
                f"Unexpected properties: {', '.join(unexpected)}. Only these properties are allowed for {kind} type "
                f"of order: {', '.join(sorted(PROPERTIES_OF[kind]))}."
            )

    def _refuse(self, message: str) -> None:
        raise self.properties_error(message)

    def extra_body(self, body: Body) -> Body:
        """Return the type, and the other fields as the description of the secret."""
        return {TYPE: body.pop(TYPE), "meta": body}

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; read keys from the container that the order made."""
        if name not in IN_CONTAINER:
            return super().attribute_of(name, body)
        if not body.get("container_ref"):
            return None
        container = self.api.get(f"/containers/{id_of(body['container_ref'])}")
        references = {it["name"]: it["secret_ref"] for it in container["secret_refs"]}
        return payload_of(self.api, references[name]) if name in references else None
