"""Modules with the names that plugins written for Heat import: ``heat.common.i18n`` and the like.

They are there only while such a plugin is imported, and never in place of an installed Heat. What they have is what
plugins declare with; ``written.Resource`` is the base class. A name that isn't here is told by the error of the import.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from heatlite import exception
from heatlite.resources.base import UpdateReplace as Replace
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema import constraints

LOCK = threading.RLock()
STATUSES = ("UNKNOWN", "SUPPORTED", "DEPRECATED", "UNSUPPORTED", "HIDDEN")
TYPES = {each.name: each.value for each in Type if each is not Type.ANY}


class NotProvided(ImportError):
    """A plugin imports something of Heat's that isn't provided."""


# --- heat.engine.properties, attributes, support -------------------------------------------------------------------


class PropertySchema:
    """Heat's ``Schema`` of properties."""

    property: Property

    def __init__(
        self,
        data_type: str,
        description: str | None = None,
        default: Any = None,
        schema: Any = None,
        required: bool = False,
        constraints: Sequence[Any] | None = None,
        **more: Any,
    ) -> None:
        """Translate a schema.

        :param more: ``update_allowed``, ``immutable`` and ``support_status``; others change nothing here
        """
        status = more.get("support_status")
        kind = Type(data_type) if data_type in set(Type) else Type.ANY
        if kind in (Type.LIST, Type.MAP) and default is not None and not default:
            default = [] if kind is Type.LIST else {}
        nested = {name: it.property for name, it in schema.items()} if isinstance(schema, Mapping) else schema
        self.property = Property(
            kind,
            str(description or ""),
            list(default) if isinstance(default, tuple) else default,
            required,
            tuple(constraints or ()),
            more.get("update_allowed", False),
            more.get("immutable", False),
            nested.property if isinstance(nested, PropertySchema) else nested,
            status.status if status else "SUPPORTED",
        )


class AttributeSchema:
    """Heat's ``Schema`` of attributes. Heat resolves one when it is read; so does heatlite, if its mode is NONE."""

    CACHE_LOCAL, CACHE_NONE = "cache_local", "cache_none"

    def __init__(
        self,
        description: str | None = None,
        support_status: SupportStatus | None = None,
        cache_mode: str = CACHE_LOCAL,
        type: str | None = None,
    ) -> None:
        kind = Type(type) if type is not None else None
        status = support_status.status if support_status else "SUPPORTED"
        self.attribute = Attribute(str(description or ""), kind, CacheMode.NONE, status)


for _name, _value in TYPES.items():
    setattr(PropertySchema, _name, _value)
    setattr(AttributeSchema, _name, _value)
PropertySchema.ANY = "Any"  # type: ignore[attr-defined]


def support_status(
    status: str = "SUPPORTED",
    message: str | None = None,
    version: str | None = None,
    previous_status: SupportStatus | None = None,
    substitute_class: Any = None,
) -> SupportStatus:
    """Return the status for Heat's ``SupportStatus``, whose arguments have another order."""
    return SupportStatus(status, version, message, previous_status)


# --- heat.engine.constraints -----------------------------------------------------------------------------------------


def allowed_values(allowed: Sequence[Any], description: str | None = None) -> constraints.AllowedValues:
    """Return the constraint for Heat's ``AllowedValues``."""
    return constraints.AllowedValues(tuple(allowed), description)


def custom_constraint(name: str, description: str | None = None, environment: Any = None) -> constraints.Custom:
    """Return the constraint for Heat's ``CustomConstraint``."""
    return constraints.Custom(name, description)


# --- heat.common.exception -------------------------------------------------------------------------------------------


class HeatException(Exception):
    """The base of Heat's exceptions, and of those that plugins define: ``msg_fmt`` is filled with the arguments."""

    msg_fmt: ClassVar[str] = "An unknown exception occurred."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.kwargs = kwargs
        super().__init__(" ".join(map(str, args)) or str(kwargs.get("message") or self.msg_fmt % kwargs))


