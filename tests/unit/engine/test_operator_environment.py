"""The operator's environments: read in order, and broken ones keep an engine from starting."""

from __future__ import annotations

import pathlib

import pytest

from heatlite.engine import operator_environment
from heatlite.exception import ConfigurationError


def test_files_are_merged_in_the_order_of_their_names(tmp_path: pathlib.Path) -> None:
    (tmp_path / "20-more.yaml").write_text("resource_registry: {B: two, C: two}")
    (tmp_path / "10-base.yaml").write_text("resource_registry: {A: one, B: one}")
    (tmp_path / "README").write_text("resource_registry: {")
    assert operator_environment.read(str(tmp_path), 1000) == {"A": "one", "B": "two", "C": "two"}


def test_a_directory_that_is_not_there_says_nothing(tmp_path: pathlib.Path) -> None:
    assert operator_environment.read(str(tmp_path / "nope"), 1000) == {}


@pytest.mark.parametrize("text", ["resource_registry: {", "wrong: 1", "resource_registry: {A: 7}", "[1]"])
def test_a_broken_one_keeps_the_engine_from_starting(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "10-broken.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"10-broken\.yaml: "):
        operator_environment.read(str(tmp_path), 1000)
