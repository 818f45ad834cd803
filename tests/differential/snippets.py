"""Snippets of HOT: each function with arguments that fit, or nearly, or not at all, and functions within functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from heatlite.template.dialects import VERSIONS as EVERY_VERSION

Strategy = st.SearchStrategy[Any]

PARAMETERS = {
    "text": {"type": "string", "default": "a,b"},
    "number": {"type": "number", "default": 3},
    "list": {"type": "comma_delimited_list", "default": "a,b,a"},
    "map": {"type": "json", "default": {"a": {"b": [1, "x"]}, "k": "v"}},
    "flag": {"type": "boolean", "default": True},
}
RESOURCES = {"made": {"output": {"list": [1, {"a": "b"}], "map": {"a": "x"}, "text": "a b", "none": None}, "name": "n"}}
CONDITIONS = {"yes": True, "no": {"equals": [{"get_param": "text"}, "b"]}, "nor": {"not": "yes"}}

VERSIONS = st.integers(0, 9).flatmap(
    lambda drawn: st.just("2021-04-16") if drawn < 8 else st.sampled_from(sorted(EVERY_VERSION))
)
texts = st.sampled_from(["a", "b", "", "a,b", "1", "true", "é", "%a%", "$a", "$b", "a b", "x"])
keys = st.sampled_from(["a", "b", "k", "%a%", "$a", "$b", "1"])
leaves = st.one_of(texts, st.integers(-2, 4), st.booleans(), st.none(), st.sampled_from([0.5, 2.0]))
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)
steps = st.sampled_from(["a", "b", "k", "list", "map", "text", "none", 0, 1, "0", 7, "nothing"])


def call(name: str, *arguments: Strategy) -> Strategy:
    """A function of a list of arguments."""
    return st.tuples(*arguments).map(lambda drawn: {name: list(drawn)})


def of(name: str, argument: Strategy) -> Strategy:
    """A function of one argument."""
    return argument.map(lambda drawn: {name: drawn})


def named(name: str, required: dict[str, Strategy], optional: dict[str, Strategy] | None = None) -> Strategy:
    """A function of named arguments."""
    return of(name, st.fixed_dictionaries(required, optional=optional or {}))


def paths(name: str, roots: list[str]) -> Strategy:
    """``get_param`` and ``get_attr`` with a path."""
    root = st.sampled_from(roots)
    return of(name, st.tuples(root, st.lists(steps, max_size=3)).map(lambda drawn: [drawn[0], *drawn[1]]))


REFERENCES = st.one_of(
    of("get_param", st.sampled_from([*PARAMETERS, "OS::stack_name", "OS::project_id"])),
    paths("get_param", [*PARAMETERS]),
    paths("get_attr", ["made"]),
    st.lists(steps, max_size=2).map(lambda path: {"get_attr": ["made", "output", *path]}),
    of("get_resource", st.just("made")),
    of("get_file", st.just("file")),
    of("resource_facade", st.sampled_from(["metadata", "deletion_policy", "other"])),
)
MISSING = st.one_of(
    of("get_param", st.just("missing")),
    of("get_attr", st.just(["missing", "output"])),
    of("get_resource", st.just("missing")),
    of("get_file", st.just("missing")),
)
TEXT = of("get_param", st.sampled_from(["text", "OS::stack_name"])) | st.just({"get_attr": ["made", "output", "text"]})
LIST = st.just({"get_param": "list"}) | st.just({"get_attr": ["made", "output", "list"]})
MAP = st.just({"get_param": "map"}) | st.just({"get_attr": ["made", "output", "map"]})
YAQL = st.sampled_from(
    ["$.data.a", "$.data.list.sum()", "$.data.list.select($ + 1)", "$.data.where($ > 1)", "$.data.len()", "1 + 1",
     "$.data.nothing", "$.data.a +", "$.data.toUpper()", "$.data.list.distinct().len()",
     "dict($.data.keys().zip($.data.keys()))"]
)  # fmt: skip
ALGORITHMS = st.sampled_from(["md5", "sha512", "sha256", "sha1"]) | st.just("nothing")


@dataclass(frozen=True)
class Inner:
    """What functions take, by kind; now and then something of another kind."""

    any: Strategy

    def text(self) -> Strategy:
        return self._mostly(texts | TEXT | of("list_join", st.tuples(texts, st.lists(texts, max_size=2))))

    def list(self) -> Strategy:
        return self._mostly(st.lists(self.any, max_size=3) | st.lists(texts, max_size=3) | LIST)

    def map(self) -> Strategy:
        return self._mostly(
            st.dictionaries(keys, self.any, max_size=3) | st.dictionaries(keys, texts, max_size=3) | MAP
        )

    def _mostly(self, right: Strategy) -> Strategy:
        return st.integers(0, 11).flatmap(lambda drawn: self.any if drawn == 0 else right)


def functions(anything: Strategy) -> Strategy:
    """Every function once."""
    inner = Inner(anything)
    text, list_, map_ = inner.text(), inner.list(), inner.map()
    return st.one_of(
        call("list_join", texts, list_),
        call("list_join", text, list_, list_),
        of("list_concat", st.lists(list_, max_size=3)),
        of("list_concat_unique", st.lists(list_, max_size=3)),
        of("map_merge", st.lists(map_, max_size=3)),
        call("map_replace", map_, replacements(anything)),
        *(
            named(name, {"template": text, "params": map_})
            for name in ("str_replace", "str_replace_strict", "str_replace_vstrict")
        ),
        call("str_split", texts, text),
        call("str_split", texts, text, st.integers(-2, 3)),
        call("digest", ALGORITHMS, text),
        named("filter", {"values": list_, "sequence": list_}) | call("filter", list_, list_),
        call("contains", anything, list_ | text),
        repeats(anything, list_),
        named("yaql", {"expression": YAQL, "data": st.fixed_dictionaries({"list": list_, "a": anything}) | map_}),
        urls(text, map_),
        call("if", st.sampled_from(["yes", "no", "nor"]) | conditions, anything, anything),
        call("if", st.sampled_from(["yes", "no"]), anything),
        wrong(anything),
    )


def replacements(inner: Strategy) -> Strategy:
    """The second argument of ``map_replace``."""
    parts = st.dictionaries(keys, inner, max_size=2)
    right = st.fixed_dictionaries({}, optional={"keys": st.dictionaries(keys, texts, max_size=2), "values": parts})
    return right | right | st.fixed_dictionaries({"keys": parts, "other": inner}) | inner


def repeats(inner: Strategy, list_: Strategy) -> Strategy:
    """``repeat`` in its forms."""
    each = st.dictionaries(st.sampled_from(["%a%", "$a", "$b"]), list_ | st.dictionaries(keys, leaves), max_size=2)
    template = st.sampled_from(["%a%", "x$a", {"$a": "$b"}, ["$a", "$b"], {"k": ["%a%"]}]) | inner
    return named("repeat", {"template": template, "for_each": each}, {"permutations": st.booleans()})


def urls(text: Strategy, map_: Strategy) -> Strategy:
    """``make_url`` with any of its parts."""
    return named(
        "make_url",
        {},
        {
            "scheme": st.sampled_from(["http", "", "a:b"]),
            "host": st.sampled_from(["example.com", "::1", "[::1]", ""]) | text,
            "port": st.sampled_from([80, "80", 0, 70000, "x"]),
            "path": st.sampled_from(["/a b", "a", ""]) | text,
            "query": st.dictionaries(keys, leaves, max_size=2) | map_,
            "fragment": text,
            "username": text,
            "password": text,
        },
    )


NAMES = [
    "get_param", "get_attr", "list_join", "list_concat", "list_concat_unique", "map_merge", "map_replace",
    "str_replace",
    "str_replace_strict", "str_replace_vstrict", "str_split", "digest", "filter", "contains", "repeat", "yaql",
    "make_url", "if", "get_resource", "get_file", "resource_facade", "equals", "not", "and", "or", "Fn::Join", "Ref",
]  # fmt: skip


def wrong(inner: Strategy) -> Strategy:
    """A function of anything, or of what isn't there."""
    return st.tuples(st.sampled_from(NAMES), inner).map(lambda drawn: {drawn[0]: drawn[1]}) | MISSING


def _logic(inner: Strategy) -> Strategy:
    return st.one_of(
        of("not", inner),
        of("and", st.lists(inner, min_size=2, max_size=3)),
        of("or", st.lists(inner, min_size=2, max_size=3)),
        call("equals", leaves | REFERENCES, leaves | REFERENCES),
        call("contains", leaves, values | REFERENCES),
        named("yaql", {"expression": st.sampled_from(["$.data.a = 1", "$.data.a"]), "data": values}),
        leaves,
    )


conditions = st.recursive(st.booleans() | st.sampled_from(["yes", "no", "nor"]), _logic, max_leaves=4)
snippets = st.recursive(
    leaves | REFERENCES,
    lambda inner: functions(inner) | st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=6,
)
