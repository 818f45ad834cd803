"""OS::Nova::Server's decisions, which need no service: interfaces, disks, user data, and what is refused."""

from __future__ import annotations

import email
import json
from typing import Any

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.openstack.nova import user_data
from heatlite.resources.openstack.nova.interfaces import Interface, Wanted, match
from heatlite.resources.openstack.nova.server import Server
from heatlite.resources.openstack.nova.server_devices import devices_v2
from heatlite.resources.properties import validate
from heatlite.resources.testing import instance_of
from heatlite.resources.waiting_for import Others

UUID = "3b241101-e2bb-4255-8caf-4136c566a962"
SMALL = {"flavor": "m1.tiny", "image": "cirros"}
FIRST = Interface("p1", "n1", (("s1", "10.0.0.1"),), "m1")
SECOND = Interface("p2", "n1", (("s2", "10.0.0.2"),), "m2", is_own=True)
THIRD = Interface("p3", "n2", (("s3", "10.1.0.3"),), "m3")


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ([Wanted(0, port="p2"), Wanted(1, network="n1")], {0: "p2", 1: "p1"}),
        ([Wanted(0, network="n1"), Wanted(1, port="p1")], {0: "p2", 1: "p1"}),  # what says most is served first
        ([Wanted(0, network="n1"), Wanted(1, network="n1", address="10.0.0.1")], {0: "p2", 1: "p1"}),
        ([Wanted(0, network="n1", subnet="s2")], {0: "p2"}),
        ([Wanted(0, network="n1", extra={})], {0: "p2"}),  # only a port of its own has properties to be changed
        ([Wanted(0, network="n1", extra={"mac_address": "m9"})], {}),
        ([Wanted(0, network="n2", tag="nic")], {}),  # a tag can't be changed
        ([Wanted(0, port="p9"), Wanted(1, network="n2", address="10.1.0.9")], {}),
        ([Wanted(0, network="n2"), Wanted(1, network="n2")], {0: "p3"}),
    ],
)
def test_each_network_is_served_by_one_interface(wanted: list[Wanted], kept: dict[int, str]) -> None:
    found = match(wanted, [FIRST, SECOND, THIRD])
    assert {place: it.port for place, it in found.kept.items()} == kept
    assert [it.place for it in found.attach] == [it.place for it in wanted if it.place not in kept]
    assert sorted([*found.detach, *kept.values()]) == ["p1", "p2", "p3"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"image": None}, "Neither image nor bootable volume is specified for instance web"),
        ({"block_device_mapping_v2": [{}]}, "must be specified"),
        ({"block_device_mapping_v2": [{"volume_id": UUID, "swap_size": 1}]}, "at the same time"),
        ({"block_device_mapping_v2": [{"volume_id": UUID}]}, "Multiple bootable sources for instance web"),
        ({"block_device_mapping": [{"device_name": "vdb"}]}, "Either volume_id or snapshot_id"),
        (
            {"block_device_mapping": [{"device_name": "vda", "volume_id": UUID, "snapshot_id": UUID}]},
            "volume_id, snapshot_id",
        ),
        ({"networks": [{}]}, "One of the properties"),
        ({"networks": [{"floating_ip": UUID, "network": "a"}]}, "floating_ip"),
        ({"networks": [{"port": "p", "fixed_ip": "10.0.0.1"}]}, "networks/fixed_ip, networks/port"),
        ({"networks": [{"allocate_network": "none", "network": "a"}]}, "Can not specify"),
        ({"networks": [{"allocate_network": "auto"}, {"network": "a"}]}, "multiple network interfaces"),
        ({"networks": [{"port": "p"}], "security_groups": ["g"]}, "security_groups, networks/port"),
    ],
)
def test_what_contradicts_itself_is_refused(given: dict[str, Any], message: str) -> None:
    wanted = {name: it for name, it in {**SMALL, **given}.items() if it is not None}
    with pytest.raises(StackValidationFailed, match=message):
        Server(instance_of(Server, wanted)).validate()


def test_disks_are_as_nova_takes_them() -> None:
    given = [
        {"volume_id": UUID, "boot_index": 1, "device_name": ""},
        {"image_id": "cirros", "volume_size": 2, "boot_index": -1, "delete_on_termination": True},
        {"swap_size": 64},
        {"ephemeral_size": 1, "ephemeral_format": "ext4"},
    ]
    checked = Server.checked_properties({**SMALL, "block_device_mapping_v2": given})["block_device_mapping_v2"]
    made = devices_v2(checked, "i1", lambda kind, name: f"id of {name}")
    assert [(it["source_type"], it["destination_type"], it["boot_index"]) for it in made] == [
        ("image", "local", 0),
        ("volume", "volume", 1),
        ("image", "volume", -1),
        ("blank", "local", -1),
        ("blank", "local", -1),
    ]
    assert [it.get("uuid") for it in made] == ["i1", UUID, "id of cirros", None, None]
    assert [it["delete_on_termination"] for it in made] == [True, False, True, True, True]
    assert [it.get("guest_format") for it in made] == [None, None, None, "swap", "ext4"]


