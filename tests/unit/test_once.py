"""What is made once for all runs is made by one of those that want it at the same time."""

from __future__ import annotations

import pathlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.once import made_once
from tests.waiting import PATIENCE


def test_of_those_that_come_at_the_same_time_one_makes_it_and_the_others_wait(tmp_path: pathlib.Path) -> None:
    place, begun, may_end, made = tmp_path / "cache/venv", threading.Event(), threading.Event(), []

    def make() -> None:
        begun.set()
        may_end.wait(PATIENCE)
        place.mkdir()
        made.append(1)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(made_once, place, make)
        assert begun.wait(PATIENCE)
        second = pool.submit(made_once, place, make)
        may_end.set()
        assert first.result() == second.result() == place
    assert made_once(place, make) == place
    assert made == [1]


def test_what_failed_is_made_again(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "venv"

    def fail() -> None:
        place.mkdir()
        raise ValueError("no network")

    with pytest.raises(ValueError, match="no network"):
        made_once(place, fail)
    assert made_once(place, lambda: place.joinpath("python").touch()) == place
    assert place.joinpath("python").exists()
