"""A stack of servers with ports, a group and volumes, and somebody who changes what it has made."""

from __future__ import annotations

from typing import Any

from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import hot
from tests.waiting import PATIENCE, wait_until

SSH = {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "10.0.0.0/8"}


def shop(**volume: Any) -> dict[str, Any]:
    """Servers with ports, a group with rules, and volumes."""
    return hot(
        net=typed("Neutron::Net"),
        subnet=typed("Neutron::Subnet", network=ref("net"), cidr="10.8.3.0/24"),
        group=typed("Neutron::SecurityGroup", rules=[SSH, {"protocol": "icmp"}]),
        port=typed("Neutron::Port", network=ref("net"), name="door", security_groups=[ref("group")]),
        back=typed("Neutron::Port", network=ref("net"), name="back"),
        web=typed("Nova::Server", flavor="m1.tiny", image="cirros", networks=[{"port": ref("port")}]),
        db=typed("Nova::Server", flavor="m1.tiny", image="cirros", networks=[{"port": ref("back")}]),
        data=typed("Cinder::Volume", **{"size": 1, "name": "data", **volume}),
        logs=typed("Cinder::Volume", size=1),
    )


class Outside:
    """Somebody who changes what a stack has made."""

    def __init__(self, cloud: Reached, project: str, ids: dict[str, str]) -> None:
        services = cloud.services(project, project)
        self.network, self.compute = services.api("network"), services.api("compute")
        self.storage, self.ids = services.api("block_storage"), ids

    def delete_server(self, name: str) -> None:
        server = self.ids[name]
        self.compute.delete(f"/servers/{server}")
        wait_until(lambda: server not in str(self.compute.get("/servers")), PATIENCE, "the server to go")

    def rules(self) -> list[dict[str, Any]]:
        group = self.network.get(f"/security-groups/{self.ids['group']}")["security_group"]
        return [it for it in group["security_group_rules"] if it["direction"] == "ingress"]

    def remove_rule(self) -> None:
        [rule] = [it for it in self.rules() if it["port_range_min"] == 22]
        self.network.delete(f"/security-group-rules/{rule['id']}")

    def port(self) -> str:
        return str(self.network.get(f"/ports/{self.ids['port']}")["port"]["name"])

    def rename_port(self) -> None:
        self.network.put(f"/ports/{self.ids['port']}", {"port": {"name": "window"}})

    def volume(self) -> dict[str, Any]:
        found: dict[str, Any] = self.storage.get(f"/volumes/{self.ids['data']}")["volume"]
        return found

    def extend_volume(self, size: int) -> None:
        self.storage.post(f"/volumes/{self.ids['data']}/action", {"os-extend": {"new_size": size}})
        wait_until(lambda: self.volume()["status"] == "available", PATIENCE, "the volume to grow")
