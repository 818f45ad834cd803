"""Signing: URLs that carry their own authorization. The holder of a URL may use it without a token.

::

    method, host, path, parameters ──HMAC-SHA256 with the secret──▶ Signature, one more of the URL's parameters
                                                                            │
    heat-api-cfn ──the request, the access key──▶ keystone computes the same with the secret, and compares ◀──┘

It is version 2 of the signatures of Amazon's query API, as keystone checks them. The signed path is the one that a
server sees: unquoted.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

ACCESS_KEY, SECRET_KEY = "access_key", "secret_key"
SIGNED_URL = "ec2_signed_url"
"""Keys of a resource's data, as Heat has them."""


@dataclass(frozen=True)
class Keys:
    """A user's key pair for signing: everyone who sees a URL sees the access key, but nobody sees the secret."""

    access: str
    secret: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Keys | None:
        """Return the key pair in a resource's data; None if it isn't complete."""
        access, secret = data.get(ACCESS_KEY), data.get(SECRET_KEY)
        return cls(access, secret) if access and secret else None


def resource_arn(project_id: str, stack_name: str, stack_id: str, resource_name: str) -> str:
    """Return a resource's name in CFN's API: ``arn:openstack:heat::PROJECT:stacks/NAME/ID/resources/NAME``."""
    path = "/".join(("stacks", quote(stack_name, ""), quote(stack_id, ""), "resources", quote(resource_name, "")))
    return f"arn:openstack:heat::{quote(project_id, '')}:{path}"


def signed_url(method: str, base: str, arn: str, keys: Keys, *, made_at: float | None) -> str:
    """Return the signed URL of a request about a resource.

    :param base: the URL before the resource: ``http://cloud.example:8000/v1/signal``
    :param made_at: epoch seconds, from which keystone counts its lifetime; None: it never expires
    """
    parameters = {"SignatureMethod": "HmacSHA256", "SignatureVersion": "2", "AWSAccessKeyId": keys.access}
    if made_at is not None:
        parameters["Timestamp"] = datetime.fromtimestamp(made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    url = f"{base.lower()}/{quote(arn)}"
    parameters["Signature"] = signature(method, url, parameters, keys.secret)
    return f"{url}?{urlencode(parameters)}"


def resource_named(url: str) -> str | None:
    """Return the name of the resource that a signed URL addresses; None for any other text."""
    _, colon, path = unquote(urlsplit(url).path).partition("arn:openstack:heat::")
    steps = path.partition(":")[2].split("/")
    return unquote(steps[4]) if colon and len(steps) == 5 else None


def signature(method: str, url: str, parameters: Mapping[str, str], secret: str) -> str:
    """Return the signature of a request with these parameters."""
    parts = urlsplit(url)
    sorted_query = "&".join(f"{quote(name, '')}={quote(parameters[name], '')}" for name in sorted(parameters))
    signed = "\n".join((method, parts.netloc.lower(), unquote(parts.path), sorted_query))
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()).decode()
