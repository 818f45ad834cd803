"""heatlite and Heat, asked the same: they agree, but for the differences that are known.

Runs where ``HEAT_PYTHON`` names the Python of an environment that has openstack-heat: ``tools/differential`` makes one.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from heatlite.template.dialects import CLOUDFORMATION, RELEASES, VERSIONS, Dialect
from tests.differential import corpus, our_side
from tests.differential.cases import EVERYTHING
from tests.differential.compare import Heat, agree
from tests.differential.explore import explore
from tests.differential.known import REFUSED_HERE

ACCEPTED = Path(__file__).with_name("accepted")
"""Templates that hold one oddity each, most of which Heat takes."""
FACTS = Path(__file__).parents[1] / "facts"
COUNT = int(os.environ.get("DIFFERENTIAL_CASES", "2000"))
PYTHON = os.environ.get("HEAT_PYTHON")
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="HEAT_PYTHON names no Python with openstack-heat: tools/differential"
)


@pytest.fixture(scope="module")
def heat() -> Iterator[Heat]:
    assert PYTHON
    with Heat(PYTHON) as library:
        yield library


@pytest.mark.parametrize("with_conditions", [False, True])
@pytest.mark.parametrize("version", [*VERSIONS, *RELEASES])
def test_each_version_has_the_functions_that_it_has_in_heat(heat: Heat, version: str, with_conditions: bool) -> None:
    case = {"kind": "functions", "version": f"heat_template_version.{version}", "with_conditions": with_conditions}
    ours = our_side.answer({**case, "version": f"heat_template_version.{RELEASES.get(version, version)}"})
    assert ours["value"]
    assert agree(heat.answer(case), ours)


@pytest.mark.parametrize("with_conditions", [False, True])
@pytest.mark.parametrize(("date", "dialect"), CLOUDFORMATION.items())
def test_each_dialect_of_cloudformation_has_the_functions_that_it_has_in_heat(
    heat: Heat, date: str, dialect: Dialect, with_conditions: bool
) -> None:
    case = {"kind": "functions", "version": f"{dialect.version_key}.{date}", "with_conditions": with_conditions}
    assert agree(heat.answer(case), our_side.answer(case))


@pytest.mark.parametrize("kind", EVERYTHING)
def test_every_difference_is_a_known_one(heat: Heat, kind: str) -> None:
    comparison = explore(heat, COUNT, [kind])
    print(comparison.report())
    assert sum(comparison.asked.values()) >= COUNT // 2
    assert comparison.agreed[f"{kind}, value"]
    assert comparison.agreed[f"{kind}, refusal"]
    assert not comparison.differences, comparison.report()


def test_the_commands_of_heats_client_are_those_that_ours_are_compared_with(heat: Heat) -> None:
    facts = json.loads((FACTS / "heatclient_commands.json").read_text())
    assert heat.answer({"kind": "commands"})["value"] == facts


def test_no_template_is_refused_that_heat_accepts_but_for_those_with_a_reason(heat: Heat) -> None:
    found = {path.stem: corpus.verdict(theirs, ours) for path, theirs, ours in corpus.compare(ACCEPTED, heat)}
    assert {name for name, verdict in found.items() if verdict == "heatlite refuses"} == set(REFUSED_HERE)
    assert Counter(found.values())["same"] > 100
    taken = sorted(name for name, verdict in found.items() if verdict in ("same", "heatlite refuses"))
    assert json.loads((FACTS / "accepted.json").read_text()) == taken


def test_answers_that_differ_are_told_apart() -> None:
    one, other, refusal = {"value": {"a": 1}}, {"value": {"a": 1.0}}, {"error": "ValueError", "message": "no"}
    assert agree(one, one)
    assert agree(refusal, refusal)
    assert not agree(one, other)
    assert not agree(one, refusal)
    assert not agree(refusal, one)
