"""What a function of the template language is, and the two things that each one says for itself.

::

    parse time                                   run time
    compile --> compile the arguments            resolve --> resolve the arguments
                check(): are they well-formed,               UNKNOWN inside? then UNKNOWN
                what do they refer to?                       apply(): the result

``check`` sees compiled arguments: what is written out is plain, and what another function will give is a
``Function``, about which nothing can be said yet.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

from heatlite.exception import StackValidationFailed
from heatlite.template.nodes import ListNode, MapNode, Node, Tree, resolve
from heatlite.template.path import Path, refused
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN, holds_unknown

MAX_TEXT = 16 * 1024 * 1024
"""Characters that a function may make. Nested replacements multiply, so a short template could fill the memory."""

ANYTHING = "*"
"""Among the names of parameters that a definition uses: what it uses isn't known before it is computed."""


class Compiler(Protocol):
    """What a function may ask while it is compiled."""

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The section ``Mappings`` of a CloudFormation template."""

    def compile(self, value: Any, path: Path) -> Tree:
        """Compile a value that stands inside the function's arguments."""

    def compile_condition(self, value: Any, path: Path) -> Tree:
        """Compile a condition, which may be a name."""

    def refer_to_resource(self, name: Any, path: Path) -> str:
        """Note that the value needs this resource, and give its name back."""

    def read_attribute(self, name: Any, attribute: str, path: Path) -> str:
        """Note that the value reads this attribute (``"*"``: any), and give the resource's name back."""

    def check_parameter(self, name: str, path: Path) -> None:
        """Refuse the name of a parameter that isn't declared."""

    def has_parameter(self, name: str) -> bool:
        """Whether a parameter of this name is declared; where it is, it counts as used."""

    def use_anything(self) -> None:
        """Note that what is used isn't known before it is computed."""

    def check_file(self, name: str, path: Path) -> None:
        """Refuse the name of a file that didn't come with the template."""


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function with its compiled arguments, and where it stands. A subclass is one function of the language."""

    arguments: Tree
    path: Path = field(compare=False)

    name: ClassVar[str] = ""
    told: ClassVar[str] = ""
    """What clients are told of it, where that isn't the first sentence here: they may know it by heart."""

    @classmethod
    def compile(cls, arguments: Any, path: Path, compiler: Compiler) -> Self:
        """Compile and check the arguments.

        :param path: where the arguments stand, the function's own name included
        :raises StackValidationFailed: where they are of the wrong form
        :raises InvalidTemplateReference: where they name a resource that doesn't exist
        """
        function = cls(compiler.compile(arguments, path), path)
        function.check(compiler)
        return function

    @abstractmethod
    def check(self, compiler: Compiler) -> None:
        """Refuse arguments of the wrong form as far as they are written out, and note what they refer to."""

    @abstractmethod
    def apply(self, arguments: Any, scope: Scope) -> Any:
        """The result for these arguments, which are plain and hold no UNKNOWN."""

    def resolve(self, scope: Scope) -> Any:
        arguments = resolve(self.arguments, scope)
        if arguments is not self.arguments and holds_unknown(arguments):
            return UNKNOWN
        return self.apply(arguments, scope)

    def wrong(self, message: str) -> StackValidationFailed:
        """The error for arguments that are wrong, to be raised by the caller."""
        return refused(self.path, message)

    def expect(self, tree: Tree, fits: Callable[[Any], bool], message: str) -> None:
        """Refuse a part of the arguments that is written out and doesn't fit.

        :raises StackValidationFailed: with ``message``
        """
        if not isinstance(tree, Function) and not fits(tree.items if isinstance(tree, MapNode | ListNode) else tree):
            raise self.wrong(message)

    def check_size(self, characters: int) -> None:
        """Refuse to make a text of more than ``MAX_TEXT`` characters.

        :raises StackValidationFailed: where it would be
        """
        if characters > MAX_TEXT:
            raise self.wrong(f'"{self.name}" would make a text of more than {MAX_TEXT} characters')

    def check_weight(self, value: Any) -> None:
        """Refuse a value of more than ``MAX_TEXT`` characters and items.

        :raises StackValidationFailed: where it is
        """
        if weight(value) > MAX_TEXT:
            raise self.too_large()

    def too_large(self) -> StackValidationFailed:
        """The error for a result that would fill the memory, to be raised by the caller."""
        return self.wrong(f'"{self.name}" would make a value of more than {MAX_TEXT} characters')


def weight(value: Any) -> int:
    """The characters of a value's strings, and one for each value in it: about what it costs to keep."""
    if isinstance(value, str):
        return len(value) + 1
    if isinstance(value, Mapping):
        return 1 + sum(weight(key) + weight(item) for key, item in value.items())
    return 1 + sum(map(weight, value)) if isinstance(value, list) else 1


def is_list_or_nothing(value: Any) -> bool:
    """Whether a value is a list, or there is none."""
    return value is None or isinstance(value, list | tuple)


def is_map_or_nothing(value: Any) -> bool:
    """Whether a value is a map, or there is none."""
    return value is None or isinstance(value, Mapping)


def is_text(value: Any) -> bool:
    """Whether a value is a string."""
    return isinstance(value, str)
