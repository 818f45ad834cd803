"""Values that nobody expects, and what can be done to a good document to spoil it.

A mutation says *what* is done, to the *how manyeth* node, with which value. It is small and plain, so that hypothesis
can shrink a failing story to the one thing that matters.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from heatlite.template.dialects import HOT, OUTPUT, RELEASES, VERSIONS
from heatlite.template.functions import OF_CONDITIONS, REGISTERED
from heatlite.template.parameter_constraints import FITS
from heatlite.template.parameter_schema import KEYWORDS, TYPES

Parent = Any
"""A map or a list."""

FUNCTIONS = ["if", *dict.fromkeys(function.name for _, function in (*REGISTERED, *OF_CONDITIONS))]
LONG = "n" * 300
TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udc00y",
    '{"a": "\\ud800"}',
    '["\\u0000"]',
    "\u202e\ufeff\u2028",
    "\U0001f600" * 90,
    LONG,
    "y" * 70_000,
    "[" * 200 + "]" * 200,
    '{"a": NaN}',
    "1e999",
    "9" * 400,
    "9" * 5000,
    "nan",
    "-0",
    "2021-04-16",
    "0x1f",
    "1_0",
    "١٢",
    "{0} {name} %s %(a)s",
    "a/b",
    "..",
    "$a",
    "web",
    "v0",
    "*",
    "OS::*",
    "OS::Heat::None",
    "OS::Heat::RandomString",
    "OS::stack_id",
    "(a+)+$",
    "$.data.x",
    "is_big",
    "name",
    *VERSIONS[::3],
    *RELEASES,
]
NUMBERS = [0, -1, 1, 2, 1e308, 0.1, 2**31, 2**63, 2**64, -(2**64), 10**30, 10**400, math.nan, math.inf, -math.inf]
WORDS = [
    *FUNCTIONS,
    *FITS,
    *KEYWORDS,
    *TYPES,
    *HOT.resource_keywords,
    *OUTPUT,
    *HOT.sections,
    "condition",
    "for_each",
]
PLAIN = [None, True, False, *NUMBERS, [], {}, [[]], [None], {"": None}, {"a": {}}, ["web", "output"], [{}, "a"]]

texts = st.sampled_from([*TEXTS, *WORDS]) | st.text(max_size=8)
scalars = st.sampled_from(PLAIN) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2), max_leaves=4
)

KINDS = ("replace", "delete", "copy", "rename", "swap", "deepen", "call", "wrap", "add")


@dataclass(frozen=True)
class Mutation:
    """One thing done to a document."""

    kind: str
    where: int
    other: int
    value: Any
    key: str

    def apply(self, document: Any) -> None:
        """Do it, in place. Numbers of nodes wrap around; a document without nodes stays as it is."""
        places = list(nodes(document))
        if not places:
            return
        parent, key = places[self.where % len(places)]
        node = parent[key]
        other_parent, other_key = places[self.other % len(places)]
        value = copy.deepcopy(self.value)  # what later mutations change must not be anybody else's
        match self.kind:
            case "replace":
                parent[key] = value
            case "delete":
                del parent[key]
            case "copy":
                parent[key] = copy.deepcopy(other_parent[other_key])
            case "rename" if isinstance(parent, dict):
                parent[self.key] = parent.pop(key)
            case "swap":
                parent[key] = copy.deepcopy(other_parent[other_key])
                if not within(other_parent, node):
                    other_parent[other_key] = node
            case "deepen":
                parent[key] = deepened(node, self.other % 300, self.key[:40])
            case "call":
                parent[key] = {FUNCTIONS[self.other % len(FUNCTIONS)]: node}
            case "wrap":
                parent[key] = [node, value] if self.other % 2 else {self.key: node}
            case "add" if isinstance(node, dict):
                node[self.key] = value
            case "add" if isinstance(node, list):
                node.append(value)


def nodes(document: Any) -> Iterator[tuple[Parent, Any]]:
    """Every place of a document, as its parent and key; none of its root."""
    waiting = [document]
    while waiting:
        parent = waiting.pop()
        items = parent.items() if isinstance(parent, dict) else enumerate(parent) if isinstance(parent, list) else ()
        for key, item in items:
            yield parent, key
            waiting.append(item)


def within(part: Any, whole: Any) -> bool:
    """Whether a part is somewhere in a whole, or is it."""
    return part is whole or any(parent[key] is part for parent, key in nodes(whole))


def deepened(node: Any, levels: int, key: str) -> Any:
    """The node so many levels further down."""
    for level in range(levels):
        node = [node] if level % 2 else {key: node}
    return node


mutations = st.builds(
    Mutation,
    kind=st.sampled_from(KINDS),
    where=st.integers(0, 200),
    other=st.integers(0, 400),
    value=values,
    key=texts,
)


def spoilt(document: Any, story: list[Mutation]) -> Any:
    """A copy of a document to which all of that was done."""
    document = copy.deepcopy(document)
    for mutation in story:
        mutation.apply(document)
    return document
