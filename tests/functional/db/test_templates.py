"""Raw templates: the same content is one row, whoever stores it, and whenever."""

import pytest
from oslo_db import exception as db_error

from heatlite.db import templates
from tests.functional.db.build import LATER, NOW, together

HOT = {"heat_template_version": "2021-04-16", "resources": {"wéb": {"type": "T", "properties": {"n": 1}}}}


def test_the_same_content_is_stored_once(context):
    first = templates.store(context, HOT, {"a": "x"}, {"parameters": {}}, NOW)
    turned_round = {name: HOT[name] for name in reversed(HOT)}

    assert templates.store(context, turned_round, {"a": "x"}, {"parameters": {}}, LATER) == first


def test_other_content_is_another_row(context):
    contents = [
        (HOT, {}, {}),
        (HOT, {"a": "x"}, {}),
        (HOT, {}, {"a": "x"}),
        ({"n": 1}, {}, {}),
        ({"n": True}, {}, {}),
        ({"n": "1"}, {}, {}),
    ]
    assert len({templates.store(context, *content, NOW) for content in contents}) == len(contents)


def test_a_template_is_read_as_it_was_stored(context):
    files, environment = {"file:///a": "größer 💡" * 20_000}, {"parameters": {"a": None}}
    template_id = templates.store(context, HOT, files, environment, NOW)

    record = templates.get(context, template_id)

    assert (record.id, record.template, record.files) == (template_id, HOT, files)
    assert record.environment == environment


def test_a_template_that_does_not_exist_is_an_error_that_names_it(context):
    with pytest.raises(LookupError, match="raw_template 4711 does not exist"):
        templates.get(context, 4711)


def test_who_stores_the_same_at_once_finds_the_same_row_at_the_second_try_at_the_latest(context, database):
    def store(_):
        for _ in range(2):
            try:
                return templates.store(type(context)(database), HOT, {}, {}, NOW)
            except db_error.DBDuplicateEntry:
                continue
        return None

    (stored,) = set(together(8, store))
    assert stored is not None
