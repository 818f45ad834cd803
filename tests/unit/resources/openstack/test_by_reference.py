"""Types whose service no suite of every change runs, through their lives against its API reference.

See ``tests.reference``. ``tests.cloud`` runs some of them on the service itself.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from heatlite.exception import CloudConflict, Invalid, StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.openstack.base import PROJECTS, CloudResource
from heatlite.resources.openstack.mistral.workflow import WorkflowWithUser
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.registry import Registry
from heatlite.resources.siblings import Sibling
from heatlite.resources.signals import signal
from heatlite.resources.steps import find_existing, poll, start
from heatlite.resources.testing import FakeClock, Outcome, carried, drive, instance_of
from heatlite.resources.waiting_for import Others
from tests.cloud.services import ON_REQUEST
from tests.memory_api import AWAY, LOST, Refusal
from tests.memory_keystone import MemoryKeystone
from tests.reference import kinds
from tests.reference.cases import CASES, ID, Case, rules
from tests.reference.standin import StandIn, shown
from tests.unit.resources.cloud_in_memory import SIGNED, cloud_of

REGISTRY = Registry.load()
ELSEWHERE = ("OS::Mistral::ExternalResource", "OS::Zaqar::SignedQueueURL")
"""Types that make no object of a service's: they have tests of their own below."""
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

    @property
    def resource(self) -> Any:
        """The object of a step."""
        return self.plugin(self.instance)

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
    def ids(self) -> list[str]:
        """The ids of the objects of its kind."""
        return list(self.service.objects[self.case.kind.path])

    @property
    def there(self) -> list[dict[str, Any]]:
        """The objects of its kind."""
        return self.service.of(self.case.kind)


def test_every_type_is_run_on_its_service_or_says_what_it_was_written_for() -> None:
    told = {name for prefix in WRITTEN_FOR for name in REGISTRY.names() if name.startswith(prefix)}
    here = {*(case.type_name for case in CASES), *ELSEWHERE}
    assert told <= here
    assert {PROJECTS[REGISTRY.get(name).service] for name in here - told} <= set(ON_REQUEST)


@pytest.mark.parametrize("service", sorted({REGISTRY.get(it.type_name).service for it in CASES}))
def test_a_conflict_is_told_after_one_request(service: str) -> None:
    case = next(it for it in CASES if REGISTRY.get(it.type_name).service == service)
    stand_in = StandIn(case.kind)
    stand_in.fails = [Refusal(409)] * 9
    with pytest.raises(CloudConflict):
        stand_in.cloud().api(service).post("/things", {})
    assert [method for method, _, _ in stand_in.asked if method != "GET"] == ["POST"]


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
    assert [life.instance.resource_id] == life.ids


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
    if life.there[0].get(case.kind.status) in case.kind.frozen.split():
        life.there[0][case.kind.status] = "ACTIVE"
    before = life.instance.resource_id
    outcome = life.run("UPDATE", case.new)
    assert isinstance(outcome, Done), outcome
    [there] = life.there
    assert {name: there.get(name) for name in case.becomes} == case.becomes
    assert life.instance.resource_id == before


@changing
def test_a_change_of_what_is_gone_makes_another_one(case: Case) -> None:
    life = Life(case).made()
    life.service.objects[case.kind.path].clear()
    assert life.run("UPDATE", case.new) == Replace()


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
    assert life.ids == [life.instance.resource_id]


@found_again
def test_what_a_dead_engine_created_is_found_by_its_uuid_and_by_no_other(case: Case) -> None:
    life = Life(case)
    outcome: Outcome = start(life.plugin(life.instance), "CREATE")
    while isinstance(outcome, Waiting) and not life.there:
        life.instance = carried(life.instance, outcome)
        outcome = poll(life.plugin(life.instance), "CREATE", outcome.progress)
    lost = dataclasses.replace(life.instance, resource_id=None)
    assert find_existing(life.plugin(lost)) == life.ids != []
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


