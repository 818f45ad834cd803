"""Custom constraints that need no service."""

from __future__ import annotations

import pytest

from heatlite.schema.constraints import Custom

GOOD = {
    "cron_expression": ("*/5 1-3 * jan,6 mon", "0 0 l * *", "@daily", "1 2 3 4 5 30", "0,30 0-12/2 ? * 7", ""),
    "expiration": ("2999-01-01T00:00:00Z", ""),
    "iso_8601": ("2015-03-04T01:02:03Z", "2015-03-04T01:02:03+02:00"),
    "json_string": ('{"a": [1]}', "1"),
    "timezone": ("Europe/Berlin", "UTC", ""),
}
BAD = {
    "cron_expression": ("61 * * * *", "* * * *", "* * * foo *", "*/0 * * * *", "1-2-3 * * * *", "@never"),
    "expiration": ("2001-01-01T00:00:00Z", "soon"),
    "iso_8601": ("yesterday", ""),
    "json_string": ("{", ""),
    "timezone": ("Nowhere/City", "../etc/passwd"),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_what_is_well_formed_is_taken(name: str, value: str) -> None:
    Custom(name).check(value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_what_is_not_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Custom(name).check(value)
