"""Why a database refuses something is told in words that quote nothing of its own text."""

from __future__ import annotations

import pytest
from oslo_db import exception as db_error

from heatlite.db.refusals import reason


class Refused(Exception):
    """What a driver raises; PostgreSQL's has a state beside its text."""

    def __init__(self, *said: object, sqlstate: str | None = None) -> None:
        super().__init__(*said)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refused(1406, "Data too long: hunter2"), "a text is longer than its column (1406)"),
        (Refused("too long: hunter2", sqlstate="22001"), "a text is longer than its column (22001)"),
        (Refused(1062, "Duplicate entry hunter2"), "something with this name or id is there already (1062)"),
        (Refused(1301, "hunter2"), "a statement is larger than max_allowed_packet (1301)"),
        (Refused(4711, "hunter2"), "Refused 4711"),
        (Refused("hunter2"), "Refused"),
    ],
)
def test_a_refusal_is_told_by_its_number(error: Refused, words: str) -> None:
    assert reason(db_error.DBError(error)) == words