def parts(text: str) -> dict[str, tuple[str, str]]:
    """File's name → subtype and content, as cloud-init reads them."""
    found = email.message_from_string(text)
    assert found.is_multipart()
    walked = [it for it in found.walk() if not it.is_multipart()]
    return {str(it.get_filename()): (it.get_content_subtype(), it.get_payload(decode=True).decode()) for it in walked}  # type: ignore[union-attr]


def test_the_tools_of_heat_cfntools_find_their_files() -> None:
    text = user_data.for_tools("#!/bin/sh\necho ü\n", {"a": 1}, "http://cfn.example:8000/v1/", UUID)
    found = parts(text)
    assert text == user_data.for_tools("#!/bin/sh\necho ü\n", {"a": 1}, "http://cfn.example:8000/v1/", UUID)
    assert found["cfn-userdata"] == ("x-cfninitdata", "#!/bin/sh\necho ü\n")
    assert json.loads(found["cfn-init-data"][1]) == {"a": 1}
    assert found["cfn-metadata-server"] == ("x-cfninitdata", "http://cfn.example:8000/v1/")
    assert "cfn_region_endpoint = cfn.example" in found["cfn-boto-cfg"][1]
    assert [found[it][0] for it in ("cloud-config", "boothook.sh", "part-handler.py", "loguserdata.py")] == [
        "cloud-config",
        "cloud-boothook",
        "part-handler",
        "x-shellscript",
    ]
    for name in ("part-handler.py", "loguserdata.py"):
        compile(found[name][1], name, "exec")


def test_a_message_within_user_data_is_taken_apart_and_ignition_gets_a_file() -> None:
    inner = user_data.message([user_data.Part("echo é", "a.sh", "x-shellscript")], UUID)
    found = parts(user_data.for_software(inner, {"deployments": []}, UUID))
    assert found["a.sh"] == ("x-shellscript", "echo é")
    assert json.loads(found["cfn-init-data"][1]) == {"deployments": []}
    ignition = json.dumps({"ignition": {"version": "2.2.0"}})
    made = json.loads(user_data.for_software(ignition, {"a": 1}, UUID))
    assert [it["path"] for it in made["storage"]["files"]] == list(user_data.IGNITION_PLACES)
    with pytest.raises(ValueError, match="must be a list"):
        user_data.for_software(json.dumps({"ignition": {"version": "3"}, "storage": {"files": 1}}), {"a": 1}, UUID)


@pytest.mark.parametrize(
    ("before", "after", "is_replaced"),
    [
        ({}, {"flavor": "m1.small"}, False),
        ({}, {"flavor": "m1.small", "flavor_update_policy": "REPLACE"}, True),
        ({}, {"flavor": UUID, "flavor_update_policy": "REPLACE"}, False),  # it may be the same: looked up later
        ({}, {"image": "ubuntu", "image_update_policy": "REPLACE"}, True),
        ({}, {"image": "ubuntu"}, False),
        ({}, {"user_data": "b"}, True),
        ({}, {"user_data": "b", "user_data_update_policy": "IGNORE"}, False),
        ({}, {"key_name": "k"}, True),
        ({}, {"networks": [{"network": "a"}]}, False),
    ],
)
def test_update_policies_say_what_is_replaced(before: dict[str, Any], after: dict[str, Any], is_replaced: bool) -> None:
    old, new = (Server.checked_properties({**SMALL, **it}) for it in (before, after))
    changed = frozenset(name for name in new if new[name] != old[name])
    assert Server(instance_of(Server, {**SMALL, **after})).needs_replacement(old, new, changed) is is_replaced


def test_a_server_waits_for_the_subnets_of_its_networks_by_any_name() -> None:
    from heatlite.resources.openstack.neutron.subnet import Subnet

    others = Others({"subnet": (Subnet, {"network": "a"}), "far": (Subnet, {"network": "b"})})
    own = Server.todays_properties({"networks": [{"uuid": "a"}]})
    assert Server.waits_for(own, others) == frozenset({"subnet"})


def test_what_heat_stored_by_old_names_is_read() -> None:
    stored = {**SMALL, "networks": [{"uuid": "a"}], "block_device_mapping_v2": [{"image_id": "i"}]}
    completed = Server.completed_properties(stored)
    assert completed["networks"][0]["network"] == "a"
    assert completed["block_device_mapping_v2"][0]["image"] == "i"
    assert validate(Server.properties_schema, {"flavor": "f"}, "")["user_data_format"] == "HEAT_CFNTOOLS"
