"""A project: its objects as Neutron, Nova, Cinder and Glance list them."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from heatlite.resources.openstack.generation.things import Existing

Body = dict[str, Any]
PROJECT = "0123456789abcdef0123456789abcdef"
BEFORE, BORN, AFTER = "2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z", "2026-01-01T00:00:10Z"
"""When users' ports were made, servers, and their ports."""


class ProjectsCloud:
    """The services of a cloud whose lists show a project, and what they were asked for; nothing else may be asked."""

    def __init__(self, project: Project, without: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[str, dict[str, Any], str | None]] = []
        self._project, self._without, self.token_is_for = project, without, PROJECT

    def endpoint(self, service_type: str, region: str | None = None) -> str | None:
        return None if service_type in self._without else f"http://{service_type}.invalid"

    def api(self, service: str) -> ProjectsCloud:
        return self

    def project_id(self) -> str:
        return self.token_is_for

    def listed(self, path: str, key: str, params: dict[str, Any], microversion: str | None = None) -> Iterator[Body]:
        self.asked.append((path, params, microversion))
        there, image = self._project, {"id": self._project.image, "name": "cirros"}
        lists = {
            "networks": there.networks,
            "subnets": there.subnets,
            "routers": there.routers,
            "ports": there.ports,
            "security_groups": there.groups,
            "floatingips": there.floating_ips,
            "servers": there.servers,
            "volumes": there.volumes,
            "keypairs": [{"keypair": it} for it in there.keys],
            "flavors": [{"id": there.flavor, "name": "m1.tiny"}, {"id": "7", "name": "large"}],
            "images": [it for it in [image] if it["id"] in params.get("id", "")],
        }
        if "router:external" in params:
            return iter([{"id": there.outside, "name": "public"}])
        return iter(lists[key])


