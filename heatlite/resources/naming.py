"""Names of physical resources: recognisable by a person, unique by the resource's uuid, bounded in length.

``web-server-3wuqnzfxv5hl``: the stack, the resource, twelve characters that stand for the uuid.
"""

from __future__ import annotations

import base64
import uuid


def short_id(resource_uuid: str) -> str:
    """The 60 random bits of a version 4 UUID as 12 lower-case characters, as Heat writes them."""
    random_bits = uuid.UUID(resource_uuid).time
    return base64.b32encode((random_bits << 4).to_bytes(8, "big"))[:12].decode("ascii").lower()


def physical_name(stack_name: str, resource_name: str, resource_uuid: str, limit: int | None) -> str:
    """``stack-resource-shortid``, at most ``limit`` characters (None: as long as it gets).

    A name too long keeps its first two characters and its end, for the end is what makes it unique.

    :raises ValueError: where the limit leaves no room for that
    """
    name = f"{stack_name}-{resource_name}-{short_id(resource_uuid)}"
    if limit is None or len(name) <= limit:
        return name
    if limit < 4:
        raise ValueError("limit cannot be less than 4")
    return f"{name[:2]}-{name[3 - limit :]}"
