"""Types whose service doesn't run here, through their lives against its API reference; see ``tests.reference``."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

import pytest

from heatlite.resources.instance import Instance
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.registry import Registry
from heatlite.resources.steps import find_existing, poll, start
from heatlite.resources.testing import FakeClock, Outcome, carried, drive, instance_of
from tests.memory_api import AWAY, LOST, Refusal
from tests.reference.cases import CASES, Case
from tests.reference.standin import StandIn, shown

REGISTRY = Registry.load()
WRITTEN_FOR = json.loads((pathlib.Path(__file__).parents[3] / "reference/releases.json").read_text())


every = pytest.mark.parametrize("case", CASES, ids=str)
pending = pytest.mark.parametrize("case", [it for it in CASES if it.waits], ids=str)
breaking = pytest.mark.parametrize("case", [it for it in CASES if it.breaks], ids=str)
changing = pytest.mark.parametrize("case", [it for it in CASES if it.changed], ids=str)
found_again = pytest.mark.parametrize("case", [it for it in CASES if it.is_found], ids=str)


class Life:
    """A resource of a case, and its service."""

    def __init__(self, case: Case, **more: Any) -> None:
        self.case = case
        self.service = StandIn(case.kind, *case.others, extensions=case.extensions)
        case.before(self.service)
        self.plugin: type[Any] = REGISTRY.get(case.type_name)
        given = {**case.given, **more}
        self.instance: Instance = instance_of(
            self.plugin, given, cloud=self.service.cloud(), type_name=case.type_name, project_id="shop"
        )

    def run(self, action: str, properties: dict[str, Any] | None = None) -> Any:
        """An action to its end."""
        outcome = drive(self.plugin, action, properties, clock=FakeClock(), instance=self.instance)
        if isinstance(outcome, Done):
            self.instance = carried(self.instance, outcome)
        return outcome

    def made(self) -> Life:
        """It, created."""
        outcome = self.run("CREATE")
        assert isinstance(outcome, Done), outcome
        return self

    @property
    def there(self) -> list[dict[str, Any]]:
        """The objects of its kind."""
        return self.service.of(self.case.kind)


def test_every_type_here_says_what_it_was_written_for_and_no_other() -> None:
    told = {name for prefix in WRITTEN_FOR for name in REGISTRY.names() if name.startswith(prefix)}
    assert told == {case.type_name for case in CASES}


@every
def test_it_is_there_only_where_the_catalogue_has_its_service(case: Case) -> None:
    plugin = REGISTRY.get(case.type_name)
    assert plugin.missing(Life(case).service.cloud()) is None
    elsewhere = StandIn(dataclasses.replace(case.kind, service="painting")).cloud()
    service, reason = plugin.missing(elsewhere) or ("", "")
    assert f"{service} {plugin.service.replace('_', '-')} endpoint is not in service catalog." == reason
    if case.extensions:
        service, reason = plugin.missing(StandIn(case.kind).cloud()) or ("", "")
        assert f"Required extension {plugin.extension} in {service} service is not available." == reason


@every
def test_a_creation_sends_what_the_reference_asks_for(case: Case) -> None:
    life = Life(case).made()
    [there] = life.there
    assert {name: there.get(name) for name in case.sent} == case.sent
    assert life.instance.resource_id == str(there[case.kind.id])


@pending
def test_a_creation_is_polled_until_it_is_ready(case: Case) -> None:
    life = Life(case)
    outcome: Outcome = start(life.plugin(life.instance), "CREATE")
    pauses = 0
    while isinstance(outcome, Waiting):
        pauses += 1
        life.instance = carried(life.instance, outcome)
        outcome = poll(life.plugin(life.instance), "CREATE", outcome.progress)
    assert isinstance(outcome, Done)
    assert pauses >= len(case.kind.states.split()) - 1
    assert life.there[0][case.kind.status] == case.kind.states.split()[-1]


@changing
def test_a_change_is_made_in_place(case: Case) -> None:
    life = Life(case).made()
    before = life.instance.resource_id
    outcome = life.run("UPDATE", {**case.given, **case.changed})
    assert isinstance(outcome, Done), outcome
    [there] = life.there
    assert {name: there.get(name) for name in case.becomes} == case.becomes
    assert life.instance.resource_id == before


@changing
def test_a_change_of_what_is_gone_makes_another_one(case: Case) -> None:
    life = Life(case).made()
    life.service.objects[case.kind.path].clear()
    assert life.run("UPDATE", {**case.given, **case.changed}) == Replace()


@every
def test_a_deletion_leaves_nothing_and_may_find_nothing(case: Case) -> None:
    life = Life(case).made()
    assert isinstance(life.run("DELETE"), Done)
    assert life.there == []
    assert isinstance(life.run("DELETE"), Done)


@every
def test_a_deletion_after_somebody_elses_is_done(case: Case) -> None:
    life = Life(case).made()
    life.service.objects[case.kind.path].clear()
    assert isinstance(life.run("DELETE"), Done)


@found_again
@pytest.mark.parametrize("fault", [LOST, AWAY])
def test_a_creation_without_an_answer_makes_one(case: Case, fault: str) -> None:
    asked = [method for method, _, _ in Life(case).made().service.asked]
    life = Life(case)
    life.service.fails = [*[None] * asked.index(case.kind.creates), fault]
    outcome = life.run("CREATE")
    assert isinstance(outcome, Done), outcome
    assert [str(it[case.kind.id]) for it in life.there] == [life.instance.resource_id]


@found_again
def test_what_a_dead_engine_created_is_found_by_its_uuid_and_by_no_other(case: Case) -> None:
    life = Life(case)
    outcome: Outcome = start(life.plugin(life.instance), "CREATE")
    while isinstance(outcome, Waiting) and not life.there:
        life.instance = carried(life.instance, outcome)
        outcome = poll(life.plugin(life.instance), "CREATE", outcome.progress)
    lost = dataclasses.replace(life.instance, resource_id=None)
    assert find_existing(life.plugin(lost)) == [str(it[case.kind.id]) for it in life.there]
    another = dataclasses.replace(lost, uuid="6c84fb90-12c4-41e1-840d-7b25c5ee775a", data={})
    assert find_existing(life.plugin(another)) == []


@breaking
def test_what_breaks_fails_and_is_replaced(case: Case) -> None:
    life = Life(case)
    life.service.ends_in = case.breaks
    outcome = life.run("CREATE")
    assert isinstance(outcome, Failed)
    assert f"Went to status {case.breaks}" in outcome.reason
    life.instance = carried(life.instance, outcome)
    assert start(life.plugin(life.instance), "UPDATE", {}) == Replace()


@every
def test_a_refusal_fails_with_the_services_words(case: Case) -> None:
    life = Life(case)
    life.service.fails = [Refusal(403, message="Quota exceeded")] * 9
    outcome = life.run("CREATE")
    assert isinstance(outcome, Failed)
    assert "403: Quota exceeded" in outcome.reason


@every
def test_a_check_tells_whether_it_is_there(case: Case) -> None:
    life = Life(case).made()
    assert isinstance(life.run("CHECK"), Done)
    life.service.objects[case.kind.path].clear()
    assert isinstance(life.run("CHECK"), Failed)


@every
def test_its_attributes_are_those_of_the_object(case: Case) -> None:
    life = Life(case).made()
    resource = life.plugin(
        dataclasses.replace(life.instance, reads=frozenset({"show", *life.plugin.attributes_schema}))
    )
    found = resource.resolve_attributes()
    assert set(found) == {"show", *life.plugin.attributes_schema}
    assert {name: found[name] for name in case.tells} == case.tells
    if issubclass(life.plugin, CloudResource) and case.shows:
        assert found["show"].items() >= {k: v for k, v in shown(life.there[0]).items() if k in case.sent}.items()