@breaking
def test_what_is_broken_is_deleted_like_all_others(case: Case) -> None:
    life = Life(case)
    life.service.ends_in = case.breaks
    assert isinstance(life.run("CREATE"), Failed)
    life.instance = dataclasses.replace(life.instance, resource_id=life.ids[0])
    assert isinstance(life.run("DELETE"), Done)
    assert life.there == []


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


def test_a_signed_url_is_what_the_service_said() -> None:
    service = StandIn(kinds.QUEUE)
    service.put(kinds.QUEUE, {"name": "jobs"})
    plugin = REGISTRY.get("OS::Zaqar::SignedQueueURL")
    given = {"queue": "jobs", "paths": ["messages", "claims"], "methods": ["GET", "POST"], "ttl": 60}
    instance = instance_of(plugin, given, cloud=service.cloud())
    outcome = drive(plugin, "CREATE", instance=instance)
    assert isinstance(outcome, Done)
    instance = carried(instance, outcome)
    assert service.asked == [
        (
            "POST",
            "/v2/queues/jobs/share",
            {**{k: given[k] for k in ("paths", "methods")}, "expires": "2023-11-14T22:14:20"},
        )
    ]
    found = plugin(instance).resolve_attributes()
    assert found.pop("query_str") == (
        "signature=5b1a&expires=2023-11-14T22%3A14%3A20&paths=%2Fv2%2Fqueues%2Fjobs%2Fmessages%2C%2Fv2%2Fqueues%2Fjobs"
        "%2Fclaims&methods=GET%2CPOST&project_id=shop&queue_name=jobs"
    )
    assert found == {
        "signature": "5b1a",
        "expires": "2023-11-14T22:14:20",
        "paths": ["/v2/queues/jobs/messages", "/v2/queues/jobs/claims"],
        "methods": ["GET", "POST"],
        "project": "shop",
    }
    assert isinstance(drive(plugin, "CHECK", instance=instance), Done)
    assert isinstance(drive(plugin, "DELETE", instance=instance), Done)


def of(type_name: str, **more: Any) -> Life:
    """The life of a type's first case."""
    return Life(next(case for case in CASES if case.type_name == type_name), **more).made()


def test_an_alarm_is_stopped_and_started_and_keeps_its_state() -> None:
    life = of("OS::Aodh::EventAlarm")
    [alarm] = life.there
    alarm["state"] = "alarm"
    assert isinstance(life.run("SUSPEND"), Done)
    assert (alarm["enabled"], alarm["state"]) == (False, "alarm")
    assert isinstance(life.run("RESUME"), Done)
    assert (alarm["enabled"], alarm["state"]) == (True, "alarm")


def test_an_alarm_is_stopped_without_what_aodh_made_of_its_query_and_its_times() -> None:
    life = of("OS::Aodh::GnocchiAggregationByResourcesAlarm")
    [alarm] = life.there
    rule = "gnocchi_aggregation_by_resources_threshold_rule"
    alarm[rule] |= {"query": '{"and": [{"=": {"created_by_project_id": "p"}}, {}]}', "evaluation_periods": 3}
    alarm["timestamp"] = alarm["state_timestamp"] = "2026-12-01T00:00:00"
    for action in ("SUSPEND", "RESUME"):
        assert isinstance(life.run(action), Done)
        assert (alarm[rule]["query"], alarm[rule]["evaluation_periods"]) == ("{}", 3)
        sent = life.service.asked[-1][2]
        assert sent.keys().isdisjoint({"timestamp", "state_timestamp"})


def test_a_queue_that_others_use_is_taken_and_gets_the_templates_metadata() -> None:
    life = Life(next(case for case in CASES if case.type_name == "OS::Zaqar::Queue"))
    life.service.put(kinds.QUEUE, {"name": "jobs", "of": "others", "_default_message_ttl": 60})
    life.made()
    assert life.there[0].items() >= {"for": "mail", "_default_message_ttl": 60}.items()
    assert "of" not in life.there[0]


