"""``str_split`` and ``digest``: results from one text.

::

    str_split: [",", "a,b,c"]       --> [a, b, c]
    str_split: [",", "a,b,c", 1]    --> b
    digest: [sha512, secret]        --> 128 hex digits
"""

from __future__ import annotations

import hashlib
from typing import Any

from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.nodes import items_of
from heatlite.template.scope import Scope


class StrSplit(Function):
    """A text split at each delimiter, or one of the pieces. ``null`` stays ``null``."""

    __slots__ = ()
    name = "str_split"
    usage = '"str_split" takes a delimiter, a text and maybe an index: [",", "apples,pears", 1]'

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, lambda it: isinstance(it, list | tuple) and len(it) >= 2, self.usage)
        delimiter, text = (items_of(self.arguments) or ["-", None])[:2]
        if text is not None:  # null stays null, whatever the delimiter is
            self.expect(delimiter, lambda it: is_text(it) and it != "", self.usage)
        self.expect(text, lambda it: it is None or is_text(it), self.usage)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        if not isinstance(arguments, list) or len(arguments) < 2:
            raise self.wrong(self.usage)
        delimiter, text, *index = arguments
        if text is None:
            return None
        if not is_text(delimiter) or not delimiter or not is_text(text):
            raise self.wrong(self.usage)
        pieces = text.split(delimiter)
        return self._piece(pieces, index[0]) if index else pieces

    def _piece(self, pieces: list[str], index: Any) -> str:
        try:
            return pieces[int(index)]
        except (TypeError, ValueError, OverflowError):
            raise self.wrong(f'The index of "str_split" must be a number, not {index!r:.80}') from None
        except IndexError:
            last = len(pieces) - 1
            raise self.wrong(f'Incorrect index to "str_split" should be between 0 and {last}, not {index}') from None


class Digest(Function):
    """The hash of a text, in hex. The text is encoded as Latin-1, and may contain no other character."""

    __slots__ = ()
    name = "digest"
    usage = 'Function "digest" usage: ["<algorithm>", "<value>"]'

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, lambda it: isinstance(it, list | tuple) and len(it) == 2, self.usage)
        for item in items_of(self.arguments) or ():
            self.expect(item, is_text, 'Argument to function "digest" must be a list of strings')
        algorithm = (items_of(self.arguments) or [None])[0]
        if is_text(algorithm):
            self.fits(self._checked, algorithm)

    def apply(self, arguments: Any, scope: Scope) -> str:
        if not isinstance(arguments, list) or len(arguments) != 2 or not all(map(is_text, arguments)):
            raise self.wrong(self.usage)
        algorithm, text = arguments
        try:
            return hashlib.new(self._checked(algorithm), text.encode("latin-1"), usedforsecurity=False).hexdigest()
        except UnicodeEncodeError:
            raise self.wrong('The text of "digest" has a character that Latin-1 doesn\'t have') from None

    def _checked(self, algorithm: str) -> str:
        if algorithm.lower() not in ALGORITHMS:
            raise self.wrong(f"Algorithm must be one of {', '.join(sorted(ALGORITHMS))}, not {algorithm!r:.80}")
        return algorithm.lower()


ALGORITHMS = {name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")}
"""The algorithms that every Python has, with digests of one length."""
