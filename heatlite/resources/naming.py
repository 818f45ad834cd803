"""Names of physical resources: readable for a person, unique by the resource's uuid, and bounded in length.

``web-server-3wuqnzfxv5hl``: the stack, the resource, and twelve characters derived from the uuid.
"""

from __future__ import annotations

import base64
import uuid


def short_id(resource_uuid: str) -> str:
    """Return the 60 random bits of a version 4 UUID as 12 lower-case characters, as Heat writes them."""
    random_bits = uuid.UUID(resource_uuid).time
    return base64.b32encode((random_bits << 4).to_bytes(8, "big"))[:12].decode("ascii").lower()


def physical_name(stack_name: str, resource_name: str, resource_uuid: str, limit: int | None) -> str:
    """Return ``stack-resource-shortid`` in at most ``limit`` characters (None: unlimited).

    A name that is too long keeps its first two characters and its end, because the end makes it unique.

    :raises ValueError: if the limit leaves no room for that
    """
    name = f"{stack_name}-{resource_name}-{short_id(resource_uuid)}"
    if limit is None or len(name) <= limit:
        return name
    if limit < 4:
        raise ValueError("limit cannot be less than 4")
    return f"{name[:2]}-{name[3 - limit :]}"
