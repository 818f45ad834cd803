"""Paths of attributes, by Heat's rules."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.schema.attribute_paths import inside, joined, split

VALUE = {"list": ["a", {"b": 1}], "text": "word", "none": None}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ([], VALUE),
        (["list", 0], "a"),
        (["list", -1, "b"], 1),
        (["text", 1], "o"),
        (["list", "0"], None),
        (["text", "0"], None),
        (["list", 2], None),
        (["list", 1, 0], None),
        (["none", "x"], None),
        (["text", 0, 0, 0], "w"),
        ([0], None),
    ],
)
def test_a_list_or_text_takes_a_number_and_a_map_a_key(path: list[Any], found: Any) -> None:
    assert inside(VALUE, path) == found


@pytest.mark.parametrize(
    ("key", "path", "name", "rest"),
    [
        ("ip", [0], "ip", [0]),
        ("resource.a", [], "resource.a", []),
        ("resource.a", ["ip", 0], "resource.a.ip", [0]),
        ("resource.a.ip", [0], "resource.a.ip", [0]),
        ("resource.a", ["resource.b", "ip", "x"], "resource.a.resource.b.ip", ["x"]),
        ("resource.a.resource.b", ["ip"], "resource.a.resource.b.ip", []),
        ("resource.a", [0], "resource.a", [0]),
        ("resources", ["a"], "resources", ["a"]),
    ],
)
def test_an_inner_attribute_is_one_word_however_it_is_written(key: str, path: Any, name: str, rest: Any) -> None:
    assert joined(key, path) == (name, rest)


def test_an_inner_attribute_is_a_resource_and_what_is_asked_of_it() -> None:
    assert split("resource.a.resource.b.ip") == ("a", "resource.b.ip")
    assert split("resource.a") == ("a", None)
    assert split("ip") == ("", None)