@pytest.mark.parametrize("absent", ["name", "description"])
def test_a_service_without_a_name_or_a_description_is_found_by_it(absent: str) -> None:
    case = next(case for case in CASES if case.type_name == "OS::Neutron::VPNService")
    given = {name: it for name, it in case.given.items() if name != absent}
    life = Life(dataclasses.replace(case, given=given)).made()
    lost = dataclasses.replace(life.instance, resource_id=None)
    assert find_existing(life.plugin(lost)) == life.ids != []
    assert find_existing(life.plugin(dataclasses.replace(lost, uuid="6c84fb90-12c4-41e1-840d-7b25c5ee775a"))) == []


def test_a_policy_with_an_empty_name_is_found_by_its_description() -> None:
    life = of("OS::Neutron::IPsecPolicy", name="")
    assert (life.there[0]["name"], life.there[0]["description"]) == ("", f"heat_resource={life.instance.uuid}")
    lost = dataclasses.replace(life.instance, resource_id=None)
    assert find_existing(life.plugin(lost)) == life.ids != []


def test_who_may_use_a_share_changes_one_by_one() -> None:
    life = of("OS::Manila::Share")
    assert [(it["access_to"], it["access_level"]) for it in life.there[0]["access"]] == [
        ("10.0.0.1", "rw"),
        ("10.0.0.2", "ro"),
    ]
    life.service.asked.clear()
    assert isinstance(life.run("UPDATE", life.case.new), Done)
    assert [(it["access_to"], it["access_level"], it["state"]) for it in life.there[0]["access"]] == [
        ("10.0.0.1", "rw", "denying"),
        ("10.0.0.2", "ro", "active"),
        ("10.0.0.3", "rw", "active"),
    ]
    assert sum("action" in path for _, path, _ in life.service.asked) == 3
    assert life.there[0]["metadata"] == {"b": "2", "heat_resource": life.instance.uuid}


def test_who_may_write_may_only_read_once_the_rule_of_before_is_gone() -> None:
    life = of("OS::Manila::Share")
    outcome = life.run("UPDATE", {**life.case.given, "access_rules": rules(("10.0.0.1", "ro"), ("10.0.0.2", "rw"))})
    assert isinstance(outcome, Done), outcome
    assert [(it["access_to"], it["access_level"]) for it in life.there[0]["access"]] == [
        ("10.0.0.1", "ro"),
        ("10.0.0.2", "rw"),
    ]


def test_a_share_whose_rule_is_refused_fails_with_the_reason() -> None:
    life = Life(next(case for case in CASES if case.type_name == "OS::Manila::Share"))
    allowing = ["allow_access" in (body or {}) for _, _, body in of("OS::Manila::Share").service.asked]
    life.service.fails = [*[None] * allowing.index(True), Refusal(400, message="CIFS wants users")]
    outcome = life.run("CREATE")
    assert isinstance(outcome, Failed)
    assert "Error during applying access rules" in outcome.reason
    assert "CIFS wants users" in outcome.reason


def test_security_services_of_a_network_are_exchanged() -> None:
    life = of("OS::Manila::ShareNetwork")
    services = life.service.objects[kinds.SECURITY_SERVICE.path]
    assert {name: it.get("share_network_id") for name, it in services.items()} == {
        "ldap": life.instance.resource_id,
        "kerberos": None,
    }
    assert isinstance(life.run("UPDATE", life.case.new), Done)
    assert {name: it.get("share_network_id") for name, it in services.items()} == {
        "ldap": None,
        "kerberos": life.instance.resource_id,
    }


def test_a_subnet_must_be_in_the_network() -> None:
    life = Life(next(case for case in CASES if case.type_name == "OS::Manila::ShareNetwork"), neutron_network=ID)
    outcome = life.run("CREATE")
    assert isinstance(outcome, Failed)
    assert "Provided neutron_subnet does not belong to provided neutron_network." in outcome.reason


