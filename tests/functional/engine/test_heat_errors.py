"""Refusals beside Heat's: the same class of error for the same mistake, under a module that heat-api lets through."""

from __future__ import annotations

import pathlib
import re

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.heat_errors import GOOD, REFUSALS, Refusal

PAGE = pathlib.Path(__file__).parents[3] / "doc/heat-api.md"
HEAT_API = {  # as heat-api asks: the user is told by his id, which is named ``user``
    "user": "693f9c325de845cc835f3ce4c8df0f96",
    "username": "demo",
    "project": "demo",
    "roles": ["member", "reader"],
    "auth_token": None,
    "trust_id": None,
    "system_scope": None,
}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.mistake)
def test_a_mistake_is_the_error_that_it_is_in_heat(engine: Endpoint, refusal: Refusal) -> None:
    arguments = dict(refusal.arguments)
    if refusal.on_stack:
        identity = engine.created("web", GOOD)
        if "stack_name" not in arguments:
            arguments["stack_identity"] = identity
    with pytest.raises(exception.HeatliteError) as caught:
        engine.call(refusal.method, wire=HEAT_API, **arguments)
    assert type(caught.value).__name__ == refusal.error
    assert type(caught.value).__module__ == "heat.common.exception"


def test_the_page_tells_of_every_refusal() -> None:
    section = PAGE.read_text().partition("## Errors")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| `(\w+)` \| `(\w+)` \| (\d+) \|$", section, flags=re.MULTILINE)
    assert rows == [(it.mistake, it.method, it.error, str(it.status)) for it in REFUSALS]
