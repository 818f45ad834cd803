"""The page that tells what heatlite has beside Heat says what is so."""

from __future__ import annotations

import pathlib
import re

from heatlite.convergence.model import Action
from heatlite.resources.registry import Registry
from tests.functional.engine.heat_rpc import METHODS

PAGE = (pathlib.Path(__file__).parents[3] / "doc/heat-api.md").read_text()
OWN = {"OS::Heat::Dummy", "OS::Heat::SoftwareDeployments", "OS::Heat::StructuredDeployments"}
"""Types that Heat doesn't have, or hides."""
OTHERS = ""


def section(title: str) -> str:
    return PAGE.partition(f"## {title}")[2].partition("\n## ")[0]


def group_of(type_name: str) -> str:
    """The row of the table that counts a type."""
    return next(
        (prefix for prefix in ("OS::Heat::", "OS::Keystone::", "AWS::") if type_name.startswith(prefix)), OTHERS
    )


def test_every_method_of_the_rpc_api_is_in_the_table() -> None:
    told = section("RPC methods")
    assert [method for method in METHODS if f"`{method}`" not in told] == []


def test_the_resource_types_are_counted_right() -> None:
    here = [name for name in Registry.load().names() if name not in OWN]
    rows = re.findall(r"^\| (\S+::)[^|]* \| (\d+) \| (\d+) \|", section("Resource types"), flags=re.MULTILINE)
    told = {group_of(name): (int(heats), int(ours)) for name, heats, ours in rows}
    for group, (heats, ours) in told.items():
        assert heats == ours == sum(group_of(name) == group for name in here)
    assert len(told) == 3


def test_the_stack_actions_are_all_told() -> None:
    told = section("Stack actions")
    assert [str(action) for action in Action if action is not Action.INIT and str(action) not in told] == []
