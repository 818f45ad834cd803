"""Paths of attributes, by Heat's rules."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.schema.attribute_paths import inside, joined, place_in, split

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


def test_a_path_through_very_many_resources_is_joined() -> None:
    path = ["resource.r"] * 20_000
    assert joined("resource.r", [*path, "address", 0]) == (".".join(["resource.r", *path, "address"]), [0])


@pytest.mark.parametrize(
    ("written", "place"),
    [("0", 0), ("002", 2), ("3", None), ("-1", None), ("x", None), ("٢", None), ("9" * 5000, None)],
)
def test_digits_name_a_place_in_a_list_that_has_so_many_items(written: str, place: int | None) -> None:
    assert place_in(["a", "b", "c"], written) == place
