"""The base class of the functions of the template language, and the two methods that each one implements.

::

    parse time                                   run time
    compile --> compile the arguments            resolve --> resolve the arguments
                check(): are they well-formed,               UNKNOWN inside? then UNKNOWN
                what do they refer to?                       apply(): the result

``check`` receives compiled arguments: literal values are plain, and the result of another function is a ``Function``,
whose value isn't known yet.
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
"""Characters that one function may produce. Nested replacements multiply, so a short template could fill the memory."""

MOST_TOGETHER = 128 * 1024 * 1024
"""Characters that the functions of one call, or of one resource's definition, may produce together."""

MOST_GIVEN = 256 * 1024 * 1024
"""Characters of the results of all functions of one call, or of one resource's definition.

Most results exist already, such as a parameter's value or a file. But their users read all of them. So a large value
that each resource receives costs as much as a separate value for each.
"""

EACH_VALUE = 50
"""Characters that each value in a list or a map counts as: visiting it takes as long as reading so many."""


@dataclass
class _Left:
    """The characters that functions may still produce and return."""

    made: int
    given: int


_LEFT: contextvars.ContextVar[_Left | None] = contextvars.ContextVar("characters left", default=None)


@contextlib.contextmanager
def making_at_most(characters: int = MOST_TOGETHER, given: int | None = None) -> Iterator[None]:
    """Limit what all functions that are resolved in the block produce and return together.

    Within another such block the outer limits apply.

    :param characters: produced characters: joined, replaced, repeated
    :param given: characters of all results, including those that are only passed on; see ``EACH_VALUE``. None:
        ``MOST_GIVEN``
    """
    left = _Left(characters, MOST_GIVEN if given is None else given)
    token = _LEFT.set(left) if _LEFT.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _LEFT.reset(token)


ANYTHING = "*"
"""An element of a definition's parameter names: its uses aren't known before its functions are resolved."""


class Compiler(Protocol):
    """The interface of the compiler for functions."""

    @property
    def is_lenient(self) -> bool:
        """Whether errors are reported only when the function is resolved."""

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The section ``Mappings`` of a CloudFormation template."""

    def compile(self, value: Any, path: Path) -> Tree:
        """Compile a value inside the function's arguments."""

    def refer_to_resource(self, name: Any, path: Path) -> None:
        """Record that the value needs this resource."""

    def read_attribute(self, name: Any, attribute: str, path: Path) -> str:
        """Record that the value reads this attribute (``"*"``: any), and return the resource's name."""

    def check_parameter(self, name: str, path: Path) -> None:
        """Refuse the name of a parameter that isn't declared."""

    def has_parameter(self, name: str) -> bool:
        """Tell whether a parameter of this name is declared. If so, record its use."""

    def use_anything(self) -> None:
        """Record that the uses aren't known before the function is resolved."""

    def check_file(self, name: str, path: Path) -> None:
        """Refuse the name of a file that didn't come with the template: raise Unfit."""


