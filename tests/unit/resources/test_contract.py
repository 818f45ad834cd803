"""The contract: every registered plugin, whoever wrote it, is held to it.

A plugin that needs properties has them in EXAMPLES; another package's tests can do the same with its own registry.
"""

import copy
import dataclasses
import inspect
import json
import random

import pytest

from heatlite.resources.base import BASE_ATTRIBUTES, Resource
from heatlite.resources.groups.attributes import RECORDED
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.openstack.fields import OldName
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.properties import check_schema
from heatlite.resources.registry import Registry
from heatlite.resources.schema import HIDDEN, Attribute, Property
from heatlite.resources.stack_resource import StackResource
from heatlite.resources.steps import VERBS, assess_update, poll, start
from heatlite.resources.testing import FakeClock, carried, drive, instance_of
from tests.memory_keystone import MemoryKeystone
from tests.unit.resources.cloud_examples import CLOUD_EXAMPLES
from tests.unit.resources.cloud_in_memory import cloud_of
from tests.unit.resources.stack_of_handles import SignalledHandles

EXAMPLES = {
    "AWS::AutoScaling::AutoScalingGroup": {
        "AvailabilityZones": ["nova"],
        "LaunchConfigurationName": "launch",
        "MinSize": 1,
        "MaxSize": 3,
    },
    "AWS::AutoScaling::LaunchConfiguration": {"ImageId": "i", "InstanceType": "f"},
    "OS::Heat::InstanceGroup": {"AvailabilityZones": ["nova"], "LaunchConfigurationName": "launch", "Size": 2},
    "AWS::AutoScaling::ScalingPolicy": {
        "AutoScalingGroupName": "group",
        "ScalingAdjustment": 1,
        "AdjustmentType": "ChangeInCapacity",
    },
    "AWS::CloudFormation::Stack": {"TemplateURL": "http://example.com/nested.template"},
    "OS::Heat::AccessPolicy": {"AllowedResources": ["web"]},
    "OS::Heat::Value": {"value": {"any": ["thing"]}},
    "OS::Heat::TestResource": {"wait_secs": 3, "action_wait_secs": {"suspend": 2, "resume": 2, "check": 2}},
    "OS::Heat::RandomString": {"length": "16", "character_classes": '[{"class": "hexdigits", "min": 4}]'},
    "OS::Heat::WaitCondition": {"handle": "heat", "timeout": 9},
    "AWS::ElasticLoadBalancing::LoadBalancer": {
        "AvailabilityZones": ["nova"],
        "Listeners": [{"InstancePort": 80, "LoadBalancerPort": 80, "Protocol": "HTTP"}],
        "HealthCheck": {
            "Target": "HTTP:80/",
            "HealthyThreshold": 3,
            "UnhealthyThreshold": 5,
            "Interval": 30,
            "Timeout": 5,
        },
    },
    "AWS::CloudFormation::WaitCondition": {"Handle": "cfn", "Timeout": 9},
    "OS::Heat::ResourceGroup": {"count": 2, "resource_def": {"type": "T"}},
    "OS::Heat::ResourceChain": {"resources": ["T", "U"]},
    "OS::Heat::AutoScalingGroup": {"min_size": 1, "max_size": 3, "resource": {"type": "T"}},
    "OS::Heat::ScalingPolicy": {
        "auto_scaling_group_id": "group",
        "scaling_adjustment": 1,
        "adjustment_type": "change_in_capacity",
    },
    "OS::Heat::Stack": {"template": "heat_template_version: 2021-04-16"},
    "OS::Heat::SoftwareConfig": {"config": "echo", "inputs": [{"name": "size", "type": "Number", "default": 3}]},
    "OS::Heat::StructuredConfig": {"config": {"port": {"get_input": "port"}}},
    "OS::Heat::CloudConfig": {"cloud_config": {"packages": ["bash"]}},
    "OS::Heat::MultipartMime": {"parts": [{"config": "echo", "filename": "run.sh"}]},
    "OS::Heat::SoftwareComponent": {"configs": [{"config": "echo", "tool": "script"}]},
    "OS::Heat::SoftwareDeployment": {"server": "web", "signal_transport": "NO_SIGNAL"},
    "OS::Heat::StructuredDeployment": {"server": "web", "signal_transport": "NO_SIGNAL"},
    **{
        f"OS::Heat::{name}": {"servers": {"web": "one", "db": "two"}}
        for kind in ("Software", "Structured")
        for name in (f"{kind}DeploymentGroup", f"{kind}Deployments")
    },
    "OS::Heat::Dummy": {"name_len": "16", "update_in_place_prop": "ntty"},
    "OS::Keystone::Service": {"type": "painting"},
    "OS::Keystone::Endpoint": {"service": "keystone", "interface": "public", "url": "http://paint"},
    "OS::Keystone::User": {"groups": ["staff"], "roles": [{"role": "member", "project": "shop"}]},
    "OS::Keystone::UserRoleAssignment": {"user": "ann", "roles": [{"role": "member", "project": "shop"}]},
    "OS::Keystone::GroupRoleAssignment": {"group": "staff", "roles": [{"role": "member", "domain": "Default"}]},
    **CLOUD_EXAMPLES,
}
FILES = {"http://example.com/nested.template": "heat_template_version: 2021-04-16"}
REFUSED = "NotSupported: resources.web: Update to properties"
"""What becomes of a change of an immutable property."""
NOT_TAKEN = {"context"}
"""Properties that are refused, known or not."""
REGISTRY = Registry.load()
GIVEN = {"UPDATE": ({},)}
"""What handle methods take."""
OF_SOME_TYPES = {"ADOPT", "REFER", "SNAPSHOT_DELETE"}
ACTIONS = sorted(VERBS.keys() - OF_SOME_TYPES)
NEEDS_A_CLOUD = {name for name in REGISTRY.names() if issubclass(REGISTRY.get(name), CloudResource)}
"""Types whose every action asks a service: tests/cloud holds them to the contract, on a real one."""
every_plugin = pytest.mark.parametrize("type_name", REGISTRY.names())
every_acting_plugin = pytest.mark.parametrize("type_name", sorted(set(REGISTRY.names()) - NEEDS_A_CLOUD))
every_action = pytest.mark.parametrize("action", ACTIONS)


