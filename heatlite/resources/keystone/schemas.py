"""Properties that several types have, in Heat's words."""

from __future__ import annotations

from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import Custom

KEYSTONE_V3 = "Supported versions: keystone v3"


def supported(version: str) -> SupportStatus:
    """The status of a type since a release."""
    return SupportStatus(version=version, message=KEYSTONE_V3)


def text(description: str, *, default: str | None = None, required: bool = False) -> Property:
    """A string that an update may change in place."""
    return Property(Type.STRING, description, default=default, required=required, update_allowed=True)


def switch(description: str) -> Property:
    """Something that is on unless it is said to be off."""
    return Property(Type.BOOLEAN, description, default=True, update_allowed=True)


def reference(
    kind: str, description: str, *, default: str | None = None, required: bool = False, fixed: bool = False
) -> Property:
    """The name or id of something that has to be there.

    :param fixed: whether another one replaces the resource
    """
    constraints = (Custom(f"keystone.{kind}"),)
    return Property(Type.STRING, description, default, required, constraints, update_allowed=not fixed)


def domain(*, default: str | None = "default", fixed: bool = False) -> Property:
    """The domain that something is in."""
    return reference("domain", "Name or id of keystone domain.", default=default, fixed=fixed)
