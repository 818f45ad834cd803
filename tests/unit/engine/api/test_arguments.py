"""What clients say beside the template."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite import exception
from heatlite.engine.api import arguments, submissions
from heatlite.engine.api.client_calls import in_clients_words
from heatlite.engine.api.queries import split_state
from heatlite.engine.api.submissions import Sent

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(["timeout_mins", "disable_rollback", "tags", "other"])


@given(st.dictionaries(KEYS, JSON) | JSON)
def test_any_args_are_read_or_refused_by_name(args: Any) -> None:
    try:
        options = arguments.operation_options(args)
    except exception.Invalid:
        return
    assert options.timeout_mins is None or 1 <= options.timeout_mins <= arguments.LARGEST_NUMBER
    assert options.disable_rollback in (None, True, False)
    assert options.tags is not None
    assert all(len(tag) <= arguments.LONGEST_TAG for tag in options.tags)


@given(JSON, JSON, JSON)
def test_any_params_and_files_are_read_or_refused_by_name(params: Any, files: Any, environment_files: Any) -> None:
    try:
        read = submissions.submission(Sent({}, params, files, environment_files), 1000)
    except exception.HeatliteError:
        return
    assert all(isinstance(content, str) for content in read.files.values())


@given(JSON)
def test_any_identity_is_read_or_refused_by_name(value: Any) -> None:
    with pytest.raises(exception.Invalid):
        arguments.stack_identity(value)


def test_tags_that_are_not_sent_stay_only_where_that_is_asked_for() -> None:
    assert arguments.operation_options({}, keep_tags=True).tags is None
    assert arguments.operation_options({"tags": None}).tags == ()
    assert arguments.operation_options({"tags": []}, keep_tags=True).tags == []


@pytest.mark.parametrize(("sent", "minutes"), [(None, None), (0, None), ("0", None), (5, 5), ("60", 60)])
def test_a_timeout_of_nothing_is_left_to_the_engine(sent: Any, minutes: int | None) -> None:
    assert arguments.operation_options({"timeout_mins": sent}).timeout_mins == minutes


def test_a_status_may_be_told_with_its_action() -> None:
    assert split_state("CREATE_IN_PROGRESS") == ("CREATE", "IN_PROGRESS")
    assert split_state("IN_PROGRESS") == ("", "IN_PROGRESS")
    assert split_state("NONSENSE") == ("", "NONSENSE")


def test_sections_without_parameters_and_flat_parameters_may_be_mixed_as_of_old() -> None:
    environment = submissions.read_params({"size": 1, "resource_registry": {"A": "B"}})
    assert environment.parameters == {"size": 1}
    assert environment.resource_registry == {"A": "B"}


def test_errors_that_heat_api_does_not_know_go_out_as_ones_that_it_does() -> None:
    wrong = in_clients_words(exception.PropertyError("Property error", "resources.a.properties.b", "is wrong"))
    assert type(wrong) is exception.StackValidationFailed
    assert str(wrong) == "Property error: resources.a.properties.b: is wrong"
    limit = in_clients_words(exception.StackResourceLimitExceeded())
    assert type(limit) is exception.RequestLimitExceeded
    attribute = in_clients_words(exception.InvalidTemplateAttribute(resource="a", key="b"))
    assert type(attribute) is exception.StackValidationFailed
    assert "(a b)" in str(attribute)
    known = exception.StackExists(stack_name="a")
    assert in_clients_words(known) is known