class Unfit(Exception):
    """An argument of the right form with an unfit value."""

    def __init__(self, error: StackValidationFailed) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function with its compiled arguments and its place. Each subclass is one function of the language."""

    arguments: Tree
    path: Path = field(compare=False)

    name: ClassVar[str] = ""
    separate: ClassVar[frozenset[str | int]] = frozenset()
    """Keys or positions of the arguments that are resolved one by one.

    Where an ``if`` leaves one of these out, it is null, as in Heat. Any other is left out of its list or map.
    """
    description: ClassVar[str] = ""
    """The description for clients, if it isn't the first sentence of the docstring: clients may rely on its text."""

    @classmethod
    def compile(cls, arguments: Any, path: Path, compiler: Compiler) -> Function:
        """Compile and check the arguments.

        :param path: the place of the arguments, including the function's own name
        :raises StackValidationFailed: when they have the wrong form
        :raises InvalidTemplateReference: when they name a resource that doesn't exist
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
        """Return the function with its compiled arguments, which aren't checked yet."""
        return cls(arguments, path)

    @abstractmethod
    def check(self, compiler: Compiler) -> None:
        """Refuse literal arguments of the wrong form, and record what they refer to."""

    @abstractmethod
    def apply(self, arguments: Any, scope: Scope) -> Any:
        """Compute the result for these arguments, which are plain and contain no UNKNOWN."""

    def given(self, scope: Scope) -> Any:
        """Return the resolved arguments. A subclass may leave out those that don't matter."""
        return resolve(self.arguments, scope)

    def examine(self, arguments: Any) -> None:
        """Check the known parts of arguments that contain UNKNOWN, before anything is produced.

        :raises StackValidationFailed: when a known part can't fit, whatever the unknown ones become
        """

    def resolve(self, scope: Scope) -> Any:
        arguments = self.given(scope)
        if arguments is not self.arguments and holds_unknown(arguments):
            self.examine(arguments)
            return UNKNOWN
        self.go_through(0)  # once the limit is exceeded, no further function starts
        result = self.apply(arguments, scope)
        self.give(result)
        return result

    def wrong(self, message: str) -> StackValidationFailed:
        """Return the error for wrong arguments, for the caller to raise."""
        return refused(self.path, message)

    def expect(self, tree: Tree, fits: Callable[[Any], bool], message: str) -> None:
        """Refuse a literal part of the arguments that doesn't fit.

        :raises Unfit: with ``message``
        """
        if not isinstance(tree, Function) and not fits(tree.items if isinstance(tree, MapNode | ListNode) else tree):
            raise Unfit(self.wrong(message))

    def fits(self, check: Callable[[Any], Any], argument: Any) -> None:
        """Check a literal part of the arguments with a function that raises StackValidationFailed.

        :raises Unfit: when it does
        """
        try:
            check(argument)
        except StackValidationFailed as error:
            raise Unfit(error) from None

    def check_size(self, characters: int) -> None:
        """Refuse to produce a text of more than ``MAX_TEXT`` characters.

        :raises StackValidationFailed: when it would be longer
        """
        if characters > MAX_TEXT:
            raise self.wrong(f'"{self.name}" would make a text of more than {MAX_TEXT} characters')
        self.spend(characters)

    def check_weight(self, value: Any) -> None:
        """Refuse a value of more than ``MAX_TEXT`` characters and items.

        :raises StackValidationFailed: when it is larger
        """
        characters = weight(value)
        if characters > MAX_TEXT:
            raise self.too_large()
        self.spend(characters)

    def spend(self, characters: int) -> None:
        """Count characters to be produced against the limit of all functions.

        :raises StackValidationFailed: when the limit is exceeded
        """
        left = _LEFT.get()
        if left is None:
            return
        left.made -= characters
        if left.made < 0:
            raise self.wrong(
                f'"{self.name}" would exceed the limit of {MOST_TOGETHER} characters that all functions may produce '
                "together; produce less text, or split the template"
            )

    def give(self, result: Any) -> None:
        """Count a result against the limit of all results.

        :raises StackValidationFailed: when the limit is exceeded
        """
        if _LEFT.get() is not None:
            values, characters = values_and_weight(result)
            self.go_through(characters + values * EACH_VALUE)

    def go_through(self, characters: int) -> None:
        """Count characters that are read, even without a result, against the limit of all results.

        :raises StackValidationFailed: when the limit is exceeded
        """
        left = _LEFT.get()
        if left is None:
            return
        left.given -= characters
        if left.given < 0:
            raise self.wrong(
                f'"{self.name}" exceeds the limit of {MOST_GIVEN} characters that the results of all functions may '
                f"have together. Each value in a list or map counts as {EACH_VALUE} characters more. Use large values "
                "in fewer places, or split the template"
            )

    def too_large(self) -> StackValidationFailed:
        """Return the error for a result that would fill the memory, for the caller to raise."""
        return self.wrong(f'"{self.name}" would make a value of more than {MAX_TEXT} characters')


@dataclass(frozen=True, slots=True)
class Mistake(Function):
    """The placeholder of a function that failed its check. Resolving it raises the error."""

    error: HeatliteError = field(compare=False)

    def check(self, compiler: Compiler) -> None:
        """Check nothing: the error was found when the function was checked."""

    def apply(self, arguments: Any, scope: Scope) -> Any:
        raise self.error.with_traceback(None)


def is_list_or_nothing(value: Any) -> bool:
    """Tell whether a value is a list or None."""
    return value is None or isinstance(value, list | tuple)


def is_map_or_nothing(value: Any) -> bool:
    """Tell whether a value is a map or None."""
    return value is None or isinstance(value, Mapping)


def is_text(value: Any) -> bool:
    """Tell whether a value is a string."""
    return isinstance(value, str)
