"""Fields: properties that are fields of an API's object, in one table with what templates see of them.

::

    "network": named("neutron.network", "The network.", field="network_id", required=True)
    "network_id": old_name("network", "neutron.network")

    template    {network: private}          {network_id: 3f0c…}
    properties  {network: private}          {network: 3f0c…}             ``moved``, before anything is checked
    API         {network_id: 3f0c…}         {network_id: 3f0c…}          ``for_api``, as a step runs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.resources.properties import path_to, property_error
from heatlite.resources.schema import HIDDEN, PropertiesSchema, Property, Type
from heatlite.schema.constraints import Constraint, Custom

Identify = Callable[[str, str], str]
"""From a kind and a name or id of such a thing to its id."""


@dataclass(frozen=True, slots=True)
class Field(Property):
    """A property that the API's object has as well.

    ``field``: its name there; empty: the same one. ``kind``: its value is the name or id of such a thing, and the API
    is given the id. ``cleared``: what an update sends where it has no value any more. A property that isn't a Field is
    for the type's own code.
    """

    field: str = ""
    kind: str = ""
    cleared: Any = None


@dataclass(frozen=True, slots=True)
class OldName(Property):
    """Another name of a property, from earlier releases: taken, and never shown."""

    stands_for: str = ""


def text(description: str, **more: Any) -> Field:
    """A string. ``more`` are other fields of Field, here and below."""
    return Field(Type.STRING, description, **more)


def integer(description: str, **more: Any) -> Field:
    """A whole number."""
    return Field(Type.INTEGER, description, **more)


def number(description: str, **more: Any) -> Field:
    """A number."""
    return Field(Type.NUMBER, description, **more)


def flag(description: str, **more: Any) -> Field:
    """True or false."""
    return Field(Type.BOOLEAN, description, **more)


def listed(description: str, item: Property | Mapping[str, Property] | None = None, **more: Any) -> Field:
    """A list; of ``item``, which is a property or the properties of a map."""
    schema = Field(Type.MAP, schema=item) if isinstance(item, Mapping) else item
    return Field(Type.LIST, description, schema=schema, **more)


def mapped(description: str, schema: Mapping[str, Property] | None = None, **more: Any) -> Field:
    """A map; with these properties in it, or anything."""
    return Field(Type.MAP, description, schema=schema, **more)


def named(kind: str, description: str, *, constraints: tuple[Constraint, ...] | None = None, **more: Any) -> Field:
    """The name or id of something of a kind (of ``heatlite.clients.names``), which has to be there."""
    checked = (Custom(kind),) if constraints is None else constraints
    return Field(Type.STRING, description, kind=kind, constraints=checked, **more)


def old_name(stands_for: str, kind: str = "", *, type: Type = Type.STRING, **more: Any) -> OldName:
    """An old name of a property."""
    constraints = (Custom(kind),) if kind else ()
    return OldName(type, f"Use {stands_for}.", constraints=constraints, status=HIDDEN, stands_for=stands_for, **more)


def custom(name: str) -> tuple[Constraint, ...]:
    """One custom constraint, as ``constraints``."""
    return (Custom(name),)


def moved(
    schema: PropertiesSchema, given: Mapping[str, Any], prefix: str = "", *, refuses: bool = True
) -> dict[str, Any]:
    """What is given, with each value under the name that it has today; in maps and lists of maps too.

    :param refuses: whether a value by both names is refused; else that by the name of today counts
    :raises StackValidationFailed: where it is
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
    """The same within one value."""
    if isinstance(wanted.schema, Property) and isinstance(value, list):
        inner = wanted.schema
        return [moved_inside(inner, item, path_to(path, at), refuses=refuses) for at, item in enumerate(value)]
    if isinstance(wanted.schema, Mapping) and isinstance(value, Mapping):
        return moved(wanted.schema, value, path, refuses=refuses)
    return value


def has_old_names(schema: PropertiesSchema) -> bool:
    """Whether anything in a schema, or nested in it, has another name."""
    for wanted in schema.values():
        inner = wanted.schema.schema if isinstance(wanted.schema, Property) else wanted.schema
        if isinstance(wanted, OldName) or (isinstance(inner, Mapping) and has_old_names(inner)):
            return True
    return False


def for_api(wanted: Property, value: Any, identify: Identify) -> Any:
    """A checked value as the API takes it: fields' names, ids in place of names, in maps nothing that has no value."""
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
