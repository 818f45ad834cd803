"""The short form of the drill: a few rows of the page on real servers; ``tools/drill`` plays all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.drill import page
from tests.drill.bench import Bench
from tests.drill.plays import PLAYS
from tests.drill.run import begun, play

ROWS = {row.fault: row for row in page.rows(page.PAGE.read_text())}
SHORT = (
    "every engine dies",
    "the database dies",
    "a plugin raises anything",
    "a stack waits at a hook",
)


@pytest.fixture(scope="module")
def bench(mariadb: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with begun(tmp_path_factory.mktemp("drill"), mariadb, rabbitmq) as made:
        yield made


@pytest.mark.parametrize("fault", SHORT)
def test_what_the_page_says_helps_when(bench: Bench, fault: str) -> None:
    play(bench, ROWS[fault], PLAYS[fault])


def test_a_page_that_promises_too_much_is_found_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.drill.bench.PATIENCE", 1.0)
    with pytest.raises(AssertionError, match="to show 'what no command prints'"):
        bench.sees(page.Look("heatlite-manage service list", "what no command prints"))
    with pytest.raises(AssertionError, match="systemctl start nothing: status 1"):
        bench.gives("systemctl start nothing")
