"""What somebody wrote into a name steers no terminal and no page."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from rich.console import Console

from heatlite.cmd.cli import HeatliteApp
from heatlite.cmd.event_log import EventLog
from heatlite.cmd.live import Board
from heatlite.cmd.plans import lines_of
from heatlite.cmd.records import names_in_line
from heatlite.cmd.streams import VisibleStream, raw
from heatlite.drawing import markup

NASTY = "a\x1b]0;title\x07b\u202egnp.exe\x9b2J\x00c\u2066d\u200be\x7f\rf"
SHOWN = r"a\x1b]0;title\x07b\u202egnp.exe\x9b2J\x00c\u2066d\u200be\x7f\rf"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def test_a_stream_escapes_what_steers_and_leaves_the_rest() -> None:
    inner = io.StringIO()
    stream = VisibleStream(inner)
    stream.write(NASTY)
    stream.writelines(["\tone\r\n", "zwei: ä 日本 😀\n"])
    assert inner.getvalue() == SHOWN + "\tone\r\nzwei: ä 日本 😀\n"
    assert raw(stream) is inner
    assert raw(inner) is inner
    assert stream.isatty() is False


def test_an_error_of_the_command_steers_nothing() -> None:
    out, errors = io.StringIO(), io.StringIO()
    app = HeatliteApp(stdout=out, stderr=errors)
    app.options = app.parser.parse_args([])
    app.report(ValueError(NASTY))
    assert not STEERING.search(errors.getvalue().replace("\n", ""))
    assert "a\\x1b]0;title" in errors.getvalue()


def test_an_event_is_one_line() -> None:
    event = {"event_time": "2026", "id": "e", "stack_id": "s", "stack_name": "web", "physical_resource_id": "p"}
    line = EventLog().line(
        {**event, "resource_name": f"{NASTY}\nx", "resource_status": "S", "resource_status_reason": NASTY}
    )
    assert not STEERING.search(line)
    assert "\n" not in line
    assert SHOWN in line


def test_the_live_board_and_a_plan_in_colours_escape_names() -> None:
    resource: Any = {"resource_name": NASTY, "resource_type": NASTY, "resource_action": "CREATE", "stack_identity": {}}
    board = Board(NASTY, 0.0)
    board.see(
        [
            {**resource, "resource_status": "IN_PROGRESS"},
            {**resource, "resource_status": "FAILED", "resource_status_reason": NASTY},
        ],
        1.0,
    )
    board.note = NASTY
    out = io.StringIO()
    Console(file=out, width=400).print(board.render(2.0))
    change = {"resource_name": NASTY, "resource_type": NASTY, "fate": "updated", "reason": NASTY}
    change["properties"] = [{"name": NASTY, "before": NASTY, "after": None, "forces_replacement": False}]
    lines = "".join(lines_of([change], "", colours=True))
    for text in (out.getvalue().replace("\n", ""), re.sub(r"\x1b\[\d+m", "", lines)):
        assert text
        assert not STEERING.search(text)


@pytest.mark.parametrize("write", [markup.text, markup.quoted, markup.data])
def test_a_page_and_a_graph_escape_names(write: Any) -> None:
    assert not STEERING.search(write(NASTY))
    assert "x1b" in write(NASTY)


def test_what_a_page_has_as_data_is_escaped_when_the_script_reads_it() -> None:
    read = json.loads(markup.data({"names": [NASTY, {"of": NASTY}], NASTY: 1}))
    assert read == {"names": [SHOWN, {"of": SHOWN}], SHOWN: 1}


def test_a_name_in_a_list_makes_no_further_row() -> None:
    row = names_in_line(["Stack Name", "Description"], ("a\nb", "two\nlines"))
    assert row == ("a\\nb", "two\nlines")
