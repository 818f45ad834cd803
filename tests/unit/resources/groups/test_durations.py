"""Durations as CloudFormation writes them."""

from __future__ import annotations

import pytest

from heatlite.resources.groups.durations import seconds


@pytest.mark.parametrize(("written", "number"), [("PT0S", 0), ("PT5M", 300), ("PT1H1M1S", 3661), ("PT", 0)])
def test_a_duration_is_so_many_seconds(written: str, number: int) -> None:
    assert seconds(written) == number


@pytest.mark.parametrize("written", ["", "5", "P1D", "PT5", "PT1S1M"])
def test_what_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="A duration is written like"):
        seconds(written)