@pytest.mark.parametrize(
    ("type_name", "given", "reason"),
    [
        ("OS::Zaqar::Subscription", {"subscriber": "ftp://x"}, "The subscriber type of must be one of: http, "),
        ("OS::Magnum::ClusterTemplate", {"coe": "swarm"}, "Volume driver type cinder is not supported by COE:swarm"),
        ("OS::Manila::ShareNetwork", {"nova_network": "x"}, "Nova network is no longer supported"),
        ("OS::Manila::ShareNetwork", {"neutron_network": ID, "neutron_subnet": ""}, "cannot be specified without"),
    ],
)
def test_what_heat_refuses_is_refused(type_name: str, given: dict[str, Any], reason: str) -> None:
    case = next(case for case in CASES if case.type_name == type_name)
    with pytest.raises(StackValidationFailed, match=reason):
        Life(case, **given).resource.validate()


@pytest.mark.parametrize(
    ("type_name", "given", "reason"),
    [
        ("OS::Trove::Instance", {"datastore_type": ""}, "Not allowed - datastore_version without datastore_type"),
        ("OS::Trove::Instance", {"databases": []}, "Databases property is required if users property is provided"),
        ("OS::Trove::Instance", {"databases": [{"name": "other"}]}, "specified for user does not exist in databases"),
        ("OS::Trove::Instance", {"networks": [{"fixed_ip": "10.0.0.9"}]}, "Either network or port must be provided"),
        (
            "OS::Neutron::NetworkGateway",
            {"connections": [{"network": ID, "segmentation_type": "vlan"}]},
            "segmentation_id must be specified for using vlan",
        ),
        (
            "OS::Neutron::NetworkGateway",
            {"connections": [{"network": ID, "segmentation_id": 9}]},
            "segmentation_id cannot be specified except 0 for using flat",
        ),
        ("OS::Zun::Container", {"restart_policy": "always:3"}, 'restart_policy "always:3" is invalid'),
        ("OS::Zun::Container", {"mounts": [{"mount_path": "/"}]}, "should be set for the specified mount"),
        ("OS::Zun::Container", {"networks": [{"fixed_ip": "10.0.0.9"}]}, "At least one of the following properties"),
        ("OS::Zun::Container", {"networks": [{"port": ID, "fixed_ip": "10.0.0.9"}]}, "at the same time: networks"),
    ],
)
def test_databases_gateways_and_containers_that_heat_refuses_are_refused(
    type_name: str, given: dict[str, Any], reason: str
) -> None:
    case = next(case for case in CASES if case.type_name == type_name)
    with pytest.raises(StackValidationFailed, match=reason):
        Life(case, **given).resource.validate()


def test_an_instance_is_changed_by_one_request_after_another() -> None:
    life = of("OS::Trove::Instance")
    life.service.asked.clear()
    assert isinstance(life.run("UPDATE", life.case.new), Done)
    place = f"/v1.0/shop/instances/{life.instance.resource_id}"
    assert [(method, path.removeprefix(place)) for method, path, _ in life.service.asked if method != "GET"] == [
        ("PATCH", ""),
        ("POST", "/action"),
        ("POST", "/action"),
        ("POST", "/databases"),
        ("DELETE", "/databases/shop"),
        ("POST", "/users"),
        ("PUT", "/users/ann"),
        ("PUT", "/users/ann/databases"),
        ("DELETE", "/users/ann/databases/shop"),
    ]


def test_users_are_told_apart_by_where_they_come_from() -> None:
    here, away = ({"name": "ann", "password": "hunter2", "host": it, "databases": ["shop"]} for it in ("10.0.0.5", "%"))
    plain = {"name": "a@b", "password": "hunter2", "databases": ["shop"]}
    life = of("OS::Trove::Instance", users=[here, away, plain])
    new = {**life.case.given, "users": [{**here, "password": "hunter3"}, {**here, "host": "10.0.0.6"}, plain]}
    assert isinstance(life.run("UPDATE", new), Done)
    assert {(it["name"], it["host"], it["password"]) for it in life.there[0]["users"]} == {
        ("ann", "10.0.0.5", "hunter3"),
        ("ann", "10.0.0.6", "hunter2"),
        ("a@b", "%", "hunter2"),
    }


