"""OS::Barbican::Secret: a password, key or certificate that Barbican keeps."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from heatlite.exception import ResourcePropertyValueDependency
from heatlite.resources.openstack.barbican.base import BarbicanResource, name, payload_of
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, integer, text
from heatlite.resources.schema import Attribute, CacheMode, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

PAYLOAD, CONTENT_TYPE, ENCODING = "payload", "payload_content_type", "payload_content_encoding"
PLAIN, BINARY = "text/plain", "application/octet-stream"
KINDS = ("symmetric", "public", "private", "certificate", "passphrase", "opaque")


class Secret(BarbicanResource):
    """A secret. A change of any property replaces it: Barbican's secrets don't change.

    Only a template that reads ``decrypted_payload`` makes heatlite read and record it.
    """

    path, key = "/secrets", "secret"
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        "name": name("secret"),
        PAYLOAD: text("The secret itself."),
        "secret_type": text("The kind of secret.", default="opaque", constraints=(AllowedValues(KINDS),)),
        CONTENT_TYPE: text("The media type of the payload.", constraints=(AllowedValues((PLAIN, BINARY)),)),
        ENCODING: text("How a binary payload is encoded.", constraints=(AllowedValues(("base64",)),)),
        "expiration": text("When the secret expires, in ISO 8601 format.", constraints=custom("expiration")),
        "algorithm": text("The algorithm that the secret is for."),
        "bit_length": integer("The length of the secret, in bits.", constraints=(Range(0),)),
        "mode": text("The mode of the algorithm."),
    }
    attributes_schema = {
        "status": Attribute("The status of the secret.", Type.STRING),
        "decrypted_payload": Attribute("The secret itself; in base64 if it isn't text.", Type.STRING, CacheMode.NONE),
    }

    def validate(self) -> None:
        """Refuse a payload without its type, and a type or an encoding that doesn't fit it.

        :raises StackValidationFailed: naming the property
        :raises ResourcePropertyValueDependency: if an encoding is given for a text
        """
        if not self.known(PAYLOAD, CONTENT_TYPE, ENCODING):
            return
        payload, kind, encoding = (self.properties[it] for it in (PAYLOAD, CONTENT_TYPE, ENCODING))
        if kind and not payload:
            raise self.property_error(CONTENT_TYPE, f"{CONTENT_TYPE} cannot be specified without {PAYLOAD}.")
        if kind == BINARY and not encoding:
            message = f"{ENCODING} must be specified if {CONTENT_TYPE} is {BINARY}."
            raise self.property_error(ENCODING, message)
        if encoding and kind != BINARY:
            raise ResourcePropertyValueDependency(prop1=ENCODING, prop2=CONTENT_TYPE, value=BINARY)
        if kind == BINARY and not is_base64(payload):
            raise self.property_error(PAYLOAD, f"{PAYLOAD} isn't valid base64, which {ENCODING} says that it is.")

    def extra_body(self, body: Body) -> Body:
        """Return a body in which a payload has a type."""
        return {CONTENT_TYPE: PLAIN, **body} if body.get(PAYLOAD) else body

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; read the payload."""
        if name == "decrypted_payload":
            return payload_of(self.api, str(self.resource_id))
        return super().attribute_of(name, body)


def is_base64(value: str) -> bool:
    """Tell whether a text is base64; newlines and other characters outside the alphabet don't count, as in Heat."""
    try:
        base64.b64decode(value)
    except (binascii.Error, ValueError):
        return False
    return True
