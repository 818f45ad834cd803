"""Text that not every database takes, and how it is kept all the same: what can't be written is never over."""

import sqlalchemy as sa

from heatlite.db import column_types, events, models
from heatlite.db.events import Happening
from tests.functional.db.build import NOW, add_stack

TEMPLATE = models.raw_template


def written(context, reason):
    """What is read of an event with this reason."""
    events.insert(context, add_stack(context), [Happening("a", "T", None, "CREATE", "FAILED", reason)], ["u"], NOW)
    (record,) = events.listed(context, [], [], None)
    return record.resource_status_reason


def test_a_reason_is_cut_where_it_is_longer_than_anyone_reads(context):
    reason = written(context, "\U0001f600" * 70_000)

    assert reason == "\U0001f600" * column_types.LONGEST_REASON + "…"


def test_a_reason_that_quotes_what_is_no_text_is_written_without_it(context):
    assert written(context, "no flavor a\x00b, no image \ud800") == "no flavor a\ufffdb, no image ?"


def test_json_gives_back_whatever_python_could_read_of_it(context):
    odd = {"nul": "a\x00", "half a pair": ["\ud800", "\udc00x"], "emoji": "\U0001f600", "large": 10**400}
    values = {"content_hash": "h", "template": odd, "files": {}, "environment": {}}
    with context.database.writer(context) as connection:
        connection.execute(sa.insert(TEMPLATE).values(values))

    with context.database.reader(context) as connection:
        assert connection.execute(sa.select(TEMPLATE.c.template)).scalar() == odd
