"""Conditions: what of a template holds for the given parameters, and what is left of it then.

::

    conditions  ──compile──▶ trees, and which names each uses     once a template
                                │ parameters
                                ▼
                truth: name → bool ──expand──▶ definitions without ``if`` and ``condition``     once a stack

Parameters alone decide, so that all of this happens before a resource is looked at: a resource or output whose
condition doesn't hold isn't there, and an ``if`` *is* the value that it chooses. What it doesn't choose is never read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.convergence.graph import Graph
from heatlite.exception import CircularDependencyException
from heatlite.template.compiler import Compiler, Names
from heatlite.template.dialects import CONDITION, HOT, Dialect
from heatlite.template.functions import IF_WITHOUT_ELSE_SINCE, Vocabulary, vocabulary_of_conditions
from heatlite.template.nodes import Tree, resolve
from heatlite.template.path import Path, refused
from heatlite.template.unknown import UNKNOWN
from heatlite.template.versions import dialect_of


class _LeftOut:
    """The value of an ``if`` that has none for this case: the key or item isn't there."""


LEFT_OUT = _LeftOut()


def are_used(raw: Mapping[str, Any], dialect: Dialect) -> bool:
    """Whether anything in a template depends on a condition."""
    word = dialect.word
    definitions = [
        definition
        for section in map(word, ("resources", "outputs"))
        if isinstance(raw.get(section), Mapping)
        for definition in raw[section].values()
    ]
    conditional = any(isinstance(definition, Mapping) and word(CONDITION) in definition for definition in definitions)
    return conditional or any(_holds_if(definition, dialect.if_name) for definition in definitions)


def _holds_if(value: Any, name: str) -> bool:
    if isinstance(value, Mapping):
        return (len(value) == 1 and name in value) or any(_holds_if(item, name) for item in value.values())
    return isinstance(value, list) and any(_holds_if(item, name) for item in value)


@dataclass(frozen=True)
class ConditionScope:
    """What conditions see: parameters, and the conditions that are decided already."""

    parameters: Mapping[str, Any]
    conditions: Mapping[str, bool]
    files: Mapping[str, str] = field(default_factory=dict)
    facade: None = None

    def resource(self, name: str) -> None:
        """There is none: conditions are decided before any resource is."""


@dataclass(frozen=True)
class Conditions:
    """The section ``conditions``, compiled."""

    dialect: Dialect
    vocabulary: Vocabulary
    names: Names
    trees: Mapping[str, Tree]
    order: tuple[str, ...]
    """Each after those that it uses."""
    if_without_else: bool = False
    """Whether an ``if`` may have no value for the case that its condition doesn't hold."""

    @classmethod
    def read(
        cls, written: Mapping[str, Any], version: str, parameters: Collection[str], mappings: Mapping[str, Any] = {}
    ) -> Conditions:
        """Compile the section.

        :param parameters: the names of the declared parameters
        :param mappings: what ``Fn::FindInMap`` may find
        :raises StackValidationFailed: where a condition isn't well-formed, or uses itself by way of others
        """
        names = Names((), parameters, (), written.keys(), mappings)
        dialect = dialect_of(version)
        place = dialect.word("conditions")
        vocabulary = vocabulary_of_conditions(version)
        trees, uses = {}, {}
        for name, definition in written.items():
            if not isinstance(name, str):
                raise refused((place,), f"The name of a condition is a string, not {name!r:.80}")
            compiler = Compiler(vocabulary, names)
            trees[name] = compiler.compile_condition(definition, (place, name))
            uses[name] = sorted(compiler.conditions)
        try:
            order = tuple(Graph(uses).order())
        except CircularDependencyException as error:
            raise refused((place,), f"Circular definition for condition: {error}") from None
        without_else = dialect is HOT and version >= IF_WITHOUT_ELSE_SINCE
        return cls(dialect, vocabulary, names, trees, order, without_else)

    def truth(self, parameters: Mapping[str, Any]) -> Truth:
        """Which of them hold.

        :raises StackValidationFailed: where one comes to something else than true or false
        """
        decided: dict[str, bool] = {}
        place = self.dialect.word("conditions")
        for name in self.order:
            decided[name] = _decided(self.trees[name], ConditionScope(parameters, decided), (place, name))
        return Truth(self, ConditionScope(parameters, decided))


@dataclass(frozen=True)
class Truth:
    """Conditions decided for one stack's parameters."""

    conditions: Conditions
    scope: ConditionScope

    def holds(self, written: Any, path: Path) -> bool:
        """Whether a condition holds: a name, a function or a plain boolean.

        :raises StackValidationFailed: where it isn't one
        """
        tree = Compiler(self.conditions.vocabulary, self.conditions.names).compile_condition(written, path)
        return _decided(tree, self.scope, path)

    @property
    def _keyword(self) -> str:
        return self.conditions.dialect.word(CONDITION)

    def kept(self, section: Mapping[str, Any], section_name: str) -> dict[str, Any]:
        """The definitions whose conditions hold, without these and with every ``if`` decided."""
        left = {}
        for name, definition in section.items():
            path: Path = (section_name, name)
            if not isinstance(definition, Mapping) or self._is_kept(definition, path):
                left[name] = self._definition(definition, path)
        return left

    def _is_kept(self, definition: Mapping[str, Any], path: Path) -> bool:
        written = definition.get(self._keyword)
        return written is None or self.holds(written, (*path, self._keyword))

    def _definition(self, definition: Any, path: Path) -> Any:
        if not isinstance(definition, Mapping):
            return definition
        rest = {key: value for key, value in definition.items() if key != self._keyword}
        expanded = {key: self.expanded(value, (*path, key)) for key, value in rest.items()}
        return {key: None if value is LEFT_OUT else value for key, value in expanded.items()}

    def expanded(self, value: Any, path: Path) -> Any:
        """A value with what each ``if`` in it chooses; LEFT_OUT where that is nothing."""
        if isinstance(value, Mapping):
            name = self.conditions.dialect.if_name
            if len(value) == 1 and name in value:
                return self._chosen(value[name], (*path, name))
            entries = {key: self.expanded(item, (*path, key)) for key, item in value.items()}
            return {key: item for key, item in entries.items() if item is not LEFT_OUT}
        if isinstance(value, list):
            items = [self.expanded(item, (*path, place)) for place, item in enumerate(value)]
            return [item for item in items if item is not LEFT_OUT]
        return value

    def _chosen(self, arguments: Any, path: Path) -> Any:
        fewest = 2 if self.conditions.if_without_else else 3
        if not isinstance(arguments, list) or not fewest <= len(arguments) <= 3:
            optional = "[, value_if_false]" if fewest == 2 else ", value_if_false"
            raise refused(
                path, f'Arguments to "{path[-1]}" must be of the form: [condition_name, value_if_true{optional}]'
            )
        condition, if_true, *if_false = arguments
        if self.holds(condition, (*path, 0)):
            return self.expanded(if_true, (*path, 1))
        return self.expanded(if_false[0], (*path, 2)) if if_false else LEFT_OUT


def _decided(tree: Tree, scope: ConditionScope, path: Path) -> bool:
    value = resolve(tree, scope)
    if value is UNKNOWN:  # a template is being looked at before anybody has said with which parameters
        return False
    if not isinstance(value, bool):
        raise refused(path, f"A condition is true or false, and this comes to {value!r:.80}")
    return value
