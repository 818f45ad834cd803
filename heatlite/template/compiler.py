"""From the values of one definition to a compiled tree, and what that tree refers to.

Everything that can be known from the template alone is found here, once: where functions stand, whether they are
well-formed, and which resources, attributes, parameters and files they name.
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
"""Where in a path: ``resources.web.properties.length``."""


@dataclass(frozen=True)
class Names:
    """The names that a template's functions may use."""

    resources: Collection[str]
    parameters: Collection[str]
    files: Collection[str]
    conditions: Collection[str] = ()
    mappings: Mapping[str, Any] = field(default_factory=dict)
    """What ``Fn::FindInMap`` may find, by name."""


@dataclass
class Compiler:
    """Compiles the values of one resource or output, and collects the names that they use as it goes."""

    vocabulary: Vocabulary
    names: Names
    references: set[str] = field(default_factory=set)
    reads: set[tuple[str, str]] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    is_lenient: bool = False
    """Whether a reference that leads nowhere and an argument that doesn't fit are told only when they are resolved."""

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The section ``Mappings``."""
        return self.names.mappings

    def compile(self, value: Any, path: Path) -> Tree:
        """The tree for a value: the value itself where no function is in it, else a node.

        :param path: where the value stands in the template
        :raises StackValidationFailed: where a function is unknown to the template's version or ill-formed
        :raises InvalidTemplateReference: where a resource that doesn't exist is named
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
        """The tree of a condition as it is defined: a boolean, the name of a condition, or a function of conditions.

        :raises StackValidationFailed: where it is something else
        """
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            if value not in self.names.conditions:
                known = ", ".join(map(str, self.names.conditions)) or "none"
                raise refused(path, f'Invalid condition "{value}"; those that are defined: {known}')
            return Operand(value, path)
        tree = self.compile(value, path)
        if isinstance(tree, Function):
            return tree
        raise refused(path, f"A condition is a boolean, a condition's name or a function, not {value!r:.80}")

    def check_resource(self, name: Any, path: Path) -> str:
        """The name of an existing resource.

        :raises StackValidationFailed: where it isn't a string
        :raises InvalidTemplateReference: where there is no such resource
        """
        if not isinstance(name, str):
            raise refused(path, f"A resource is named by a string, not {name!r:.80}")
        if name not in self.names.resources:
            raise InvalidTemplateReference(resource=name, key=dotted(list(path)))
        return name

    def refer_to_resource(self, name: Any, path: Path) -> str:
        """Note a use of the resource itself. Raises what ``check_resource`` does, and ``Unfit`` for what is no name."""
        self.references.add(self._named(name, path))
        return name

    def read_attribute(self, name: Any, attribute: str, path: Path) -> str:
        """Note a use of the resource's attribute. Raises what ``refer_to_resource`` does."""
        self.reads.add((self._named(name, path), attribute))
        return name

    def _named(self, name: Any, path: Path) -> str:
        try:
            return self.check_resource(name, path)
        except StackValidationFailed as error:
            raise Unfit(error) from None

    def check_parameter(self, name: str, path: Path) -> None:
        """Refuse the name of a parameter that isn't declared.

        :raises StackValidationFailed: where it isn't
        """
        if self.is_lenient or name in self.names.parameters:
            self.parameters.add(name)
            return
        if len(path) > PROPERTY_AT and str(path[PROPERTIES_AT]).lower() == "properties":
            where = dotted(list(path[:-1]))  # the colons are Heat's, whose clients look for the whole sentence
            told = f'The Parameter ({name}) was not provided. Declare it in the section "parameters".'
            raise StackValidationFailed(error="Property error: ", path=f"{where}: ", message=told)
        raise refused(path, f'The parameter "{name}" is not declared; add it to the section "parameters"')

    def has_parameter(self, name: str) -> bool:
        """Whether a parameter of this name is declared."""
        is_there = name in self.names.parameters
        if is_there:
            self.parameters.add(name)
        return is_there

    def use_anything(self) -> None:
        """Note that what is used isn't known before it is computed: any parameter, any file, the parent's resource."""
        self.parameters.add(ANYTHING)

    def check_file(self, name: str, path: Path) -> None:
        """Refuse the name of a file that didn't come with the template.

        :raises Unfit: where it didn't
        """
        if name not in self.names.files:
            raise Unfit(no_content(name, path))
        self.files.add(name)


def _any_node(trees: Collection[Tree]) -> bool:
    return any(isinstance(tree, Node) for tree in trees)
