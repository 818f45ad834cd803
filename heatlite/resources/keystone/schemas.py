"""Properties that several types share."""

from __future__ import annotations

from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import Custom

KEYSTONE_V3 = "Supported versions: keystone v3"


def supported(version: str) -> SupportStatus:
    """Return the status of a type that exists since a release."""
    return SupportStatus(version=version, message=KEYSTONE_V3)


def text(description: str, *, default: str | None = None, required: bool = False) -> Property:
    """Return a string property that an update may change in place."""
    return Property(Type.STRING, description, default=default, required=required, update_allowed=True)


def switch(description: str) -> Property:
    """Return a boolean property that is true by default."""
    return Property(Type.BOOLEAN, description, default=True, update_allowed=True)


def reference(
    kind: str, description: str, *, default: str | None = None, required: bool = False, fixed: bool = False
) -> Property:
    """Return a property for the name or id of an object that must exist.

    :param fixed: whether a change replaces the resource
    """
    constraints = (Custom(f"keystone.{kind}"),)
    return Property(Type.STRING, description, default, required, constraints, update_allowed=not fixed)


def domain(*, default: str | None = "default", fixed: bool = False) -> Property:
    """Return the property for an object's domain."""
    return reference("domain", "The name or id of the domain.", default=default, fixed=fixed)