@dataclass
class Project:
    """A project to be filled. Each method adds an object and returns it; ``more`` are other fields of it."""

    networks: list[Body] = field(default_factory=list)
    subnets: list[Body] = field(default_factory=list)
    routers: list[Body] = field(default_factory=list)
    ports: list[Body] = field(default_factory=list)
    groups: list[Body] = field(default_factory=list)
    floating_ips: list[Body] = field(default_factory=list)
    servers: list[Body] = field(default_factory=list)
    volumes: list[Body] = field(default_factory=list)
    keys: list[Body] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.outside, self.image, self.flavor = self.new_id(), self.new_id(), "42"
        self.default = self.group("default", remotes=["self"])

    def existing(self) -> Existing:
        """What the lists show."""
        return Existing(
            *(tuple(it) for it in (self.networks, self.subnets, self.routers, self.ports, self.groups)),
            *(tuple(it) for it in (self.floating_ips, self.servers, self.volumes, self.keys)),
            outer_networks={self.outside: "public"},
            flavors={self.flavor: "m1.tiny"},
            images={self.image: "cirros"},
        )

    def new_id(self) -> str:
        """An id, as services make them."""
        return str(uuid.UUID(int=next(self._numbers)))

    def _neutrons(self, name: str, **more: Any) -> Body:
        own = {"id": self.new_id(), "name": name, "project_id": PROJECT, "tenant_id": PROJECT, "tags": []}
        return {**own, "description": "", "created_at": BEFORE, **more}

    def network(self, name: str = "net", **more: Any) -> Body:
        """A network."""
        own = {"status": "ACTIVE", "admin_state_up": True, "shared": False, "router:external": False}
        own |= {"port_security_enabled": True, "mtu": 1450, "availability_zone_hints": []}
        body = self._neutrons(name, **own | more)
        self.networks.append(body)
        return body

    def subnet(self, network: Body, name: str = "subnet", cidr: str = "10.0.0.0/24", **more: Any) -> Body:
        """A subnet, with the first address for the gateway and a pool of all others."""
        base = cidr.rsplit(".", 1)[0]
        pools = [{"start": f"{base}.2", "end": f"{base}.254"}]
        own = {"network_id": network["id"], "cidr": cidr, "ip_version": 4, "gateway_ip": f"{base}.1"}
        own |= {"enable_dhcp": True, "dns_nameservers": [], "host_routes": [], "allocation_pools": pools}
        own |= {"ipv6_ra_mode": None, "ipv6_address_mode": None, "subnetpool_id": None, "segment_id": None}
        body = self._neutrons(name, **own | more)
        self.subnets.append(body)
        return body

    def router(self, name: str = "router", **more: Any) -> Body:
        """A router to the outside."""
        fixed = [{"subnet_id": self.new_id(), "ip_address": "203.0.113.9"}]
        gateway = {"network_id": self.outside, "enable_snat": True, "external_fixed_ips": fixed}
        own = {"status": "ACTIVE", "admin_state_up": True, "external_gateway_info": gateway, "routes": []}
        body = self._neutrons(name, **{**own, "availability_zone_hints": [], **more})
        self.routers.append(body)
        return body

    def interface(self, router: Body, subnet: Body, address: str | None = None, **more: Any) -> Body:
        """The port of a router on a subnet."""
        network = next(it for it in self.networks if it["id"] == subnet["network_id"])
        owner = {"device_id": router["id"], "device_owner": "network:router_interface", "name": ""}
        own = {"fixed_ips": [{"subnet_id": subnet["id"], "ip_address": address or subnet["gateway_ip"]}]}
        return self.port(network, **{**own, "security_groups": [], "port_security_enabled": False, **owner, **more})

    def port(self, network: Body, subnet: Body | None = None, address: str = "10.0.0.5", **more: Any) -> Body:
        """A port that a user has made."""
        fixed = [{"subnet_id": subnet["id"], "ip_address": address}] if subnet else []
        own = {"network_id": network["id"], "fixed_ips": fixed, "status": "ACTIVE", "admin_state_up": True}
        own |= {"device_id": "", "device_owner": "", "security_groups": [self.default["id"]]}
        own |= {"allowed_address_pairs": [], "binding:vnic_type": "normal", "port_security_enabled": True}
        own |= {"mac_address": f"fa:16:3e:00:00:{next(self._numbers) % 256:02x}", "qos_policy_id": None, "name": "port"}
        given = own | more
        body = self._neutrons(given.pop("name"), **given)
        self.ports.append(body)
        return body

    def group(self, name: str = "group", remotes: Any = (), egress: bool = True, rules: Any = (), **more: Any) -> Body:
        """A group: rules from ``remotes``, which are groups or ``self``; ``rules`` are others."""
        body = self._neutrons(name, **{"stateful": True, "shared": False, **more})
        made = [{"direction": "egress", "ethertype": it} for it in ("IPv4", "IPv6")] if egress else []
        made += [self.remote(body if it == "self" else it) for it in remotes]
        body["security_group_rules"] = [self.rule(body, **it) for it in (*made, *rules)]
        self.groups.append(body)
        return body

    def remote(self, group: Body, protocol: str | None = "tcp") -> Body:
        """A rule for what comes from a group."""
        return {"direction": "ingress", "ethertype": "IPv4", "protocol": protocol, "remote_group_id": group["id"]}

    def rule(self, group: Body, **given: Any) -> Body:
        """A rule of a group, as Neutron shows it."""
        empty = dict.fromkeys(("protocol", "port_range_min", "port_range_max", "remote_group_id", "remote_ip_prefix"))
        own = {"direction": "ingress", "ethertype": "IPv4", "remote_address_group_id": None, "description": ""}
        return {"id": self.new_id(), "security_group_id": group["id"], "project_id": PROJECT, **empty, **own, **given}

    def floating_ip(self, port: Body | None = None, address: str = "203.0.113.20", **more: Any) -> Body:
        """A floating IP, of a port."""
        own = {"floating_network_id": self.outside, "floating_ip_address": address, "status": "ACTIVE"}
        own |= {"port_id": None, "fixed_ip_address": None, "dns_name": "", "dns_domain": "", "port_forwardings": []}
        if port:
            own |= {"port_id": port["id"], "fixed_ip_address": port["fixed_ips"][0]["ip_address"]}
        body = self._neutrons("", **{**own, **more})
        del body["name"]
        self.floating_ips.append(body)
        return body

    def key(self, name: str = "key", **more: Any) -> Body:
        """A key pair of the user."""
        body = {"name": name, "public_key": f"ssh-ed25519 AAAA {name}", "type": "ssh", "fingerprint": "aa:bb", **more}
        self.keys.append(body)
        return body

    def volume(self, name: str = "volume", **more: Any) -> Body:
        """A volume."""
        own = {"id": self.new_id(), "name": name, "description": None, "size": 1, "status": "available"}
        own |= {
            "availability_zone": "nova",
            "volume_type": "lvm",
            "metadata": {},
            "attachments": [],
            "bootable": "false",
        }
        body = {**own, "snapshot_id": None, "source_volid": None, **more}
        self.volumes.append(body)
        return body

    def server(self, name: str = "server", ports: Any = (), **more: Any) -> Body:
        """A server with ports, which are then its own."""
        server_id, addresses = self.new_id(), {}
        for each in ports:
            each |= {"device_id": server_id, "device_owner": "compute:nova"}
            shown = {"addr": "10.0.0.5", "OS-EXT-IPS-MAC:mac_addr": each["mac_address"]}
            addresses.setdefault(each["network_id"], []).append(shown)
        own = {"id": server_id, "name": name, "status": "ACTIVE", "created": BORN, "addresses": addresses}
        own |= {
            "image": {"id": self.image},
            "flavor": {"id": self.flavor},
            "metadata": {},
            "tags": [],
            "key_name": None,
        }
        own |= {"OS-EXT-AZ:availability_zone": "nova", "OS-DCF:diskConfig": "MANUAL", "config_drive": ""}
        body = {**own, "OS-EXT-STS:task_state": None, "os-extended-volumes:volumes_attached": [], **more}
        self.servers.append(body)
        return body

    def novas_port(self, network: Body, subnet: Body | None = None, **more: Any) -> Body:
        """A port that Nova has made for a server."""
        return self.port(network, subnet, **{"name": "", "created_at": AFTER, **more})

    def attach(self, server: Body, volume: Body, device: str = "/dev/vdb", deletes: bool = False) -> None:
        """Attach a volume to a server."""
        volume |= {"status": "in-use"}
        volume["attachments"].append({"server_id": server["id"], "volume_id": volume["id"], "device": device})
        shown = {"id": volume["id"], "delete_on_termination": deletes}
        server["os-extended-volumes:volumes_attached"].append(shown)