def example(type_name, clock=None, **facts):
    """A plugin class and an instance of it that was never created."""
    plugin = REGISTRY.get(type_name)
    cloud = cloud_of(MemoryKeystone())
    cloud.users.make("cfn-user", "secret")
    facts = {"type_name": type_name, "siblings": SignalledHandles(), "files": FILES, "cloud": cloud, **facts}
    return plugin, instance_of(plugin, EXAMPLES.get(type_name), clock, **facts)


def existing(type_name, clock=None):
    """A plugin class and an instance of it that exists."""
    plugin, instance = example(type_name, clock)
    outcome = drive(plugin, "CREATE", clock=clock, instance=instance)
    assert isinstance(outcome, Done)
    return plugin, carried(instance, outcome)


def begin(plugin, instance, action):
    return start(plugin(instance), action, *GIVEN.get(action, ()))


def is_json(value):
    return json.loads(json.dumps(value, allow_nan=False)) == value


@every_plugin
def test_the_schema_is_well_formed(type_name):
    plugin = REGISTRY.get(type_name)
    check_schema(plugin.properties_schema)
    assert all(isinstance(attribute, Attribute) for attribute in plugin.attributes_schema.values())
    assert not BASE_ATTRIBUTES.keys() & plugin.attributes_schema.keys()


@every_plugin
def test_the_extra_checks_accept_a_valid_example_and_stand_unknown_values(type_name):
    plugin, instance = example(type_name)
    assert plugin(instance).validate() is None
    unknown = object()
    current = {name for name, wanted in plugin.properties_schema.items() if not is_old(wanted)}
    given = dict.fromkeys(current - NOT_TAKEN - set(getattr(plugin, "not_implemented", ())), unknown)
    blank = instance_of(plugin, given, unknown=unknown)
    assert plugin(blank).validate() is None


def is_old(wanted: Property) -> bool:
    """Whether a property is another one under an older name, or is ignored."""
    return wanted.status == HIDDEN or isinstance(wanted, OldName)


