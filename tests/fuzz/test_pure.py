"""The template language takes or refuses whatever it is given, with a named error, soon. See doc/testing.md."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import pure
from tests.fuzz.good import ENVIRONMENT, GOOD
from tests.fuzz.limits import examples
from tests.fuzz.lines import LineMutation, line_mutations, rewritten
from tests.fuzz.nasty import Mutation, mutations, spoilt

places = st.integers(0, len(GOOD) - 1)
stories = st.lists(mutations, min_size=1, max_size=4)
edits = st.lists(line_mutations, max_size=3)


@pytest.mark.parametrize("place", range(len(GOOD)))
def test_what_is_to_be_spoilt_is_good(place: int) -> None:
    request = GOOD[place]
    before = copy.deepcopy(request)
    environment = pure.Environment.parse(request["params"])
    if request["environment_files"]:
        environment = pure.Environment.parse(pure.load(ENVIRONMENT, pure.LARGEST))
    pure.carry_out(request["template"], environment, request["files"])
    assert request == before


@examples(500)
@given(places, stories)
def test_any_document_is_taken_or_refused(place: int, story: list[Mutation]) -> None:
    pure.document(spoilt(GOOD[place], story))


@examples(500)
@given(places, st.lists(mutations, max_size=2), edits, edits)
def test_any_text_is_taken_or_refused(
    place: int, story: list[Mutation], of_template: list[LineMutation], of_environment: list[LineMutation]
) -> None:
    template = pure.as_yaml(spoilt(GOOD[place]["template"], story))
    pure.text(rewritten(template, of_template), rewritten(ENVIRONMENT, of_environment))
