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

import contextlib
import contextvars
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from heatlite.exception import HeatliteError, InvalidTemplateReference, StackValidationFailed
from heatlite.schema.sizes import values_and_weight, weight
from heatlite.template.nodes import ListNode, MapNode, Node, Tree, resolve
from heatlite.template.path import Path, refused
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN, holds_unknown

MAX_TEXT = 16 * 1024 * 1024
"""Characters that a function may make. Nested replacements multiply, so a short template could fill the memory."""

MOST_TOGETHER = 128 * 1024 * 1024
"""Characters that the functions of one call, or of one resource's definition, may make together."""

MOST_GIVEN = 256 * 1024 * 1024
"""Characters that the functions of one call, or of one resource's definition, may give together.

What they give is mostly there already: a parameter's value, a file. But whoever is given it goes through it, so that a
large one that each resource is given costs as much as if each had brought its own.
"""

EACH_VALUE = 50
"""Characters that one value within a list or a map counts as: to go through it costs as much as through so many."""


@dataclass
class _Left:
    """What functions may still make and give, in characters."""

    made: int
    given: int


_LEFT: contextvars.ContextVar[_Left | None] = contextvars.ContextVar("characters left", default=None)


@contextlib.contextmanager
def making_at_most(characters: int = MOST_TOGETHER, given: int | None = None) -> Iterator[None]:
    """Bound what all functions that are resolved meanwhile make together, and what they give.

    Within another such block the outer one counts.

    :param characters: that are made: joined, replaced, repeated
    :param given: characters of all results, also of those only handed on; see ``EACH_VALUE``. None: ``MOST_GIVEN``
    """
    left = _Left(characters, MOST_GIVEN if given is None else given)
    token = _LEFT.set(left) if _LEFT.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _LEFT.reset(token)


ANYTHING = "*"
"""Among the names of parameters that a definition uses: what it uses isn't known before it is computed."""


class Compiler(Protocol):
    """What a function may ask while it is compiled."""

    @property
    def is_lenient(self) -> bool:
        """Whether what can't be had is told only when it is resolved."""

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The section ``Mappings`` of a CloudFormation template."""

    def compile(self, value: Any, path: Path) -> Tree:
        """Compile a value that stands inside the function's arguments."""

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
        """Refuse the name of a file that didn't come with the template: raise Unfit."""


class Unfit(Exception):
    """An argument of a function that has the right form holds something that doesn't fit."""

    def __init__(self, error: StackValidationFailed) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function with its compiled arguments, and where it stands. A subclass is one function of the language."""

    arguments: Tree
    path: Path = field(compare=False)

    name: ClassVar[str] = ""
    told: ClassVar[str] = ""
    """What clients are told of it, where that isn't the first sentence here: they may know it by heart."""

    @classmethod
    def compile(cls, arguments: Any, path: Path, compiler: Compiler) -> Function:
        """Compile and check the arguments.

        :param path: where the arguments stand, the function's own name included
        :raises StackValidationFailed: where they are of the wrong form
        :raises InvalidTemplateReference: where they name a resource that doesn't exist
        """
        function = cls.of(compiler.compile(arguments, path), path, compiler)
        try:
            function.check(compiler)
        except InvalidTemplateReference as error:
            if not compiler.is_lenient:
                raise
            return Mistake(None, path, error)
        except Unfit as unfit:
            if not compiler.is_lenient:
                raise unfit.error from None
            return Mistake(None, path, unfit.error)
        return function

    @classmethod
    def of(cls, arguments: Tree, path: Path, compiler: Compiler) -> Function:
        """Return the function with its compiled arguments, which are yet to be checked."""
        return cls(arguments, path)

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
        self.go_through(0)  # once they have come to too much, the next ones aren't begun
        result = self.apply(arguments, scope)
        self.give(result)
        return result

    def wrong(self, message: str) -> StackValidationFailed:
        """The error for arguments that are wrong, to be raised by the caller."""
        return refused(self.path, message)

    def expect(self, tree: Tree, fits: Callable[[Any], bool], message: str) -> None:
        """Refuse a part of the arguments that is written out and doesn't fit.

        :raises Unfit: with ``message``
        """
        if not isinstance(tree, Function) and not fits(tree.items if isinstance(tree, MapNode | ListNode) else tree):
            raise Unfit(self.wrong(message))

    def fits(self, check: Callable[[Any], Any], argument: Any) -> None:
        """Check a part of the arguments that is written out by a function that raises where it doesn't fit.

        :raises Unfit: where it does
        """
        try:
            check(argument)
        except StackValidationFailed as error:
            raise Unfit(error) from None

    def check_size(self, characters: int) -> None:
        """Refuse to make a text of more than ``MAX_TEXT`` characters.

        :raises StackValidationFailed: where it would be
        """
        if characters > MAX_TEXT:
            raise self.wrong(f'"{self.name}" would make a text of more than {MAX_TEXT} characters')
        self.spend(characters)

    def check_weight(self, value: Any) -> None:
        """Refuse a value of more than ``MAX_TEXT`` characters and items.

        :raises StackValidationFailed: where it is
        """
        characters = weight(value)
        if characters > MAX_TEXT:
            raise self.too_large()
        self.spend(characters)

    def spend(self, characters: int) -> None:
        """Count what is about to be made against what all functions may make together.

        :raises StackValidationFailed: where that would be more
        """
        left = _LEFT.get()
        if left is None:
            return
        left.made -= characters
        if left.made < 0:
            raise self.wrong(
                f'"{self.name}" would make more than is left of the {MOST_TOGETHER} characters that all functions '
                "may make together; make less of the same, or split the template"
            )

    def give(self, result: Any) -> None:
        """Count a result against what all functions may give together.

        :raises StackValidationFailed: where that is more
        """
        if _LEFT.get() is not None:
            values, characters = values_and_weight(result)
            self.go_through(characters + values * EACH_VALUE)

    def go_through(self, characters: int) -> None:
        """Count characters that are gone through, though nothing may come of it, as if they were given.

        :raises StackValidationFailed: where that is more than all functions may give together
        """
        left = _LEFT.get()
        if left is None:
            return
        left.given -= characters
        if left.given < 0:
            raise self.wrong(
                f'"{self.name}" comes to more than is left of the {MOST_GIVEN} characters that all functions may go '
                f"through together, where each value in a list or map counts as {EACH_VALUE} more; use large values in "
                "fewer places, or split the template"
            )

    def too_large(self) -> StackValidationFailed:
        """The error for a result that would fill the memory, to be raised by the caller."""
        return self.wrong(f'"{self.name}" would make a value of more than {MAX_TEXT} characters')


@dataclass(frozen=True, slots=True)
class Mistake(Function):
    """What stands for a function that can't give anything: whoever resolves it is told why."""

    error: HeatliteError = field(compare=False)

    def check(self, compiler: Compiler) -> None:
        """It was found while its function was checked."""

    def apply(self, arguments: Any, scope: Scope) -> Any:
        raise self.error.with_traceback(None)


def is_list_or_nothing(value: Any) -> bool:
    """Whether a value is a list, or there is none."""
    return value is None or isinstance(value, list | tuple)


def is_map_or_nothing(value: Any) -> bool:
    """Whether a value is a map, or there is none."""
    return value is None or isinstance(value, Mapping)


def is_text(value: Any) -> bool:
    """Whether a value is a string."""
    return isinstance(value, str)
