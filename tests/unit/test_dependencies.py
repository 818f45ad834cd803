"""Dependencies: which releases setup.py allows, and which the two files of constraints pin."""

from __future__ import annotations

import pathlib
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = pathlib.Path(__file__).parents[2]
NEWEST = "constraints.txt"
LOWEST = "constraints-lowest.txt"

REQUIREMENTS = [Requirement(text) for text in requires("heatlite") or []]


def pins(name: str) -> dict[str, set[Version]]:
    """Return the releases that a file of constraints pins, by canonical package name; several where markers choose."""
    found: dict[str, set[Version]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "==", line
            found.setdefault(canonicalize_name(requirement.name), set()).add(Version(pin.version))
    return found


def floor(requirement: Requirement) -> Version | None:
    """Return the lowest release that a requirement allows, or ``None`` where it names no lower bound."""
    bounds = [Version(part.version) for part in requirement.specifier if part.operator == ">="]
    return max(bounds, default=None)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_the_tested_release_of_each_dependency_is_one_that_setup_allows(requirement: Requirement) -> None:
    pinned = pins(NEWEST)[canonicalize_name(requirement.name)]
    assert all(requirement.specifier.contains(pin) for pin in pinned)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_the_lowest_run_installs_exactly_the_floor_of_each_dependency(requirement: Requirement) -> None:
    lowest = pins(LOWEST)[canonicalize_name(requirement.name)]
    bound = floor(requirement)
    assert bound is not None
    assert {(pin.major, pin.minor) for pin in lowest} == {(bound.major, bound.minor)}
