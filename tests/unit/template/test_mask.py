"""Masks: what is told without what is hidden."""

import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from heatlite import template as language
from heatlite.exception import StackValidationFailed
from heatlite.template import Environment, Mask
from heatlite.template.mask import BEGINNING, MASKED, SHORT
from tests.unit.template.build import PSEUDO

real = re.compile

LONG_TEXTS = st.text(min_size=SHORT).filter(str.strip)


@given(LONG_TEXTS, st.text(), st.text())
def test_a_long_value_is_hidden_wherever_it_stands(secret, before, after):
    assume(secret not in MASKED and MASKED not in secret)
    masked = Mask.of([secret])(f"{before}{secret}{after}")
    assert MASKED in masked
    assert secret not in masked or secret in before + MASKED + after


@given(LONG_TEXTS)
def test_a_value_is_hidden_as_repr_and_json_write_it(secret):
    mask = Mask.of([secret])
    for told in repr([secret]), json.dumps({"a": secret}), json.dumps(secret, ensure_ascii=False):
        assert MASKED in mask(told)


def test_the_parts_of_lists_and_maps_and_the_lines_of_a_text_are_hidden():
    mask = Mask.of([{"user": "hunter2", "pins": [4711]}, "BEGIN KEY\nabcdef\nEND KEY"])
    assert mask("hunter2 4711 abcdef user pins") == f"{MASKED} {MASKED} {MASKED} user pins"


@given(st.text("abc\\'", min_size=100), st.integers(20, 100))
def test_the_beginning_of_a_value_that_an_error_cuts_short_is_hidden(secret, length):
    mask = Mask.of([secret, f"{secret}more", "abcabcabcabc"])
    for quoted in secret[:length], repr(secret)[1 : length + 1], json.dumps(secret)[1 : length + 1]:
        assert mask(f"not {quoted}") == f"not {MASKED}"


def test_nothing_but_the_beginning_is_hidden_of_what_begins_alike():
    mask = Mask.of(["database://ann:pw@host", "database://bob:pw@host"])
    assert mask("database://b is no address, nor is data") == f"{MASKED} is no address, nor is data"


def test_of_two_values_the_longer_is_hidden_whole():
    assert Mask.of(["hunter", "hunter2secret"])("hunter2secret hunter") == f"{MASKED} {MASKED}"


OF_FEW_LETTERS = st.text("ab_ ", min_size=SHORT, max_size=3 * BEGINNING).filter(str.strip)


@given(st.lists(OF_FEW_LETTERS, min_size=1, max_size=80), st.data())
def test_nothing_is_left_of_values_that_overlap(secrets, data):
    text = "".join(data.draw(st.lists(st.sampled_from([*secrets, *(each[1:] for each in secrets), "b"]))))
    shown = Mask.of(secrets)(text)
    assert not [part for part in shown.split(MASKED) for secret in secrets if secret in part]
    assert not [part for part in shown.split(MASKED) for secret in secrets if secret[: BEGINNING + 1] in part]


def test_what_no_value_covers_is_shown():
    mask = Mask.of([f"{place:05}" for place in range(1000)])
    assert mask("00999 01000 x0000, 999") == f"{MASKED} 01000 x0000, 999"


def test_a_value_that_begins_inside_another_is_hidden_to_its_end():
    mask = Mask.of(["user=admin1234567890", "admin12345-abcdef"])
    assert mask("at user=admin12345-abcdef!") == f"at {MASKED}!"


def test_many_values_are_no_alternatives_of_a_regular_expression(monkeypatch):
    compiled = []
    monkeypatch.setattr(re, "compile", lambda text, *flags: compiled.append(text) or real(text, *flags))
    mask = Mask.of([[f"{place:x}" for place in range(10_000)]])
    assert mask("at 1a2b") == f"at {MASKED}"
    assert 0 < len("".join(compiled)) < 1000


def test_a_short_value_is_hidden_as_a_word_only():
    assert Mask.of(["no", 1])("no nothing 1 of 11") == f"{MASKED} nothing {MASKED} of 11"


@pytest.mark.parametrize("value", [True, False, None, "", " \n", [], {}, language.UNKNOWN])
def test_what_is_no_secret_hides_nothing(value):
    assert Mask.of([value])("True False None UNKNOWN  \n true") == "True False None UNKNOWN  \n true"


def test_masks_add_up():
    assert (Mask.of(["hunter1"]) | Mask.of(["hunter2"]))("hunter1 hunter2 x") == f"{MASKED} {MASKED} x"


def test_a_mask_does_not_tell_what_it_hides():
    assert "hunter2" not in repr(Mask.of(["hunter2"]))


def bound(environment, **declarations):
    parsed = language.parse({"heat_template_version": "2021-04-16", "parameters": declarations}, {})
    return language.bind(parsed, Environment.parse(environment), PSEUDO)


def test_parameters_mask_hidden_ones_and_those_that_the_environment_names():
    text = {"type": "string"}
    environment = {"parameters": {"a": "aaaa1", "b": "bbbb2", "c": "cccc3"}, "encrypted_param_names": ["b", "d"]}
    parameters = bound(environment, a={**text, "hidden": True}, b=text, c=text)
    assert parameters.mask("aaaa1 bbbb2 cccc3") == f"{MASKED} {MASKED} cccc3"


def test_a_named_parameter_that_breaks_a_constraint_is_not_told():
    declared = {"type": "string", "constraints": [{"allowed_pattern": "[0-9]+"}]}
    with pytest.raises(StackValidationFailed) as told:
        bound({"parameters": {"pin": "hunter2"}, "encrypted_param_names": ["pin"]}, pin=declared)
    assert "hunter2" not in str(told.value)
    assert "parameters.pin" in str(told.value)


class Raising:
    """A custom constraint that breaks at the value."""

    def validate(self, value, context):
        raise RuntimeError(f"can't look {value} up")


def test_a_constraint_that_breaks_at_a_hidden_value_does_not_tell_it(monkeypatch):
    monkeypatch.setattr("heatlite.schema.constraints.installed", lambda: {"known": Raising})
    declared = {"type": "string", "hidden": True, "constraints": [{"custom_constraint": "known"}]}
    with pytest.raises(StackValidationFailed) as told:
        bound({"parameters": {"pin": "hunter2"}}, pin=declared)
    assert "hunter2" not in str(told.value)
    assert told.value.__suppress_context__