@every_acting_plugin
@every_action
def test_progress_data_and_attributes_are_json_after_each_step(type_name, action):
    clock = FakeClock()
    plugin, instance = example(type_name, clock) if action == "CREATE" else existing(type_name, clock)
    outcome = begin(plugin, instance, action)
    while isinstance(outcome, Waiting):
        assert is_json(outcome.progress)
        assert is_json(outcome.data)
        instance = carried(instance, outcome)
        clock.advance(max(outcome.poll_after, 0.001))
        outcome = poll(plugin(instance), action, outcome.progress)
    assert isinstance(outcome, Done)
    assert is_json(outcome.attributes)
    assert is_json(outcome.data)
    assert isinstance(outcome.reference, str)


@every_acting_plugin
@every_action
def test_another_process_can_go_on_and_comes_to_the_same_end(type_name, action):
    clock = FakeClock()
    plugin, instance = example(type_name, clock) if action == "CREATE" else existing(type_name, clock)
    outcome = begin(plugin, instance, action)
    while isinstance(outcome, Waiting):
        instance = carried(instance, outcome)
        clock.advance(max(outcome.poll_after, 0.001))
        progress, nested = outcome.progress, copy.deepcopy(instance.nested)
        facts = {"random": random.Random(99), "cloud": instance.cloud}
        here = poll(plugin(instance), action, json.loads(json.dumps(progress)))
        elsewhere = carried(example(type_name, clock, **{**facts, "nested": nested})[1], outcome)
        assert poll(plugin(elsewhere), action, json.loads(json.dumps(progress))) == here
        outcome = here
    assert isinstance(outcome, Done)


@every_acting_plugin
@every_action
def test_polling_ends_under_an_advancing_clock(type_name, action):
    plugin, instance = example(type_name) if action == "CREATE" else existing(type_name)
    ended = drive(plugin, action, instance=instance, most_steps=100)
    assert isinstance(ended, Done)


@every_plugin
def test_a_type_that_may_ask_for_a_replacement_during_an_update_says_when(type_name):
    plugin = REGISTRY.get(type_name)
    sources = [inspect.getsource(it) for it in plugin.__mro__ if issubclass(it, Resource) and it is not Resource]
    may_ask = any("raise UpdateReplace" in source for source in sources)
    if issubclass(plugin, StackResource):
        assert not plugin.replaced_if, "a plan looks at the nested stack itself"
    else:
        assert bool(plugin.replaced_if) is may_ask


@every_plugin
def test_deleting_what_was_never_created_is_done_at_once(type_name):
    plugin, instance = example(type_name)
    assert isinstance(start(plugin(instance), "DELETE"), Done)


MAKES_NOTHING = {"OS::Heat::Delay"}


@every_acting_plugin
def test_deleting_does_not_need_the_properties(type_name):
    plugin, instance = existing(type_name)
    row = dataclasses.replace(instance, properties={})
    assert isinstance(drive(plugin, "DELETE", instance=row), Done)


@every_acting_plugin
def test_deleting_twice_is_done_twice(type_name):
    plugin, instance = existing(type_name)
    again = carried(instance, drive(plugin, "DELETE", instance=instance))
    assert isinstance(drive(plugin, "DELETE", instance=again), Done)


@every_acting_plugin
def test_what_exists_has_a_physical_id_and_is_deleted_again(type_name):
    plugin, instance = existing(type_name)
    assert instance.resource_id or type_name in MAKES_NOTHING
    assert isinstance(drive(plugin, "DELETE", instance=instance), Done)


@every_acting_plugin
def test_stored_attributes_are_declared_and_not_volatile(type_name):
    plugin, instance = existing(type_name)
    stored = plugin(instance).resolve_attributes()
    assert stored.keys() - {RECORDED} <= plugin.attributes_schema.keys() - plugin.volatile_attributes()


@every_plugin
def test_a_plugin_can_judge_every_change_of_one_property(type_name):
    plugin, instance = example(type_name)
    for name in plugin.properties_schema:
        before = {**instance.properties, name: "another"}
        judged = assess_update(plugin(instance), before, instance.properties)
        assert not isinstance(judged, Failed) or (plugin.properties_schema[name].immutable and REFUSED in judged.reason)


@every_acting_plugin
def test_the_look_up_after_a_crash_gives_a_list_of_ids(type_name):
    plugin, instance = existing(type_name)
    found = plugin(instance).find()
    assert isinstance(found, list)
    assert all(isinstance(each, str) for each in found)
