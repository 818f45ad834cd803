"""Match a stranger's regular expression, within bounds.

A pattern that backtracks may need more steps than the world has seconds: ``(a+)+$`` doubles its work with each ``a``
of a value that doesn't match. So::

    how many ways could there be to match?     at most (length + 1) for each quantifier, 2 for each "|",
        │                                      where no group is repeated
        ├─ few (nearly always)  ──▶ matched here
        └─ many, or who knows   ──▶ matched in a child process, which is ended when it takes too long

The guess looks at characters only, and errs on the side of the child: a quoted ``\\+`` counts as a quantifier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.schema.child_process import Children, serve

SECONDS = 1.0
"""What one match may take."""

FEW = 100_000
"""Ways to match that are tried within milliseconds."""

LONGEST_PATTERN = 10_000
"""Characters."""

SHORT = 200
"""Characters of a pattern that is compiled at once, whatever they are."""

_QUANTIFIERS = re.compile(r"[*+?{]")
_REPEATED_GROUP = re.compile(r"\)[*+?{]")

CHILDREN = Children(__name__)
"""Those of this process."""


class TookTooLong(ValueError):
    """A match that couldn't be found out in time. Who collects mistakes shouldn't wait for another one."""


def check(pattern: str) -> None:
    """Whether this is a regular expression.

    :raises ValueError: saying what is wrong with it
    """
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"a pattern may have {LONGEST_PATTERN} characters, and this has {len(pattern)}")
    answer = answer_to({"pattern": pattern}) if len(pattern) <= SHORT else CHILDREN.ask({"pattern": pattern}, SECONDS)
    _told(answer)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of a text matches, by the first way of matching that is found.

    As in Heat, ``a|ab`` doesn't match "ab": the first way takes in the "a" only.

    :raises TookTooLong: where that can't be found out in time
    :raises ValueError: where the pattern isn't one
    """
    return bool(_answer({"pattern": pattern, "texts": [text], "whole": True})["matches"][0])


def beginning_with(pattern: str, texts: Sequence[str]) -> list[str]:
    """Those of the texts whose beginning matches.

    :raises TookTooLong: where that can't be found out in time
    :raises ValueError: where the pattern isn't one
    """
    found = _answer({"pattern": pattern, "texts": texts, "whole": False})["matches"]
    return [text for text, matched in zip(texts, found, strict=True) if matched]


def _answer(question: Mapping[str, Any]) -> dict[str, Any]:
    longest = max(map(len, question["texts"]), default=0)
    quick = is_quick(question["pattern"], longest)
    return _told(answer_to(question) if quick else CHILDREN.ask(question, SECONDS))


def is_quick(pattern: str, length: int) -> bool:
    """Whether matching a text of this length is sure to take few steps."""
    if len(pattern) > SHORT or _REPEATED_GROUP.search(pattern):
        return False
    ways = 2 ** pattern.count("|") * (length + 1) ** len(_QUANTIFIERS.findall(pattern))
    return bool(ways * (length + len(pattern)) <= FEW * SHORT and ways <= FEW)


def answer_to(question: Mapping[str, Any]) -> dict[str, Any]:
    """Compile, and match each of the texts if there are any."""
    try:
        compiled = re.compile(question["pattern"])
    except (re.error, RecursionError, OverflowError) as error:
        return {"error": f"this is not a regular expression: {error}"}
    found = [(compiled.match(text), text) for text in question.get("texts", ())]
    whole = bool(question.get("whole"))
    return {"matches": [it is not None and (not whole or it.end() == len(text)) for it, text in found]}


def _told(answer: dict[str, Any] | None) -> dict[str, Any]:
    if answer is None:
        raise TookTooLong(
            f"this takes more than {SECONDS:g} seconds to match; write the pattern without nested repetitions"
        )
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer


if __name__ == "__main__":
    serve(answer_to)