def test_a_server_of_a_cluster_that_breaks_fails_it_and_a_busy_cluster_is_deleted_later() -> None:
    case = next(case for case in CASES if case.type_name == "OS::Trove::Cluster")
    life = Life(case)
    life.service.ends_in = "FAILED"
    outcome = life.run("CREATE")
    assert isinstance(outcome, Failed)
    assert "Went to status FAILED" in outcome.reason
    life = Life(case).made()
    life.there[0]["task"] = {"name": "ADDING"}
    deleting = start(life.resource, "DELETE")
    assert isinstance(deleting, Waiting)
    assert [method for method, _, _ in life.service.asked].count("DELETE") == 0
    life.there[0]["task"] = {"name": "NONE"}
    assert isinstance(life.run("DELETE"), Done)


def test_an_interactive_container_that_has_stopped_is_broken_and_another_one_is_not() -> None:
    for interactive, kind in ((True, Failed), (False, Done)):
        life = Life(next(case for case in CASES if case.type_name == "OS::Zun::Container"), interactive=interactive)
        life.service.ends_in = "Stopped"
        assert isinstance(life.run("CREATE"), kind)


# --- Mistral ---------------------------------------------------------------------------------------------------------


def workflow(**more: Any) -> Life:
    """A workflow in a service that executes it."""
    case = next(case for case in CASES if case.type_name == "OS::Mistral::Workflow")
    return Life(dataclasses.replace(case, others=(kinds.EXECUTION,)), **more).made()


def signalled(life: Life, details: Any) -> None:
    """Signal it, and record what it records."""
    resource = life.resource
    signal(resource, details)
    life.instance = dataclasses.replace(life.instance, data=dict(resource.data))


def test_a_signal_executes_a_workflow_and_the_same_signal_again_does_not() -> None:
    life = workflow(params={"a": 1})
    details = {"input": {"who": "bob"}, "params": {"b": 2}}
    signal(life.resource, details)  # another engine signalled it first, and this one has to do so again
    signalled(life, details)
    [execution] = life.service.of(kinds.EXECUTION)
    assert execution["workflow_name"] == life.instance.resource_id
    assert [json.loads(execution[it]) for it in ("input", "params")] == [{"who": "bob"}, {"a": 1, "b": 2}]
    signalled(life, None)
    newest, oldest = life.resource.resolve_attribute("executions")
    assert (oldest["id"], oldest["input"], oldest["output"]) == (
        execution["id"],
        {"who": "bob"},
        {"resource_id": "outside", "size": 3},
    )
    assert newest["input"] == {"who": "ann"}
    assert isinstance(life.run("DELETE"), Done)
    assert life.service.of(kinds.EXECUTION) == []


@pytest.mark.parametrize(
    ("given", "details", "reason"),
    [
        ({}, {"input": {"what": 1}}, "Unknown input what"),
        ({}, {"input": [1]}, "Input in signal data must be a map, find a list"),
        ({}, {"params": "x"}, "Params must be a map, find a str"),
        ({"use_request_body_as_input": True}, {"input": {}}, "Unknown input input"),
    ],
)
def test_a_signal_without_sense_is_refused(given: dict[str, Any], details: Any, reason: str) -> None:
    life = workflow(**given)
    with pytest.raises(Invalid, match=reason):
        signal(life.resource, details)
    assert life.service.of(kinds.EXECUTION) == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"type": "reverse"}, "'task_name' is not assigned"),
        ({"tasks": [{"name": "a"}]}, "At least one of the following properties"),
        ({"tasks": [{"name": "a", "action": "x", "workflow": "y"}]}, "at the same time: workflow, action"),
        ({"tasks": [{"name": "a", "action": "x", "requires": ["b"]}]}, "Only reverse workflows can contain"),
        ({"tasks": [{"name": "a", "action": "x", "timeout": 1, "policies": {"timeout": 2}}]}, "policies and timeout"),
        ({"tasks": [{"name": "a", "action": "x", "concurrency": 2}]}, "concurrency cannot be specified without"),
    ],
)
def test_a_workflow_that_contradicts_itself_is_refused(given: dict[str, Any], reason: str) -> None:
    case = next(case for case in CASES if case.type_name == "OS::Mistral::Workflow")
    with pytest.raises(StackValidationFailed, match=reason):
        Life(case, **given).resource.validate()


