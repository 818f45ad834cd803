"""What a template declares of one parameter."""

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
"""Heat takes ``schema`` and does nothing with it, so it is taken here as well."""

TYPES: Mapping[str, ParameterType] = {str(kind): kind for kind in ParameterType}


@dataclass(frozen=True)
class ParameterSchema:
    """A declared parameter. ``default`` is kept as it is written; ``None`` is no default."""

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
        """Whether a value may be left out."""
        return self.default is not None

    def read(self, value: Any) -> Any:
        """The parameter's value when it is given ``value``, coerced and within every constraint.

        The value of a hidden parameter isn't repeated in the reason.

        :raises ValueError: with the reason
        """
        try:
            coerced = coerce(self.type, value)
        except ValueError as error:
            raise ValueError(f"The hidden value is not a {self.type}" if self.hidden else str(error)) from None
        for constraint in self.constraints:
            try:
                constraint.check(coerced)
            except Exception as error:  # a custom constraint is a plugin, and what it raises has the value in it
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
        """A coerced value as text."""
        return show(self.type, value)


def read_parameter_schema(name: str, written: Any) -> ParameterSchema:
    """The schema of a parameter.

    :raises InvalidSchemaError: where the declaration isn't well-formed
    """
    path: Path = ("parameters", name)
    _check_keywords(written, path)
    kind = TYPES.get(str(written.get("type")))
    if kind is None:
        raise refused_schema((*path, "type"), f"Invalid type ({written.get('type')}); those are {', '.join(TYPES)}")
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
        raise refused_schema(path, "A parameter is declared by a map")
    for key in written:
        if key not in KEYWORDS:
            raise refused_schema(path, f'Invalid key "{key}"; those are {", ".join(sorted(KEYWORDS))}')
    if written.get("type") is None:
        raise refused_schema(path, f"Missing parameter type; those are {', '.join(TYPES)}")


def _read_flag(written: Mapping[str, Any], key: str) -> bool:
    value = written.get(key) or False
    try:
        return to_boolean(value)
    except ValueError:
        return True  # as in Heat: whatever is written there and isn't empty


def _read_tags(written: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    tags = written.get("tags") or []
    if not isinstance(tags, list):
        raise refused_schema((*path, "tags"), "Tags property should be a list")
    return tuple(map(str, tags))


def check_default(schema: ParameterSchema, path: Path) -> None:
    """Only against constraints: a default that isn't of the type does no harm until it is used, as in Heat.

    Nor does one that a custom constraint refuses: what there is in a cloud isn't for the template to say.

    :raises InvalidSchemaError: where it breaks one
    """
    own = tuple(constraint for constraint in schema.constraints if not isinstance(constraint, Custom))
    if schema.has_default and own:
        try:
            replace(schema, constraints=own).read(schema.default)
        except ValueError as error:
            shown = "" if schema.hidden else f" {schema.default}"
            raise refused_schema(path, f"Invalid default{shown} ({error})") from None