class ResourceFailure(HeatException):
    """A failure with its cause, which Heat's own class takes by position."""

    def __init__(self, cause: Any, resource: Any = None, action: str | None = None) -> None:
        super().__init__(str(cause) or type(cause).__name__)


class UpdateReplace(Replace):
    """Asks for a replacement; Heat's class takes the resource's name."""

    def __init__(self, resource_name: str = "", **more: Any) -> None:
        super().__init__(resource_name)


class TranslationRule:
    """Heat's ``TranslationRule``, as far as it names an object: the property's value becomes an id."""

    REPLACE, ADD, DELETE, RESOLVE = "Replace", "Add", "Delete", "Resolve"

    def __init__(self, properties: Any, rule: str, translation_path: Sequence[str], **more: Any) -> None:
        client_plugin, entity = more.get("client_plugin"), more.get("entity")
        if rule != self.RESOLVE or len(translation_path) != 1 or not entity or client_plugin is None:
            raise exception.NotSupported(
                feature=f"A translation rule {rule} of {'.'.join(map(str, translation_path))} in a plugin for Heat"
            )
        self.property, self.kind = translation_path[0], f"{client_plugin.name}.{entity}"


def _exceptions() -> ModuleType:
    """Return ``heat.common.exception``: heatlite's class of a name; for a name that it lacks, a new class."""
    module = ModuleType("heat.common.exception")
    known: dict[str, Any] = {"HeatException": HeatException, "ResourceFailure": ResourceFailure}

    def found(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in known:
            known[name] = getattr(exception, name, None) or type(name, (HeatException,), {"msg_fmt": f"{name}"})
        return known[name]

    module.__dict__.update(known, __getattr__=found)
    return module


# --- the modules -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offered:
    """The names in one module."""

    name: str
    has: Mapping[str, Any]

    def module(self) -> ModuleType:
        """Return the module."""
        made = ModuleType(self.name)
        made.__dict__.update(self.has, __path__=[])
        return made


def _text(text: str) -> str:
    return text


def offered(resource: type) -> dict[str, ModuleType]:
    """Return all modules by name.

    :param resource: the base class of resources
    """
    statuses = {each: each for each in STATUSES}
    modules = [
        Offered("heat", {}),
        Offered("heat.common", {}),
        Offered("heat.common.i18n", dict.fromkeys(("_", "_LI", "_LW", "_LE", "_LC", "repr_wrapper"), _text)),
        Offered("heat.engine", {}),
        Offered("heat.engine.resource", {"Resource": resource, "UpdateReplace": UpdateReplace}),
        Offered("heat.engine.properties", {"Schema": PropertySchema}),
        Offered("heat.engine.attributes", {"Schema": AttributeSchema}),
        Offered("heat.engine.support", {"SupportStatus": support_status, **statuses}),
        Offered("heat.engine.translation", {"TranslationRule": TranslationRule}),
        Offered(
            "heat.engine.constraints",
            {
                "Range": constraints.Range,
                "Length": constraints.Length,
                "Modulo": constraints.Modulo,
                "AllowedPattern": constraints.AllowedPattern,
                "AllowedValues": allowed_values,
                "CustomConstraint": custom_constraint,
            },
        ),
    ]
    found = {it.name: it.module() for it in modules}
    found["heat.common.exception"] = _exceptions()
    for name, module in found.items():
        parent, _, own = name.rpartition(".")
        if parent:
            setattr(found[parent], own, module)
    return found


@contextmanager
def names_of_heat(resource: type) -> Iterator[None]:
    """Let modules that are imported within the block find these names, in place of an installed Heat.

    :raises NotProvided: if one imports something else of Heat's
    """
    with LOCK:
        before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "heat"}
        sys.modules.update(offered(resource))
        try:
            yield
        except ModuleNotFoundError as error:
            if str(error.name).partition(".")[0] != "heat":
                raise
            raise NotProvided(f"{error.name} is a part of Heat that plugins can't use in heatlite") from None
        finally:
            for name in [name for name in sys.modules if name.partition(".")[0] == "heat"]:
                del sys.modules[name]
            sys.modules.update(before)
