"""A stranger's regular expression is matched soon, or refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatlite.exception import StackValidationFailed
from heatlite.schema import patterns
from heatlite.schema.child_process import allowed
from heatlite.schema.constraints import AllowedPattern
from tests.unit.template.build import bound, hot

ENDLESS = [
    ("(a+)+$", "a" * 40 + "!"),
    ("a?" * 40 + "a" * 40, "a" * 39 + "!"),
    (".*.*.*.*.*.*=", "x" * 5000),
    ("(a|aa)" * 40 + "b", "a" * 60),
]


@pytest.mark.parametrize(("pattern", "text"), ENDLESS)
def test_a_match_that_would_go_on_for_ever_is_refused(pattern: str, text: str) -> None:
    with pytest.raises(ValueError, match="takes more than 1 seconds"):
        AllowedPattern(pattern).check(text)


def test_a_parameter_with_such_a_pattern_is_refused_at_its_place() -> None:
    constraints = [{"allowed_pattern": "(a+)+$"}]
    template = hot(parameters={"name": {"type": "string", "constraints": constraints}})
    assert bound(template, name="aaa")["name"] == "aaa"
    with pytest.raises(StackValidationFailed, match=r"parameters\.name: this takes more than 1 seconds"):
        bound(template, name="a" * 40 + "!")


def test_the_next_match_is_served_after_one_that_was_ended() -> None:
    with pytest.raises(ValueError, match="takes more"):
        patterns.matches("(a+)+$", "a" * 40 + "!")
    assert patterns.matches("([a-z]+,)*", "a,b,")
    assert not patterns.matches("([a-z]+,)*", "a,b")


@pytest.mark.parametrize(
    ("pattern", "length", "quick"),
    [
        ("[a-z]+", 200, True),
        ("[a-z]+-[0-9]*", 60, True),
        (r"[0-9]{1,3}\.[0-9]{1,3}", 20, True),
        ("yes|no|maybe", 60, True),
        ("(ab)+", 3, False),
        (".*.*.*", 1000, False),
        ("x" * 201, 1, False),
    ],
)
def test_only_what_is_sure_to_be_quick_is_matched_at_once(pattern: str, length: int, quick: bool) -> None:
    assert patterns.is_quick(pattern, length) is quick


@settings(max_examples=60, deadline=None)
@given(st.text("ab+*?|(){1,}[]\\", max_size=12), st.text("ab", max_size=6))
def test_both_ways_to_match_say_what_re_says(pattern: str, text: str) -> None:
    try:
        found = re.match(pattern, text)
        expected = found is not None and found.end() == len(text)
    except re.error:
        with pytest.raises(ValueError, match="not a regular expression"):
            patterns.check(pattern)
        return
    patterns.check(pattern)
    assert patterns.matches(pattern, text) is expected
    assert patterns.CHILDREN.ask({"pattern": pattern, "texts": [text], "whole": True}, 30) == {"matches": [expected]}


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [("a|ab", "ab", False), ("a|ab", "a", True), ("a+?", "aa", False), ("a$", "a\n", False)],
)
def test_the_first_way_to_match_is_the_only_one_as_in_heat(pattern: str, text: str, matched: bool) -> None:
    assert patterns.matches(pattern, text) is matched


def test_a_filter_asks_for_the_beginning_only() -> None:
    names = ["OS::Heat::None", "OS::Heat::Value", "Other::OS::"]
    assert patterns.beginning_with("OS::", names) == names[:2]
    assert patterns.beginning_with("(OS|Other)+::.*", names) == names


def test_a_pattern_of_any_length_is_looked_into_in_bounded_time() -> None:
    patterns.check("(" + "|".join(f"name{number}" for number in range(500)) + ")")
    with pytest.raises(ValueError, match="10000 are allowed"):
        patterns.check("a" * 10_001)
    with pytest.raises(ValueError, match="not a regular expression"):
        patterns.check("(" * 300)


def test_many_matches_have_a_limit_together() -> None:
    with allowed(20) as allowance:
        assert patterns.matches("(a|b)+", "ab")
        assert 0 < allowance.left < 20
        allowance.left = 0
        with pytest.raises(patterns.TookTooLong):
            patterns.matches("(a|b)+", "ab")
        assert patterns.matches("[ab]+", "ab")  # what is matched at once costs nothing
    assert patterns.matches("(a|b)+", "ab")
