"""Who asks: a request's user, as heat-api says it and as others do."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.context import RequestContext
from heatlite.engine.traversal import credentials


@pytest.mark.parametrize(
    ("wire", "user_id", "username"),
    [
        ({"user": "693f9c32", "username": "demo", "project": "p"}, "693f9c32", "demo"),  # heat-api
        ({"user_id": "693f9c32", "username": "demo"}, "693f9c32", "demo"),
        ({"user": "demo", "user_id": None, "username": "demo"}, None, "demo"),
        ({"user": "demo", "username": "demo"}, None, "demo"),
        ({"user": "demo"}, None, "demo"),
        ({}, None, None),
    ],
)
def test_the_users_id_is_told_from_his_name(wire: dict[str, Any], user_id: str | None, username: str | None) -> None:
    context = RequestContext(None, wire)  # type: ignore[arg-type]  # nothing is read
    assert (context.user_id, context.username) == (user_id, username)
    assert credentials.of(context).user_id == user_id
