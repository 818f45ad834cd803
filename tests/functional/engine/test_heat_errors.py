"""Refusals beside Heat's: the same class of error for the same mistake, under a module that heat-api lets through."""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterator

import pytest

from heatlite import exception
from heatlite.engine.api.client_calls import in_clients_words
from heatlite.rpc.messages import OWN_NAMESPACE
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.heat_errors import GOOD, REFUSALS, Refusal

PAGE = pathlib.Path(__file__).parents[3] / "doc/heat-api.md"
HEATS = set(json.loads((pathlib.Path(__file__).parents[2] / "facts/heat_exceptions.json").read_text()))
"""The classes of Heat's ``heat.common.exception``: heat-api can rebuild no other."""
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


def kinds(of: type[exception.HeatliteError]) -> Iterator[type[exception.HeatliteError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def made(kind: type[exception.HeatliteError]) -> exception.HeatliteError:
    error = exception.from_wire("Error", "the text")
    error.__class__ = kind
    error.__dict__.update(error="the", path="text", message="", mistakes=[])
    return error


ALL = {kind for kind in kinds(exception.HeatliteError) if kind.__module__ == exception.WIRE_MODULE}


@pytest.mark.parametrize(
    "kind", sorted(ALL - {exception.OwnError, exception.ErrorWithPath}, key=lambda it: it.__name__)
)
def test_heat_api_gets_no_class_that_heat_lacks(kind: type[exception.HeatliteError]) -> None:
    sent = in_clients_words(made(kind))
    assert type(sent).__name__ in HEATS
    assert "text" in str(sent)


def test_an_error_of_our_own_is_told_as_it_is_by_methods_of_our_own() -> None:
    error = exception.PlanOutdated(stack_name="web")
    assert in_clients_words(error, OWN_NAMESPACE) is error
    assert issubclass(exception.CloudUnavailable, exception.OwnError)
    assert {kind.__name__ for kind in ALL if issubclass(kind, exception.OwnError)} & HEATS == set()
