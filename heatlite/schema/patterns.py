"""Match a user's regular expression within a time limit.

A pattern that backtracks can take almost unlimited time: ``(a+)+$`` doubles its work with each ``a`` of a value that
doesn't match. So an upper bound for the number of ways to match decides where the match runs::

    ways to match                              at most (length + 1) for each quantifier, 2 for each "|",
        │                                      when no group is repeated
        ├─ few (nearly always)  ──▶ matched here
        └─ many, or unknown     ──▶ matched in a child process, which is killed when it takes too long

The estimate looks at characters only and errs towards the child: an escaped ``\\+`` counts as a quantifier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.schema.child_process import Children, serve

SECONDS = 1.0
"""Seconds that one match may take."""

FEW = 100_000
"""Number of ways to match that can be tried within milliseconds."""

LONGEST_PATTERN = 10_000
"""Characters that a pattern may have."""

SHORT = 200
"""Characters of a pattern that is compiled in this process, whatever they are."""

_QUANTIFIERS = re.compile(r"[*+?{]")
_REPEATED_GROUP = re.compile(r"\)[*+?{]")

CHILDREN = Children(__name__)
"""The child processes of this process."""


class TookTooLong(ValueError):
    """A match that took too long.

    A caller that collects several mistakes should stop here and not wait for another one.
    """


def check(pattern: str) -> None:
    """Check that a text is a regular expression.

    :raises ValueError: saying what is wrong with it
    """
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"this pattern has {len(pattern)} characters, and {LONGEST_PATTERN} are allowed")
    answer = answer_to({"pattern": pattern}) if len(pattern) <= SHORT else CHILDREN.ask({"pattern": pattern}, SECONDS)
    _told(answer)


def matches(pattern: str, text: str) -> bool:
    """Tell whether the first match that the pattern finds covers the whole text.

    As in Heat, ``a|ab`` doesn't match "ab": the first match covers the "a" only.

    :raises TookTooLong: when the match takes too long
    :raises ValueError: when the pattern isn't a regular expression
    """
    return bool(_answer({"pattern": pattern, "texts": [text], "whole": True})["matches"][0])


def beginning_with(pattern: str, texts: Sequence[str]) -> list[str]:
    """Return the texts whose beginning matches.

    :raises TookTooLong: when the match takes too long
    :raises ValueError: when the pattern isn't a regular expression
    """
    found = _answer({"pattern": pattern, "texts": texts, "whole": False})["matches"]
    return [text for text, matched in zip(texts, found, strict=True) if matched]


def _answer(question: Mapping[str, Any]) -> dict[str, Any]:
    longest = max(map(len, question["texts"]), default=0)
    quick = is_quick(question["pattern"], longest)
    return _told(answer_to(question) if quick else CHILDREN.ask(question, SECONDS))


def is_quick(pattern: str, length: int) -> bool:
    """Tell whether matching a text of this length is sure to take few steps."""
    if len(pattern) > SHORT or _REPEATED_GROUP.search(pattern):
        return False
    ways = 2 ** pattern.count("|") * (length + 1) ** len(_QUANTIFIERS.findall(pattern))
    return bool(ways * (length + len(pattern)) <= FEW * SHORT and ways <= FEW)


def answer_to(question: Mapping[str, Any]) -> dict[str, Any]:
    """Compile the pattern, and match each of the texts if there are any."""
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
