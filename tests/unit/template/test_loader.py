"""Text to plain values: what comes out, and what is refused before it costs anything."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from heatlite.exception import HeatliteError, RequestLimitExceeded, StackValidationFailed
from heatlite.template import load

LIMIT = 524288

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=20,
)


def test_a_date_stays_the_text_that_was_written() -> None:
    assert load("heat_template_version: 2013-05-23", LIMIT) == {"heat_template_version": "2013-05-23"}
    assert load("at: 2013-05-23T10:00:00Z", LIMIT) == {"at": "2013-05-23T10:00:00Z"}


def test_of_a_key_that_is_written_twice_the_last_one_counts() -> None:
    assert load("a: 1\nb: 2\na: 3", LIMIT) == {"a": 3, "b": 2}


def test_keys_become_what_json_would_make_of_them() -> None:
    assert load("1: a\ntrue: b\n~: c\n1.5: d", LIMIT) == {"1": "a", "true": "b", "null": "c", "1.5": "d"}


@pytest.mark.parametrize("text", ["[a]: 1", "a: {{ name }}", "a: !!map x"])
def test_a_key_that_is_not_a_scalar_is_refused(text: str) -> None:
    with pytest.raises(StackValidationFailed, match="line 1, column "):
        load(text, LIMIT)


def test_a_lone_equals_sign_is_text() -> None:
    assert load("operator: =", LIMIT) == {"operator": "="}


def test_empty_text_is_an_empty_template() -> None:
    assert load("", LIMIT) == {}
    assert load("# only a comment", LIMIT) == {}


def test_json_is_taken_also_where_it_is_not_yaml() -> None:
    assert load('{\n\t"name":\t"\\ud83d\\ude00"}', LIMIT) == {"name": "\U0001f600"}


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=9), plain, max_size=4))
def test_json_text_gives_back_its_values(values: dict) -> None:
    assert load(json.dumps(values), LIMIT) == values


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=9), plain, max_size=4))
def test_yaml_text_gives_back_its_values(values: dict) -> None:
    assert load(yaml.safe_dump(values), LIMIT) == values


@given(st.text(alphabet=" -:,[]{}&*!|>'\"\n\tab<1.#%@\\x0", max_size=60))
def test_any_text_is_either_a_dict_or_refused(text: str) -> None:
    try:
        values = load(text, LIMIT)
    except HeatliteError:
        return
    assert json.loads(json.dumps(values, allow_nan=False)) == values


@pytest.mark.parametrize("text", ["- a\n- b", "just words", "42"])
def test_what_is_not_a_map_is_refused(text: str) -> None:
    with pytest.raises(StackValidationFailed, match="not a JSON object or YAML mapping"):
        load(text, LIMIT)


def test_a_yaml_error_says_line_and_column() -> None:
    with pytest.raises(StackValidationFailed, match="line 2, column 5: mapping values are not allowed"):
        load("a: 1\nb: c: d", LIMIT)


@pytest.mark.parametrize("text", ["a: \x01", "a: '\ud800'", "a: !!bool x", "a: *nobody", "a: 1\n---\nb: 2"])
def test_text_that_is_not_yaml_is_refused(text: str) -> None:
    with pytest.raises(StackValidationFailed, match="Error parsing template"):
        load(text, LIMIT)


@pytest.mark.parametrize("value", ["!!binary aGk=", "!!set {a}", "!!omap [a: 1]", "!!python/object:os.path x"])
def test_a_value_that_json_does_not_have_is_refused(value: str) -> None:
    with pytest.raises(StackValidationFailed, match="line 1, column 4"):
        load(f"a: {value}", LIMIT)


@pytest.mark.parametrize("number", [".inf", ".nan", "9" * 5000, "1" + ":1" * 20000, "0x" + "f" * 9000, "!!int x"])
def test_a_number_that_json_can_not_hold_is_refused(number: str) -> None:
    with pytest.raises(StackValidationFailed, match="a number that JSON can hold"):
        load(f"a: {number}", LIMIT)


def test_text_over_the_limit_is_refused_by_its_bytes() -> None:
    text = 'a: "äöü"'
    assert load(text, 11) == {"a": "äöü"}
    with pytest.raises(RequestLimitExceeded, match=r"\(11 bytes\) exceeds maximum allowed size \(10 bytes\)"):
        load(text, 10)


@pytest.mark.parametrize("nest", ["[{}, {}]", "{{k: {}, l: {}}}"])
def test_an_alias_bomb_is_refused_without_being_expanded(nest: str) -> None:
    lines = ["a0: &a0 [boom]"]
    lines += [f"a{i}: &a{i} " + nest.format(f"*a{i - 1}", f"*a{i - 1}") for i in range(1, 60)]
    with pytest.raises(RequestLimitExceeded, match="aliases"):  # expanded, it would be 2 to the power of 59 values
        load("\n".join(lines), LIMIT)


def test_merged_maps_count_as_aliases() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 60)]
    with pytest.raises(RequestLimitExceeded, match="aliases"):
        load("\n".join(lines), LIMIT)


def test_a_long_text_behind_many_aliases_counts_each_time() -> None:
    text = f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * 1000)}]"
    with pytest.raises(RequestLimitExceeded, match="aliases"):
        load(text, LIMIT)


def test_a_few_aliases_and_merges_are_fine() -> None:
    text = "base: &base {x: 1, y: 2}\nother: {<<: *base, y: 3}\nsame: *base"
    assert load(text, LIMIT) == {"base": {"x": 1, "y": 2}, "other": {"x": 1, "y": 3}, "same": {"x": 1, "y": 2}}


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}"])
def test_an_alias_for_what_holds_it_is_refused(text: str) -> None:
    with pytest.raises(StackValidationFailed, match="an alias stands for something that holds it"):
        load(text, LIMIT)


@pytest.mark.parametrize("text", ["a: " + "[" * 200_000, "- " * 200_000, '{"a":' + "[" * 500 + "]" * 500 + "}"])
def test_deep_nesting_is_refused_without_recursing_into_it(text: str) -> None:
    with pytest.raises(StackValidationFailed, match="nested deeper than 100 levels"):
        load(text, LIMIT)


@pytest.mark.parametrize("text", ["{" + "a: b, " * 8_000 + "}", "a: [" + "1," * 20_000 + "]"])
def test_a_large_template_without_aliases_is_never_taken_for_a_bomb(text: str) -> None:
    assert "a" in load(text, len(text))
