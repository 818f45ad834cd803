"""Which of several rows of a name is shown, and what requires it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite import exception
from heatlite import template as language
from heatlite.convergence.serving import active_rows
from heatlite.db.records import ResourceRecord
from heatlite.engine.api.resource_lists import matching, required_by
from tests.unit.engine.records import row

TEMPLATE = 7
EMPTY = {"heat_template_version": "2021-04-16"}


def chosen(*rows: ResourceRecord) -> list[int]:
    """The ids of the rows that are shown."""
    return [it.id for it in active_rows(rows, TEMPLATE).values()]


def test_a_replacement_is_shown_in_place_of_what_it_replaces_also_while_it_is_made() -> None:
    assert chosen(row(1, replaced_by=2), row(2, state="INIT_COMPLETE")) == [2]
    assert chosen(row(1, state="DELETE_IN_PROGRESS", replaced_by=2), row(2)) == [2]
    assert chosen(row(1, replaced_by=2, current_template_id=TEMPLATE), row(2, state="CREATE_FAILED")) == [2]


def test_a_row_that_serves_again_is_shown_in_place_of_a_newer_one_that_goes() -> None:
    assert chosen(row(1), row(2, state="DELETE_IN_PROGRESS")) == [1]
    assert chosen(row(1), row(2, state="CREATE_FAILED")) == [1]
    assert chosen(row(1, current_template_id=TEMPLATE), row(2, current_template_id=8)) == [1]


def test_what_left_the_template_is_shown_while_it_is_there() -> None:
    assert chosen(row(1, "gone", "DELETE_IN_PROGRESS"), row(2, "here")) == [1, 2]
    assert chosen(row(1, "gone", "DELETE_COMPLETE"), row(2, "here")) == [2]
    assert chosen(row(1, "gone", "DELETE_FAILED", replaced_by=2)) == [1]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, 1, 2]), st.sampled_from([None, 7, 8]))))
def test_each_name_that_has_a_row_is_shown_once(drawn: list[tuple[str, int | None, int | None]]) -> None:
    rows = [
        row(number, name, replaced_by=by, current_template_id=template)
        for number, (name, by, template) in enumerate(drawn, start=1)
    ]
    found = active_rows(rows, TEMPLATE)
    assert set(found) == {name for name, *_ in drawn}
    assert all(it.name == name for name, it in found.items())


def test_requirers_are_found_by_name_also_where_they_were_built_on_a_row_that_was_replaced() -> None:
    rows = [
        row(1, "net", replaced_by=2),
        row(2, "net"),
        row(3, "server", requires=(1,)),
        row(4, "disk", requires=(2, 99)),
    ]
    assert required_by(rows, active_rows(rows, TEMPLATE), language.parse(EMPTY)) == {
        "net": ["disk", "server"],
        "server": [],
        "disk": [],
    }


def test_filters_must_all_hold_and_a_list_means_any() -> None:
    rows = active_rows([row(1, "a"), row(2, "b", "UPDATE_FAILED"), row(3, "c", physical_resource_id="p")], TEMPLATE)

    def found(**filters: object) -> list[str]:
        return [it.name for it in matching(rows, filters)]

    assert found() == ["a", "b", "c"]
    assert found(status="FAILED") == found(status="UPDATE_FAILED") == ["b"]
    assert found(status="CREATE_FAILED") == []
    assert found(name=["a", "b"], action="CREATE") == ["a"]
    assert found(id="uuid-3") == found(id="3") == found(physical_resource_id="p") == ["c"]
    assert found(name=None) == ["a", "b", "c"]
    with pytest.raises(exception.Invalid, match="takes a string"):
        found(name=1)
