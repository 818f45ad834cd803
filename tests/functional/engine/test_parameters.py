"""Parameters in a stack's life: what may not change, how files are merged, and updates laid over what there is."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.engine.operations.lifecycle import Lifecycle
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

DECLARED = {
    "fixed": {"type": "string", "default": "a", "immutable": True},
    "list": {"type": "comma_delimited_list", "default": ""},
    "free": {"type": "string", "default": "x"},
}
SHOP = template({"one": stores({"get_param": "free"})}, parameters=DECLARED)


def given(**parameters: Any) -> dict[str, Any]:
    return {"parameters": parameters}


def values(engine: Endpoint, identity: dict[str, Any]) -> dict[str, str]:
    shown = engine.show(identity)["parameters"]
    return {name: shown[name] for name in DECLARED}


def test_an_immutable_parameter_may_not_change_in_an_update(engine: Endpoint) -> None:
    identity = engine.created("web", SHOP, params=given(fixed="b"))
    for params in (given(fixed="c"), given()):
        with pytest.raises(exception.ImmutableParameterModified, match="may not be updated: fixed"):
            engine.update(identity, SHOP, params=params)
    engine.update(identity, SHOP, params=given(fixed="b", free="y"))
    engine.settle()
    assert values(engine, identity)["free"] == "y"


def test_a_parameter_that_becomes_immutable_keeps_its_value(engine: Endpoint) -> None:
    before = template({"one": stores()}, parameters={"fixed": {"type": "string", "default": "z"}})
    identity = engine.created("web", before)
    with pytest.raises(exception.ImmutableParameterModified):
        engine.update(identity, SHOP)
    new = template({"one": stores()}, parameters={"other": {"type": "string", "default": "z", "immutable": True}})
    engine.update(identity, new)


def test_environment_files_are_merged_as_they_say(engine: Endpoint) -> None:
    files = {
        "one.yaml": "{parameters: {list: 'a,b', free: one}, parameter_merge_strategies: {list: merge}}",
        "two.yaml": "{parameters: {list: [c], free: two}, parameter_merge_strategies: {list: merge}}",
    }
    identity = engine.created("web", SHOP, files=files, environment_files=["one.yaml", "two.yaml"])
    assert values(engine, identity) == {"fixed": "a", "list": "a,b,c", "free": "two"}


def test_of_two_updates_at_once_that_are_laid_over_the_stack_none_is_lost(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", SHOP)
    begin, overtaken = Lifecycle._try_supersede, iter([True])

    def begin_late(self: Lifecycle, *args: Any) -> Any:
        if next(overtaken, False):
            engine.update(identity, None, params=given(list="p,q"), args={"existing": True})
        return begin(self, *args)

    monkeypatch.setattr(Lifecycle, "_try_supersede", begin_late)
    engine.update(identity, None, params=given(free="y"), args={"existing": True})
    engine.settle()
    assert values(engine, identity) == {"fixed": "a", "list": "p,q", "free": "y"}


@pytest.mark.parametrize("converge", [True, False, "true"])
def test_converge_is_taken(engine: Endpoint, converge: Any) -> None:
    identity = engine.created("web", SHOP)
    engine.update(identity, SHOP, args={"converge": converge})
    engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"