ACTIONS = {
    action: {"workflow": action.lower(), "params": {"env": {"a": 1}}}
    for action in ("CREATE", "UPDATE", "SUSPEND", "DELETE")
}


def external(**more: Any) -> Life:
    """A resource that workflows make."""
    given = {"actions": ACTIONS, "input": {"size": 1, "kind": "x"}, "replace_on_change_inputs": ["kind"], **more}
    return Life(Case("OS::Mistral::ExternalResource", kinds.EXECUTION, given, {}))


def test_workflows_make_change_and_delete_what_is_outside() -> None:
    life = external()
    executed = life.service.of
    assert isinstance(life.run("CREATE"), Done)
    [first] = executed(kinds.EXECUTION)
    assert (first["workflow_name"], first["description"]) == ("create", "Heat managed")
    assert [json.loads(first[it]) for it in ("input", "params")] == [{"size": 1, "kind": "x"}, {"env": {"a": 1}}]
    assert life.instance.resource_id == "outside"
    assert life.resource.resolve_attributes() == {"output": {"resource_id": "outside", "size": 3}}
    assert life.plugin.see_all([life.resource]) == {}, "no look for drift misses an execution with the id of the thing"
    given = {**external().case.given, "input": {"size": 2, "kind": "x"}}
    assert isinstance(life.run("UPDATE", given), Done)
    second = executed(kinds.EXECUTION)[1]
    earlier = {"resource_id": "outside", "size": 3}
    assert json.loads(second["params"]) == {"env": {"a": 1, "heat_extresource_data": earlier}}
    assert isinstance(life.run("SUSPEND"), Done)
    assert isinstance(life.run("RESUME"), Done)
    assert isinstance(life.run("DELETE"), Done)
    assert [it["workflow_name"] for it in executed(kinds.EXECUTION)] == ["create", "update", "suspend", "delete"]


@pytest.mark.parametrize("fault", [LOST, AWAY])
def test_a_workflow_whose_start_was_not_answered_is_started_once(fault: str) -> None:
    life = external()
    life.service.fails = [None, fault]
    assert isinstance(life.run("CREATE"), Done)
    assert len(life.service.of(kinds.EXECUTION)) == 1


def test_a_workflow_that_fails_fails_the_action_with_its_reason() -> None:
    life = external()
    life.service.ends_in = "ERROR"
    outcome = life.run("CREATE")
    assert isinstance(outcome, Failed)
    assert 'Went to status ERROR due to "no more disks"' in outcome.reason


def test_an_unchanged_one_executes_nothing_unless_it_always_does() -> None:
    for always, executions in ((False, 1), (True, 2)):
        life = external(always_update=always)
        life.run("CREATE")
        assert isinstance(life.run("UPDATE", life.case.new), Done)
        assert len(life.service.of(kinds.EXECUTION)) == executions


def test_a_change_of_certain_inputs_replaces_it() -> None:
    life = external()
    before, after = ({**life.instance.properties, "input": {"size": 1, "kind": it}} for it in ("x", "y"))
    assert life.resource.needs_replacement(before, after, frozenset({"input"}))
    assert not life.resource.needs_replacement(before, {**before, "input": {"kind": "x"}}, frozenset({"input"}))


