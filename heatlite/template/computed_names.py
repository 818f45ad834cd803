"""Names and deletion policies that follow from parameters, although they determine the graph.

::

    {get_resource: {get_param: which}}          ──▶ {get_resource: web}
    {get_attr: [{get_param: which}, address]}   ──▶ {get_attr: [web, address]}
    deletion_policy: {get_param: policy}        ──▶ deletion_policy: Retain

The graph is built before anything is resolved. So these functions are replaced by their values as soon as the
parameters are known, and the result is compiled as if the template had contained it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.exception import HeatliteError, InvalidTemplateReference
from heatlite.template.compiler import Compiler, Names
from heatlite.template.dialects import Dialect, dialect_of
from heatlite.template.functions import Vocabulary, vocabulary_of
from heatlite.template.functions.cfn_references import GetAtt
from heatlite.template.functions.get_attr import GetAttr
from heatlite.template.functions.get_resource import GetResource
from heatlite.template.nodes import Node, resolve
from heatlite.template.path import Path, refused
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN

POLICY = "deletion_policy"


def are_used(raw: Mapping[str, Any], version: str) -> bool:
    """Tell whether a template's resources or outputs contain a computed name or a computed deletion policy."""
    dialect, functions = dialect_of(version), vocabulary_of(version).functions
    return any(_has_policy(it, dialect) or _holds_name(it, functions) for it in _definitions(raw, dialect))


def _definitions(raw: Mapping[str, Any], dialect: Dialect) -> Iterator[Any]:
    for section in map(dialect.word, ("resources", "outputs")):
        if isinstance(raw.get(section), Mapping):
            yield from raw[section].values()


def _has_policy(definition: Any, dialect: Dialect) -> bool:
    return isinstance(definition, Mapping) and isinstance(definition.get(dialect.word(POLICY)), Mapping)


def _holds_name(value: Any, functions: Mapping[str, Any]) -> bool:
    if isinstance(value, Mapping):
        return _name_in(value, functions) is not None or any(_holds_name(it, functions) for it in value.values())
    return isinstance(value, list) and any(_holds_name(it, functions) for it in value)


def _name_in(value: Mapping[str, Any], functions: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the function that computes a reference's resource name, or None when the name is written out."""
    if len(value) != 1:
        return None
    [(name, arguments)] = value.items()
    if name not in functions or name not in (GetResource.name, GetAttr.name, GetAtt.name):
        return None
    if name != GetResource.name:
        arguments = arguments[0] if isinstance(arguments, list) and arguments else None
    return arguments if isinstance(arguments, Mapping) else None


class Later(Node):
    """A reference to a resource whose name isn't known yet, because a parameter isn't."""

    __slots__ = ()

    def resolve(self, scope: Scope) -> Any:
        return UNKNOWN


@dataclass(frozen=True)
class ParameterScope:
    """The scope of functions that compute names: parameters and files."""

    parameters: Mapping[str, Any]
    files: Mapping[str, str]
    conditions: Mapping[str, bool] = field(default_factory=dict)
    facade: None = None

    def resource(self, name: str) -> None:
        """Return None: names are computed before any resource exists."""


@dataclass(frozen=True)
class ComputedNames:
    """Replaces computed names and policies by their values, for one stack's parameters."""

    dialect: Dialect
    vocabulary: Vocabulary
    names: Names
    scope: ParameterScope

    @classmethod
    def of(
        cls, version: str, parameters: Mapping[str, Any], files: Mapping[str, str], mappings: Mapping[str, Any]
    ) -> ComputedNames:
        """Build it for a template.

        :param parameters: values, including pseudo parameters
        """
        names = Names((), parameters.keys(), files.keys(), mappings=mappings)
        return cls(dialect_of(version), vocabulary_of(version), names, ParameterScope(parameters, files))

    def written_out(self, section: Mapping[str, Any], section_name: str) -> dict[str, Any]:
        """Return definitions without computed names and deletion policies.

        :raises StackValidationFailed: when a computed name isn't a text, or needs a resource
        """
        return {name: self._definition(it, (section_name, name)) for name, it in section.items()}

    def _definition(self, definition: Any, path: Path) -> Any:
        if not isinstance(definition, Mapping):
            return definition
        word = self.dialect.word(POLICY)
        left = {key: self._value(value, (*path, key)) for key, value in definition.items() if key != word}
        if word not in definition:
            return left
        policy = definition[word]
        if isinstance(policy, Mapping):
            policy = self._computed(policy, (*path, word))
        return {**left, word: None if policy is UNKNOWN else policy}

    def _value(self, value: Any, path: Path) -> Any:
        if isinstance(value, list):
            return [self._value(item, (*path, place)) for place, item in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        computed = _name_in(value, self.vocabulary.functions)
        if computed is None:
            return {key: self._value(item, (*path, key)) for key, item in value.items()}
        [(function, arguments)] = value.items()
        try:
            name = self._name(computed, (*path, function))
        except HeatliteError:
            if path[0] != self.dialect.word("outputs"):
                raise
            return value  # a request for this output reports the error
        if name is UNKNOWN:
            return Later()
        if function == GetResource.name:
            return {function: name}
        return {function: [name, *(self._value(it, (*path, function)) for it in arguments[1:])]}

    def _name(self, written: Mapping[str, Any], path: Path) -> Any:
        name = self._computed(written, path)
        if name is not UNKNOWN and not isinstance(name, str):
            raise refused(path, f"The name of a resource must be a string, but this function returns {name!r:.80}")
        return name

    def _computed(self, written: Mapping[str, Any], path: Path) -> Any:
        try:
            return resolve(Compiler(self.vocabulary, self.names).compile(written, path), self.scope)
        except InvalidTemplateReference:
            message = "This is computed before there are resources: it may use parameters and files, but no resource"
            raise refused(path, message) from None
