"""Templates that somebody has, unchanged, each run on an embedded engine; they aren't part of this project.

``HEATLITE_TEST_TEMPLATES`` names the directories that they are in. All of a directory's files are sent with each. A
parameter without a default gets a plain value of its type.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.template import load
from tests.deployment import InProcess, in_process
from tests.story import Story

VARIABLE = "HEATLITE_TEST_TEMPLATES"
DIRECTORIES = [pathlib.Path(it) for it in os.environ.get(VARIABLE, "").split(os.pathsep) if it]
TEMPLATES = sorted(path for directory in DIRECTORIES for path in directory.glob("*.yaml"))
PLAIN = {"string": "plain", "number": 1, "boolean": True, "comma_delimited_list": "4,5,6", "json": {}}
LIMIT = 10_000_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    started = in_process(tmp_path_factory.mktemp("given"))
    yield started
    started.stop()


def plain_values(template: dict[str, Any]) -> dict[str, Any]:
    declared = template.get("parameters") or {}
    return {name: PLAIN[schema["type"]] for name, schema in declared.items() if "default" not in schema}


@pytest.mark.skipif(not TEMPLATES, reason=f"{VARIABLE} names no directory with templates")
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_given_template_is_made_changed_and_deleted(engine: InProcess, path: pathlib.Path) -> None:
    template = load(path.read_text(), LIMIT)
    files = {it.name: it.read_text() for it in path.parent.glob("*.yaml")}
    story, parameters = Story(engine), plain_values(template)
    story.create(template, files=files, parameters=parameters)
    stack = story.settle("CREATE_COMPLETE")
    assert [it["output_key"] for it in stack.get("outputs", []) if "output_error" in it] == []
    story.update(template, files=files, parameters=parameters)
    story.settle("UPDATE_COMPLETE")
    story.verify_nothing_left()
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.world() == set()
