"""Compiler from the values of a definition to a tree, with the names that the tree refers to.

It finds once everything that the template alone tells: where functions are, whether they are well-formed, and which
resources, attributes, parameters and files they name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.exception import InvalidTemplateReference, StackValidationFailed, dotted
from heatlite.template.functions import Vocabulary
from heatlite.template.functions.base import ANYTHING, Function, Unfit
from heatlite.template.functions.conditional import Operand
from heatlite.template.functions.get_file import no_content
from heatlite.template.nodes import ListNode, MapNode, Node, Tree
from heatlite.template.path import Path, refused

PROPERTIES_AT, PROPERTY_AT = 2, 3
"""Positions in a path: ``resources.web.properties.length``."""


@dataclass(frozen=True)
class Names:
    """The names that a template's functions may use."""

    resources: Collection[str]
    parameters: Collection[str]
    files: Collection[str]
    conditions: Collection[str] = ()
    mappings: Mapping[str, Any] = field(default_factory=dict)
    """The tables of ``Fn::FindInMap``, by name."""


@dataclass
class Compiler:
    """Compiles the values of one resource or output, and collects the names that they use."""

    vocabulary: Vocabulary
    names: Names
    references: set[str] = field(default_factory=set)
    reads: set[tuple[str, str]] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    is_lenient: bool = False
    """Whether dangling references and unfit arguments are reported only when they are resolved."""

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The section ``Mappings``."""
        return self.names.mappings

    def compile(self, value: Any, path: Path) -> Tree:
        """Compile a value to a tree: a node, or the value itself if it contains no function.

        :param path: the value's place in the template
        :raises StackValidationFailed: when a function is unknown to the template's version or ill-formed
        :raises InvalidTemplateReference: when a named resource doesn't exist
        """
        if isinstance(value, Mapping):
            return self._compile_map(value, path)
        if isinstance(value, list):
            items = [self.compile(item, (*path, place)) for place, item in enumerate(value)]
            return ListNode(items) if _any_node(items) else value
        return value

    def _compile_map(self, value: Mapping[str, Any], path: Path) -> Tree:
        if len(value) == 1:
            [(name, arguments)] = value.items()
            if function := self.vocabulary.functions.get(name):
                return function.compile(arguments, (*path, name), self)
            if name in self.vocabulary.refusals:
                raise refused((*path, name), self.vocabulary.refusals[name])
        entries = {key: self.compile(item, (*path, key)) for key, item in value.items()}
        return MapNode(entries) if _any_node(entries.values()) else value

    def compile_condition(self, value: Any, path: Path) -> Tree:
        """Compile the definition of a condition: a boolean, the name of a condition, or a function of conditions.

        :raises StackValidationFailed: when it is something else
        """
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            if value not in self.names.conditions:
                known = ", ".join(map(str, self.names.conditions)) or "none"
                raise refused(path, f'Invalid condition "{value}"; defined conditions: {known}')
            return Operand(value, path)
        tree = self.compile(value, path)
        if isinstance(tree, Function):
            return tree
        raise refused(path, f"A condition must be a boolean, a condition's name or a function, not {value!r:.80}")

    def check_resource(self, name: Any, path: Path) -> str:
        """Check that a resource exists, and return its name.

        :raises StackValidationFailed: when the name isn't a string
        :raises InvalidTemplateReference: when there is no such resource
        """
        if not isinstance(name, str):
            raise refused(path, f"The name of a resource must be a string, not {name!r:.80}")
        if name not in self.names.resources:
            raise InvalidTemplateReference(resource=name, key=dotted(list(path)))
        return name

    def refer_to_resource(self, name: Any, path: Path) -> None:
        """Record a reference to the resource itself.

        Raise as ``check_resource``, or ``Unfit`` when the name isn't a string.
        """
        self.references.add(self._named(name, path))

    def read_attribute(self, name: Any, attribute: str, path: Path) -> str:
        """Record a reference to an attribute of the resource. Raise the errors of ``refer_to_resource``."""
        self.reads.add((self._named(name, path), attribute))
        return name

    def _named(self, name: Any, path: Path) -> str:
        try:
            return self.check_resource(name, path)
        except StackValidationFailed as error:
            raise Unfit(error) from None

    def check_parameter(self, name: str, path: Path) -> None:
        """Refuse the name of a parameter that isn't declared.

        :raises StackValidationFailed: when it isn't declared
        """
        if self.is_lenient or name in self.names.parameters:
            self.parameters.add(name)
            return
        if len(path) > PROPERTY_AT and str(path[PROPERTIES_AT]).lower() == "properties":
            where = dotted(list(path[:-1]))  # the colons are Heat's: its clients look for the whole sentence
            message = f'The Parameter ({name}) was not provided. Declare it in the section "parameters".'
            raise StackValidationFailed(error="Property error: ", path=f"{where}: ", message=message)
        raise refused(path, f'The parameter "{name}" is not declared; add it to the section "parameters"')

    def has_parameter(self, name: str) -> bool:
        """Tell whether a parameter of this name is declared."""
        is_there = name in self.names.parameters
        if is_there:
            self.parameters.add(name)
        return is_there

    def use_anything(self) -> None:
        """Record a use that is known only later: any parameter, any file, the parent's resource."""
        self.parameters.add(ANYTHING)

    def check_file(self, name: str, path: Path) -> None:
        """Refuse the name of a file that didn't come with the template.

        :raises Unfit: when the file is missing
        """
        if name not in self.names.files:
            raise Unfit(no_content(name, path))
        self.files.add(name)


def _any_node(trees: Collection[Tree]) -> bool:
    return any(isinstance(tree, Node) for tree in trees)
