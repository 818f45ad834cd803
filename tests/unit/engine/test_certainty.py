"""Certainty: what is attempted is looked up before it is attempted again, and the client is told what is known."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from oslo_db import exception as db_error

from heatlite import exception
from heatlite.db.outage import CommitUnanswered
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.operations.idempotent_start import PAUSES, certainly

AWAY = db_error.DBConnectionError()
UNANSWERED = CommitUnanswered()


class Server:
    """Answers to attempts and look-ups, in order; the last of each is given again and again."""

    def __init__(self, attempts: list[object], found: list[object]) -> None:
        self.answers = {"attempt": attempts, "look up": found}
        self.asked: list[str] = []
        self.slept: list[float] = []

    def ask(self, what: str) -> Callable[[], str | None]:
        def answer() -> str | None:
            self.asked.append(what)
            given = self.answers[what]
            now = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(now, Exception):
                raise now
            return now  # type: ignore[return-value]

        return answer

    def certainly(self) -> str:
        inputs = Inputs(random=random.Random(1), sleep=self.slept.append)
        return str(certainly(inputs, self.ask("attempt"), self.ask("look up")))


def test_what_succeeds_is_attempted_once() -> None:
    server = Server(["begun"], [None])
    assert server.certainly() == "begun"
    assert (server.asked, server.slept) == (["attempt"], [])


def test_what_was_written_although_nobody_was_told_is_not_attempted_again() -> None:
    server = Server([UNANSWERED], ["begun"])
    assert server.certainly() == "begun"
    assert server.asked == ["attempt", "look up"]


def test_what_was_not_written_is_attempted_again() -> None:
    server = Server([UNANSWERED, "begun"], [AWAY, None])
    assert server.certainly() == "begun"
    assert server.asked == ["attempt", "look up", "look up", "attempt"]


@pytest.mark.parametrize(
    ("attempts", "found", "text"),
    [
        ([AWAY], [AWAY], "was not carried out"),
        ([AWAY], [None], "was not carried out"),
        ([UNANSWERED], [AWAY], "It isn't known yet whether the call was carried out"),
        ([UNANSWERED, AWAY], [AWAY], "It isn't known yet whether the call was carried out"),
        ([UNANSWERED, AWAY], [None], "It isn't known yet whether the call was carried out"),
        ([AWAY, UNANSWERED], [None], "It isn't known yet whether the call was carried out"),
    ],
)
def test_in_the_end_the_client_is_told_what_is_known(attempts: list[object], found: list[object], text: str) -> None:
    server = Server(attempts, found)
    with pytest.raises(exception.Error, match=text):
        server.certainly()
    assert len(server.slept) == len(PAUSES)


@pytest.mark.parametrize("error", [exception.StackExists(stack_name="web"), db_error.DBDuplicateEntry(), ValueError()])
def test_other_errors_are_answers(error: Exception) -> None:
    server = Server([error], [None])
    with pytest.raises(type(error)):
        server.certainly()
    assert server.asked == ["attempt"]
