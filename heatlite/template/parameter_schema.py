"""Declarations of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from heatlite.schema.constraints import Constraint, Custom
from heatlite.template.parameter_constraints import read_constraints
from heatlite.template.parameter_types import ParameterType, coerce, show, to_boolean
from heatlite.template.path import Path, refused_schema

KEYWORDS = frozenset(
    {"type", "description", "default", "constraints", "hidden", "label", "immutable", "tags", "schema"}
)
"""Heat accepts ``schema`` and ignores it, and so does heatlite."""

TYPES: Mapping[str, ParameterType] = {str(kind): kind for kind in ParameterType}


@dataclass(frozen=True)
class ParameterSchema:
    """A declared parameter. ``default`` is stored as it is written; ``None`` is no default."""

    name: str
    type: ParameterType
    default: Any = None
    constraints: tuple[Constraint, ...] = ()
    hidden: bool = False
    label: str = ""
    description: str = ""
    immutable: bool = False
    tags: tuple[str, ...] = ()

    @property
    def has_default(self) -> bool:
        """Whether the parameter has a default."""
        return self.default is not None

    def read(self, value: Any) -> Any:
        """Return the parameter's value for ``value``: coerced, and checked against every constraint.

        The reason doesn't contain the value of a hidden parameter.

        :raises ValueError: with the reason
        """
        try:
            coerced = coerce(self.type, value)
        except ValueError as error:
            raise ValueError(f"The hidden value is not a {self.type}" if self.hidden else str(error)) from None
        for constraint in self.constraints:
            try:
                constraint.check(coerced)
            except Exception as error:  # a custom constraint is a plugin, and its error may contain the value
                if not (self.hidden or isinstance(error, ValueError)):
                    raise
                raise ValueError(self._reason(constraint, error)) from None
        return coerced

    def _reason(self, constraint: Constraint, error: Exception) -> str:
        if not self.hidden:
            return str(error)
        described = getattr(constraint, "description", None)
        return described or f"The hidden value does not satisfy the constraint {type(constraint).__name__}"

    def show(self, value: Any) -> str:
        """Return a coerced value as text."""
        return show(self.type, value)


def read_parameter_schema(name: str, written: Any) -> ParameterSchema:
    """Read the schema of a parameter.

    :raises InvalidSchemaError: when the declaration isn't well-formed
    """
    path: Path = ("parameters", name)
    _check_keywords(written, path)
    kind = TYPES.get(str(written.get("type")))
    if kind is None:
        raise refused_schema(
            (*path, "type"), f"Invalid type ({written.get('type')}); valid types are {', '.join(TYPES)}"
        )
    return ParameterSchema(
        name=name,
        type=kind,
        default=written.get("default"),
        constraints=read_constraints(written.get("constraints"), kind, (*path, "constraints")),
        hidden=_read_flag(written, "hidden"),
        label=str(written.get("label") or ""),
        description=str(written.get("description") or ""),
        immutable=_read_flag(written, "immutable"),
        tags=_read_tags(written, path),
    )


def _check_keywords(written: Any, path: Path) -> None:
    if not isinstance(written, Mapping):
        raise refused_schema(path, "A parameter's declaration must be a map")
    for key in written:
        if key not in KEYWORDS:
            raise refused_schema(path, f'Invalid key "{key}"; valid keys are {", ".join(sorted(KEYWORDS))}')
    if written.get("type") is None:
        raise refused_schema(path, f"Missing parameter type; valid types are {', '.join(TYPES)}")


def _read_flag(written: Mapping[str, Any], key: str) -> bool:
    value = written.get(key) or False
    try:
        return to_boolean(value)
    except ValueError:
        return True  # as in Heat: any other non-empty value counts as true


def _read_tags(written: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    tags = written.get("tags") or []
    if not isinstance(tags, list):
        raise refused_schema((*path, "tags"), "Tags property should be a list")
    return tuple(map(str, tags))


def check_default(schema: ParameterSchema, path: Path) -> None:
    """Check a default against its own constraints only.

    As in Heat, a default of the wrong type does no harm until it is used. Custom constraints aren't checked either: the
    template's author can't know what a cloud contains.

    :raises InvalidSchemaError: when the default breaks a constraint
    """
    own = tuple(constraint for constraint in schema.constraints if not isinstance(constraint, Custom))
    if schema.has_default and own:
        try:
            replace(schema, constraints=own).read(schema.default)
        except ValueError as error:
            shown = "" if schema.hidden else f" {schema.default}"
            raise refused_schema(path, f"Invalid default{shown} ({error})") from None
