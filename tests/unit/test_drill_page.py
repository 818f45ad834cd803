"""The page "when things break" and the plays of the drill are of the same things, and a script can read the page."""

from __future__ import annotations

import dataclasses

import pytest

from tests.drill import page, run
from tests.drill.page import Act, Command, Look

TEXT = page.PAGE.read_text()
ROWS = page.rows(TEXT)


def test_each_row_has_a_play_and_each_play_a_row() -> None:
    assert run.unmatched(ROWS, page.faults(TEXT)) == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (ROWS[1:], f"the play has no row: {ROWS[0].fault}"),
        ([*ROWS, dataclasses.replace(ROWS[0], fault="it rains")], "the row has no play: it rains"),
        ([dataclasses.replace(ROWS[0], todo=(Act("pray"),)), *ROWS[1:]], "the play doesn't know how to pray"),
        ([dataclasses.replace(ROWS[0], well=()), *ROWS[1:]], "doesn't say how one sees that it is well again"),
    ],
)
def test_what_doesnt_match_is_said(rows: list[page.Row], words: str) -> None:
    assert words in "\n".join(run.unmatched(rows, page.faults(TEXT)))


def test_an_act_that_the_page_no_longer_asks_for_is_said() -> None:
    rows = [dataclasses.replace(row, todo=()) for row in ROWS]
    assert "the page doesn't say to mend the plugin" in "\n".join(run.unmatched(rows, page.faults(TEXT)))


def table(*rows: str) -> str:
    return "\n".join(["text", "", page.HEAD, "|---|---|---|---|", *rows, "", "more"])


def test_a_row_is_looks_and_steps() -> None:
    row = "| it rains | `sky` shows *clouds* | take cover; `umbrella open` | `sky -a` shows *sun*; `sky` shows *blue* |"
    [found] = page.rows(table(row))
    assert found.noticed == (Look("sky", "clouds"),)
    assert found.todo == (Act("take cover"), Command("umbrella open"))
    assert found.well == (Look("sky -a", "sun"), Look("sky", "blue"))


def test_nothing_is_no_step_and_no_look() -> None:
    [found] = page.rows(table("| it rains | nothing | nothing | `sky` shows *sun* |"))
    assert (found.noticed, found.todo) == ((), ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no table", "there is no table"),
        (table("| it rains | look up | nothing | `sky` shows *sun* |"), "not of the form"),
        (table("| it rains | `sky` | nothing | `sky` shows *sun* |"), "not of the form"),
        (table("| it rains | nothing | `sky` shows *sun* |"), "3 cells"),
    ],
)
def test_what_cant_be_played_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        page.rows(text)


def test_a_variable_without_a_value_is_an_error() -> None:
    assert page.filled("stack explain STACK; kill PID", {"STACK": "4f1d", "PID": "7"}) == "stack explain 4f1d; kill 7"
    with pytest.raises(KeyError):
        page.filled("stack explain STACK", {})
