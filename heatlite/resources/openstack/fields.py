"""Fields: properties that are fields of an API's object, declared in the same table as the properties of templates.

::

    "network": named("neutron.network", "The network.", field="network_id", required=True)
    "network_id": old_name("network", "neutron.network")

    template    {network: private}          {network_id: 3f0c…}
    properties  {network: private}          {network: 3f0c…}             ``moved``, before anything is checked
    API         {network_id: 3f0c…}         {network_id: 3f0c…}          ``for_api``, when a step runs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.resources.properties import path_to, property_error
from heatlite.resources.schema import HIDDEN, Attribute, PropertiesSchema, Property, Type
from heatlite.schema.constraints import Constraint, Custom

Identify = Callable[[str, str], str]
"""From a kind and a name or id of such an object to its id."""


@dataclass(frozen=True, slots=True)
class Field(Property):
    """A property that is also a field of the API's object.

    ``field``: the field's name; empty: the property's name. ``kind``: the value is the name or id of such an object,
    and the API gets the id. ``cleared``: the value that an update sends for a removed property. The type's own code
    handles properties that aren't Fields.
    """

    field: str = ""
    kind: str = ""
    cleared: Any = None


@dataclass(frozen=True, slots=True)
class OldName(Property):
    """An older name of a property: accepted, but not listed."""

    stands_for: str = ""


def text(description: str, **more: Any) -> Field:
    """Return a string field. ``more`` are other fields of Field, here and below."""
    return Field(Type.STRING, description, **more)


def integer(description: str, **more: Any) -> Field:
    """Return an integer field."""
    return Field(Type.INTEGER, description, **more)


def number(description: str, **more: Any) -> Field:
    """Return a number field."""
    return Field(Type.NUMBER, description, **more)


def flag(description: str, **more: Any) -> Field:
    """Return a boolean field."""
    return Field(Type.BOOLEAN, description, **more)


def listed(description: str, item: Property | Mapping[str, Property] | None = None, **more: Any) -> Field:
    """Return a list field; ``item`` is a property, or the properties of a map."""
    schema = Field(Type.MAP, schema=item) if isinstance(item, Mapping) else item
    return Field(Type.LIST, description, schema=schema, **more)


def mapped(description: str, schema: Mapping[str, Property] | None = None, **more: Any) -> Field:
    """Return a map field with these properties; None allows any content."""
    return Field(Type.MAP, description, schema=schema, **more)


def named(kind: str, description: str, *, constraints: tuple[Constraint, ...] | None = None, **more: Any) -> Field:
    """Return a field for the name or id of an existing object of a kind (of ``heatlite.clients.names``)."""
    checked = (Custom(kind),) if constraints is None else constraints
    return Field(Type.STRING, description, kind=kind, constraints=checked, **more)


def old_name(
    stands_for: str, kind: str = "", *, type: Type = Type.STRING, status: str = HIDDEN, **more: Any
) -> OldName:
    """Return an old name of a property."""
    constraints = (Custom(kind),) if kind else ()
    return OldName(type, f"Use {stands_for}.", constraints=constraints, status=status, stands_for=stands_for, **more)


def custom(name: str) -> tuple[Constraint, ...]:
    """Return one custom constraint, as ``constraints``."""
    return (Custom(name),)


def moved(
    schema: PropertiesSchema, given: Mapping[str, Any], prefix: str = "", *, refuses: bool = True
) -> dict[str, Any]:
    """Return the given properties with each value under its current name, also inside maps and lists of maps.

    :param refuses: refuse a value under both names; otherwise the one under the current name counts
    :raises StackValidationFailed: if one is refused
    """
    found = dict(given)
    for name, wanted in schema.items():
        if name not in found:
            continue
        if isinstance(wanted, OldName):
            value, now = found.pop(name), wanted.stands_for
            if value is not None and found.get(now) is not None:
                if not refuses:
                    continue
                message = f"Cannot define the following properties at the same time: {now}, {name}."
                raise property_error(path_to(prefix, name), message)
            if value is not None:
                found[now] = value
        else:
            found[name] = moved_inside(wanted, found[name], path_to(prefix, name), refuses=refuses)
    return found


def moved_inside(wanted: Property, value: Any, path: str, *, refuses: bool = True) -> Any:
    """Translate the names inside one value."""
    if isinstance(wanted.schema, Property) and isinstance(value, list):
        inner = wanted.schema
        return [moved_inside(inner, item, path_to(path, at), refuses=refuses) for at, item in enumerate(value)]
    if isinstance(wanted.schema, Mapping) and isinstance(value, Mapping):
        return moved(wanted.schema, value, path, refuses=refuses)
    return value


def has_old_names(schema: PropertiesSchema) -> bool:
    """Tell whether a schema, or one nested in it, has old names."""
    for wanted in schema.values():
        inner = wanted.schema.schema if isinstance(wanted.schema, Property) else wanted.schema
        if isinstance(wanted, OldName) or (isinstance(inner, Mapping) and has_old_names(inner)):
            return True
    return False


def for_api(wanted: Property, value: Any, identify: Identify) -> Any:
    """Return a checked value in the API's form: field names, ids instead of names, and no unset keys in maps."""
    if value is None:
        return None
    if isinstance(wanted.schema, Property):
        return [for_api(wanted.schema, item, identify) for item in value]
    if wanted.schema is not None:
        fields = {name: it for name, it in wanted.schema.items() if isinstance(it, Field)}
        given = {name: value[name] for name in fields if value.get(name) is not None}
        return {fields[name].field or name: for_api(fields[name], it, identify) for name, it in given.items()}
    kind = wanted.kind if isinstance(wanted, Field) else ""
    return identify(kind, value) if kind and value != "" else value


def field_attributes(*names: str, **others: Type) -> dict[str, Attribute]:
    """Return attributes that are fields of the object, sorted: texts, and others with their types."""
    kinds = {**dict.fromkeys(names, Type.STRING), **others}
    return {name: Attribute(f"The field {name}.", kinds[name]) for name in sorted(kinds)}


def name(of: str) -> Field:
    """Return the property ``name``, which an update may change."""
    return text(f"The name of the {of}.", update_allowed=True)


def description(of: str, **more: Any) -> Field:
    """Return the property ``description``, which an update may change. Without one, the service has an empty text."""
    return text(f"The description of the {of}.", update_allowed=True, cleared="", **more)
