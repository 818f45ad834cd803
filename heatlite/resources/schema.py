"""The schema of a plugin's properties and attributes: frozen values, checked for contradictions when they are made.

Authors of Heat plugins know the names::

    properties_schema = {
        "length": Property(Type.INTEGER, "Length of the string.", default=32, constraints=(Range(1, 512),)),
        "tags": Property(Type.LIST, "Names to find it by.", schema=Property(Type.STRING)),
    }
    attributes_schema = {"value": Attribute("The string that was made.", Type.STRING)}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from heatlite.exception import InvalidSchemaError
from heatlite.schema.constraints import AllowedPattern, AllowedValues, Constraint, Custom, Length, Modulo, Range


class Type(StrEnum):
    """The types of properties and attributes, spelled as in Heat."""

    STRING = "String"
    INTEGER = "Integer"
    NUMBER = "Number"
    BOOLEAN = "Boolean"
    MAP = "Map"
    LIST = "List"
    ANY = "Any"


_SCALARS = frozenset({Type.STRING, Type.INTEGER, Type.NUMBER, Type.BOOLEAN})
FITS: Mapping[type, frozenset[Type]] = {
    Range: frozenset({Type.INTEGER, Type.NUMBER}),
    Modulo: frozenset({Type.INTEGER, Type.NUMBER}),
    Length: frozenset({Type.STRING, Type.LIST, Type.MAP}),
    AllowedValues: _SCALARS | {Type.LIST},
    AllowedPattern: frozenset({Type.STRING}),
    Custom: _SCALARS | {Type.LIST},
}
"""Constraint → the property types that it applies to, as in Heat."""


class CacheMode(StrEnum):
    """LOCAL: read once after each action and stored. NONE: volatile, read from the plugin each time."""

    LOCAL = "cache_local"
    NONE = "cache_none"


@dataclass(frozen=True, slots=True)
class Property:
    """One property.

    ``default`` of None means that there is no default. ``schema`` is a Property for the items of a LIST, or a mapping
    of names to Properties for a MAP. A change of the property replaces the resource unless ``update_allowed`` is set,
    and is refused if ``immutable`` is set. ``status`` is one of ``SUPPORT_STATUSES``: a HIDDEN one is accepted but not
    listed.

    :raises InvalidSchemaError: if the parts contradict each other
    """

    type: Type
    description: str = ""
    default: Any = None
    required: bool = False
    constraints: tuple[Constraint, ...] = ()
    update_allowed: bool = False
    immutable: bool = False
    schema: Property | Mapping[str, Property] | None = None
    status: str = "SUPPORTED"

    def __post_init__(self) -> None:
        if self.update_allowed and self.immutable:
            raise InvalidSchemaError(message="Options UpdateAllowed and Immutable cannot both be True")
        if self.schema is not None and not self._nests():
            raise InvalidSchemaError(
                message=f"A nested schema is a Property for a List or a mapping for a Map; this is a {self.type}"
            )

        for constraint in self.constraints:
            if self.type not in FITS.get(type(constraint), Type):
                raise InvalidSchemaError(message=f"{type(constraint).__name__} constraint invalid for {self.type}")

    def _nests(self) -> bool:
        if isinstance(self.schema, Property):
            return self.type is Type.LIST
        return self.type is Type.MAP


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; ``type`` of None means any type."""

    description: str = ""
    type: Type | None = None
    cache_mode: CacheMode = CacheMode.LOCAL
    status: str = "SUPPORTED"


PropertiesSchema = Mapping[str, Property]
AttributesSchema = Mapping[str, Attribute]

SUPPORTED, HIDDEN = "SUPPORTED", "HIDDEN"
SUPPORT_STATUSES = ("UNKNOWN", SUPPORTED, "DEPRECATED", "UNSUPPORTED", HIDDEN)


@dataclass(frozen=True, slots=True)
class SupportStatus:
    """How far a type is supported; ``version`` is the release that gave it this status."""

    status: str = SUPPORTED
    version: str | None = None
    message: str | None = None
    previous_status: SupportStatus | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as clients see them."""
        previous = self.previous_status.to_dict() if self.previous_status else None
        return {"status": self.status, "version": self.version, "message": self.message, "previous_status": previous}
