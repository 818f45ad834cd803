"""No argument of a call may be of any size: what is too large is refused by its name, and leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.engine.api import arguments
from heatlite.engine.api.arguments import ARGUMENTS, CONTEXT, LARGEST_DOCUMENT
from heatlite.engine.common.settings import Settings
from heatlite.schema.sizes import weight
from tests.functional.engine.endpoint import HANDS_OVER, Endpoint
from tests.functional.engine.templates import template

BY_OPTION = {"template", "params", "files"}
"""Their limits are ``max_template_size`` and ``max_environment_size``: see ``test_lists.py`` and ``test_limits.py``."""
WORD = "x" * 1000
LARGE: list[Any] = [WORD * 1100, [WORD] * 1100, {f"{place} {WORD}": 1 for place in range(1100)}, [[0] * 1000] * 1100]
HANDLE = template({"handle": {"type": "OS::Heat::WaitConditionHandle"}})


@pytest.mark.parametrize("large", LARGE, ids=["text", "list", "map", "small values"])
@pytest.mark.parametrize("name", sorted(ARGUMENTS.keys() - BY_OPTION))
def test_every_argument_has_a_size(name: str, large: Any) -> None:
    with pytest.raises((exception.RequestLimitExceeded, exception.Invalid), match=name) as refused:
        arguments.check({name: large})
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("name", sorted(CONTEXT))
def test_every_part_of_a_context_has_a_size(name: str) -> None:
    for large in LARGE:
        with pytest.raises((exception.RequestLimitExceeded, exception.Invalid), match=name):
            arguments.check_context({name: large})


def test_a_value_that_is_nested_deep_has_a_size_too() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert weight(deep) == 100_002
    with pytest.raises(exception.RequestLimitExceeded, match="tags takes 100002 bytes; it may take at most 65536"):
        arguments.check({"tags": deep})


@pytest.mark.parametrize(("size", "is_taken"), [(LARGEST_DOCUMENT - 100_000, True), (LARGEST_DOCUMENT + 1, False)])
def test_a_signal_has_a_size(database: Any, size: int, is_taken: bool) -> None:
    engine = Endpoint(database)
    identity = engine.created("web", HANDLE)
    before = engine.rows()
    said = {"stack_identity": identity, "resource_name": "handle", "details": {"data": "x" * size}}
    if is_taken:
        metadata = engine.call("resource_signal", **said, sync_call=True)
        assert [len(str(entry)) > size for entry in metadata.values()] == [True]
    else:
        with pytest.raises(exception.RequestLimitExceeded, match="details takes 1048"):
            engine.call("resource_signal", **said)
        assert engine.rows() == before


def test_the_data_of_an_adoption_has_a_size(database: Any) -> None:
    engine = Endpoint(database, Settings(**HANDS_OVER, max_template_size=1000))
    said = {"template": HANDLE, "resources": {"handle": {"resource_id": "x", "metadata": {"is": "x" * 7000}}}}
    engine.create("web", None, args={"adopt_stack_data": said})
    before = engine.rows()
    said["resources"]["handle"]["metadata"] = {"is": "x" * 8000}
    with pytest.raises(
        exception.RequestLimitExceeded, match=r"Adoption data size \(8... bytes\) exceeds .* \(8000 bytes"
    ):
        engine.create("other", None, args={"adopt_stack_data": said})
    with pytest.raises(exception.RequestLimitExceeded, match=r"args takes .* bytes; it may take at most 1048576"):
        engine.create("other", None, args={"adopt_stack_data": {}, "of no account": ["x"] * LARGEST_DOCUMENT})
    assert engine.rows() == before
