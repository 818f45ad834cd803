"""Words for templates of the cloud's resources."""

from __future__ import annotations

from typing import Any


def ref(name: str) -> dict[str, str]:
    """Return a reference to a resource."""
    return {"get_resource": name}


def typed(kind: str, **properties: Any) -> dict[str, Any]:
    """Return the definition of a resource of OpenStack."""
    return {"type": f"OS::{kind}", "properties": properties}
