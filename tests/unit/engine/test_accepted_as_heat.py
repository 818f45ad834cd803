"""What Heat 27 accepts of templates with one oddity each, heatlite accepts as well; Heat isn't needed to see it.

``tests/facts/accepted.json`` names those that Heat accepts: ``tools/differential`` compares it with a Heat's answers.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heatlite import exception
from heatlite.resources.registry import Registry
from tests.differential.corpus import accepted, document, values_for
from tests.differential.known import REFUSED_HERE

TESTS = Path(__file__).parents[2]
ACCEPTED = json.loads((TESTS / "facts" / "accepted.json").read_text())


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


@pytest.mark.parametrize("name", ACCEPTED)
def test_it_is_accepted_but_where_there_is_a_reason(registry: Registry, name: str) -> None:
    [path] = (TESTS / "differential" / "accepted").glob(f"{name}.*")
    case = {"path": str(path), "parameters": values_for(document(path)), "environment": None}
    if name in REFUSED_HERE:
        with pytest.raises(exception.StackValidationFailed):
            accepted(registry, case)
    else:
        accepted(registry, case)
