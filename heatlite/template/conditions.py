"""Conditions: evaluation for given parameters, and the parts of a template that remain.

::

    conditions  ──compile──▶ trees                                                          once for a template
                                │ parameters
                                ▼
                truth: name → bool ──expand──▶ definitions without ``if`` and ``condition``     once for a stack

Only parameters decide, so conditions are evaluated before any resource. A resource or output whose condition is false
is left out. An ``if`` is replaced by the value that it chooses, and the other value is never read. A condition is
evaluated when it is first needed: a condition that nothing uses may be wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.template.compiler import Compiler, Names
from heatlite.template.dialects import CONDITION, HOT, Dialect, dialect_of
from heatlite.template.functions import IF_WITHOUT_ELSE_SINCE, Vocabulary, vocabulary_of, vocabulary_of_conditions
from heatlite.template.functions.conditional import is_true
from heatlite.template.nodes import Tree, resolve
from heatlite.template.path import Path, refused
from heatlite.template.unknown import UNKNOWN


class _LeftOut:
    """The value of an ``if`` without a value for this case. Its key or item is left out."""


LEFT_OUT = _LeftOut()


def are_used(raw: Mapping[str, Any], dialect: Dialect) -> bool:
    """Tell whether anything in a template depends on a condition."""
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
    """The scope of conditions: parameters, and other conditions."""

    parameters: Mapping[str, Any]
    conditions: Mapping[str, bool]
    files: Mapping[str, str] = field(default_factory=dict)
    facade: None = None

    def resource(self, name: str) -> None:
        """Return None: conditions are evaluated before any resource exists."""


@dataclass(frozen=True)
class Conditions:
    """The section ``conditions``, compiled."""

    dialect: Dialect
    vocabulary: Vocabulary
    names: Names
    trees: Mapping[str, Tree]
    if_without_else: bool = False
    """Whether an ``if`` may lack a value for a false condition."""
    separate: Mapping[str, frozenset[str | int]] = field(default_factory=dict)
    """Function → the arguments that become null instead of being left out, when their ``if`` has no value."""

    @classmethod
    def read(
        cls, written: Mapping[str, Any], version: str, parameters: Collection[str], mappings: Mapping[str, Any] = {}
    ) -> Conditions:
        """Compile the section.

        :param parameters: the names of the declared parameters
        :param mappings: the tables of ``Fn::FindInMap``
        :raises StackValidationFailed: when a condition isn't well-formed
        """
        names = Names((), parameters, (), written.keys(), mappings)
        dialect = dialect_of(version)
        place = dialect.word("conditions")
        vocabulary = vocabulary_of_conditions(version)
        trees = {}
        for name, definition in written.items():
            if not isinstance(name, str):
                raise refused((place,), f"The name of a condition must be a string, not {name!r:.80}")
            compiler = Compiler(vocabulary, names, is_lenient=True)
            trees[name] = compiler.compile_condition(definition, (place, name))
        without_else = dialect is HOT and version >= IF_WITHOUT_ELSE_SINCE
        functions = vocabulary_of(version).functions
        separate = {name: function.separate for name, function in functions.items() if function.separate}
        return cls(dialect, vocabulary, names, trees, without_else, separate)

    def truth(self, parameters: Mapping[str, Any]) -> Truth:
        """Return the conditions' truth for these parameters. Each is evaluated when it is first needed."""
        return Truth(self, ConditionScope(parameters, Decided(self, parameters)))


class Decided(Mapping[str, bool]):
    """The truth of one stack's conditions, by name."""

    def __init__(self, conditions: Conditions, parameters: Mapping[str, Any]) -> None:
        self._conditions = conditions
        self._scope = ConditionScope(parameters, self)
        self._known: dict[str, bool | None] = {}

    def __getitem__(self, name: str) -> bool:
        """Return whether a condition is true.

        :raises StackValidationFailed: when its value isn't a boolean, or it uses itself
        """
        tree, path = self._conditions.trees[name], (self._conditions.dialect.word("conditions"), name)
        if name not in self._known:
            self._known[name] = None
            self._known[name] = _decided(tree, self._scope, path)
        found = self._known[name]
        if found is None:
            raise refused(path[:1], f'Circular definition for condition: "{name}" uses itself')
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._conditions.trees)

    def __len__(self) -> int:
        return len(self._conditions.trees)


@dataclass(frozen=True)
class Truth:
    """Conditions evaluated for one stack's parameters."""

    conditions: Conditions
    scope: ConditionScope

    def holds(self, written: Any, path: Path) -> bool:
        """Tell whether a condition is true: a name, a function or a plain boolean. No condition is true, as in Heat.

        :raises StackValidationFailed: when it isn't a condition
        """
        if written is None:
            return True
        tree = Compiler(self.conditions.vocabulary, self.conditions.names).compile_condition(written, path)
        value = resolve(tree, self.scope)
        return value is not UNKNOWN and is_true(value, self.scope, path)

    @property
    def _keyword(self) -> str:
        return self.conditions.dialect.word(CONDITION)

    def kept(self, section: Mapping[str, Any], section_name: str) -> dict[str, Any]:
        """Return the definitions whose conditions are true, without the conditions and with every ``if`` replaced."""
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
        """Replace each ``if`` in a value by its choice. Return LEFT_OUT when there is none."""
        if not isinstance(value, Mapping | list):
            return value
        if isinstance(value, Mapping) and len(value) == 1:
            [(name, arguments)] = value.items()
            if name == self.conditions.dialect.if_name:
                return self._chosen(arguments, (*path, name))
            if name in self.conditions.separate and not self._is_if(arguments):
                return {name: self._parts(arguments, (*path, name), self.conditions.separate[name])}
        return self._parts(value, path)

    def _is_if(self, value: Any) -> bool:
        return isinstance(value, Mapping) and [*value] == [self.conditions.dialect.if_name]

    def _parts(self, value: Any, path: Path, separate: Collection[str | int] = ()) -> Any:
        """Replace each ``if`` in a list or map by its choice.

        :param separate: positions or keys that become null instead of being left out, when their ``if`` has no value
        """
        if not isinstance(value, Mapping | list):
            return value
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        found = {key: self.expanded(item, (*path, key)) for key, item in pairs}
        kept = {key: item for key, item in found.items() if item is not LEFT_OUT}
        kept = {key: kept.get(key) for key in found if key in kept or key in separate}
        return kept if isinstance(value, Mapping) else list(kept.values())

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
    if value is UNKNOWN:  # the template is examined before its parameters are known
        return False
    if not isinstance(value, bool):
        raise refused(path, f"A condition must be true or false, not {value!r:.80}")
    return value