def test_an_alarm_executes_a_workflow_by_a_url_that_never_expires() -> None:
    keystone = MemoryKeystone()
    cloud = cloud_of(keystone, SIGNED)
    instance = instance_of(WorkflowWithUser, {"type": "direct", "tasks": [{"name": "a", "action": "x"}]}, cloud=cloud)
    resource = WorkflowWithUser(instance)
    resource.make_own()
    url = resource.resolve_attribute("alarm_url")
    assert urlsplit(url).path.startswith("/v1/signal/")
    assert "Timestamp" not in url
    assert len(keystone.things["credential"]) == 1


def test_a_second_update_of_a_cluster_waits_until_magnum_begins_it() -> None:
    case = next(case for case in CASES if case.type_name == "OS::Magnum::Cluster")
    slowly = dataclasses.replace(case.kind, changing="UPDATE_COMPLETE UPDATE_IN_PROGRESS UPDATE_COMPLETE")
    life = Life(dataclasses.replace(case, kind=slowly)).made()
    [there] = life.there
    there["status"] = "UPDATE_COMPLETE"  # of an earlier update
    before = len(life.service.asked)
    assert isinstance(life.run("UPDATE", {**case.given, "node_count": 7}), Done)
    looks = [method for method, _, _ in life.service.asked[before:]].count("GET")
    assert (there["node_count"], there["status"], looks >= 4) == (7, "UPDATE_COMPLETE", True)


def test_a_cluster_that_magnum_can_not_show_yet_is_waited_for() -> None:
    life = Life(next(case for case in CASES if case.type_name == "OS::Magnum::Cluster"))
    outcome = start(life.resource, "CREATE")
    assert isinstance(outcome, Waiting)
    life.instance = carried(life.instance, outcome)
    life.service.fails = [Refusal(400, message="Invalid input for field/attribute master_count. Value: '0'.")]
    outcome = poll(life.resource, "CREATE", outcome.progress)
    assert isinstance(outcome, Waiting)
    assert "Magnum can't be used now (400)" in str(outcome.progress)


def test_an_update_of_a_cluster_that_magnum_has_made_already_is_no_wait() -> None:
    case = next(case for case in CASES if case.type_name == "OS::Magnum::Cluster")
    kind = dataclasses.replace(case.kind, changing="")
    life = Life(dataclasses.replace(case, kind=kind)).made()
    [there] = life.there
    there |= {"status": "UPDATE_COMPLETE", "node_count": 7}  # by an engine that died before it recorded that
    assert isinstance(life.run("UPDATE", {**case.given, "node_count": 7}), Done)


def test_an_alarm_that_names_a_resource_calls_its_url() -> None:
    def named(name: str) -> Sibling | None:
        data = {"policy": {"alarm_url": "http://cfn/v1/signal/p"}, "old": {"ec2_signed_url": "http://cfn/v1/o"}}
        return Sibling(name, Resource, {}, {}, data.get(name, {})) if name in {*data, "net"} else None

    siblings: Any = SimpleNamespace(by_name=named)
    life = Life(next(case for case in CASES if case.type_name == "OS::Aodh::EventAlarm"))
    given = {"alarm_actions": ["policy", "http://elsewhere/policy", ""], "ok_actions": ["old"]}
    checked = life.plugin.checked_properties(given)
    life.instance = dataclasses.replace(life.instance, properties=checked, siblings=siblings)
    life.made()
    [alarm] = life.there
    assert alarm["alarm_actions"] == ["http://cfn/v1/signal/p", "http://elsewhere/policy"]
    assert alarm["ok_actions"] == ["http://cfn/v1/o"]
    failed = life.run("UPDATE", {"alarm_actions": ["net"]})
    assert "The Referenced Attribute (net AlarmUrl) is incorrect." in failed.reason
    others = Others({name: (life.plugin, {}) for name in ("policy", "old", "net")})
    assert life.plugin.waits_for(given, others) == {"policy", "old"}
