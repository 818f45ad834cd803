"""The kinds of objects of services that don't run here, as their API references and definitions have them."""

from __future__ import annotations

import dataclasses
from typing import Any

import yaml

from tests.reference.standin import JSON_PATCH, PARENTS, Body, Kind, Refused, StandIn, shown

NAMED = "name description"


def vpn(
    path: str, key: str, listed: str, required: str = "", optional: str = "", changes: str = "", states: str = ""
) -> Kind:
    """A kind of neutron-vpnaas: ``neutron_lib.api.definitions.vpn``."""
    return Kind(
        "network",
        f"/v2.0/vpn/{path}",
        key,
        listed,
        required,
        f"{NAMED} tenant_id {optional}",
        f"{NAMED} {changes}",
        filters=f"id {NAMED}",
        states=states,
        adds={"tenant_id": "shop", "name": "", "description": ""},
        frozen="PENDING_CREATE PENDING_UPDATE",
    )


ALGORITHMS = "auth_algorithm encryption_algorithm lifetime pfs"
IKE_POLICY = vpn(
    "ikepolicies",
    "ikepolicy",
    "ikepolicies",
    "",
    f"{ALGORITHMS} phase1_negotiation_mode ike_version",
    f"{ALGORITHMS} phase1_negotiation_mode ike_version",
)
IPSEC_POLICY = vpn(
    "ipsecpolicies",
    "ipsecpolicy",
    "ipsecpolicies",
    "",
    f"{ALGORITHMS} transform_protocol encapsulation_mode",
    f"{ALGORITHMS} transform_protocol encapsulation_mode",
)
VPN_SERVICE = vpn(
    "vpnservices",
    "vpnservice",
    "vpnservices",
    "router_id",
    "subnet_id admin_state_up",
    "admin_state_up",
    "PENDING_CREATE",
)
SITE_CONNECTION = vpn(
    "ipsec-site-connections",
    "ipsec_site_connection",
    "ipsec_site_connections",
    "peer_address peer_id psk vpnservice_id ikepolicy_id ipsecpolicy_id",
    "local_id peer_cidrs local_ep_group_id peer_ep_group_id mtu initiator dpd admin_state_up",
    "local_id peer_address peer_id peer_cidrs local_ep_group_id peer_ep_group_id mtu initiator psk dpd admin_state_up",
    "PENDING_CREATE PENDING_CREATE ACTIVE",
)


def neutron(
    path: str,
    key: str,
    required: str,
    optional: str,
    changes: str,
    states: str = "",
    *,
    plural: str = "",
    filters: str = NAMED,
    at_once: bool = True,
    unique: str = "",
    deleting: str = "",
) -> Kind:
    """A kind of one of Neutron's other extensions."""
    return Kind(
        "network",
        f"/v2.0/{path}",
        key,
        plural or f"{key}s",
        required,
        f"tenant_id {optional}",
        changes,
        filters=f"id {filters}",
        states=states,
        at_once=at_once,
        adds={"tenant_id": "shop"},
        unique=unique,
        deleting=deleting,
    )


FIREWALL = neutron(  # version 1, of neutron-fwaas 13
    "fw/firewalls",
    "firewall",
    "firewall_policy_id",
    f"{NAMED} admin_state_up shared router_ids",
    f"{NAMED} admin_state_up shared router_ids firewall_policy_id",
    "PENDING_CREATE PENDING_CREATE ACTIVE",
    at_once=False,
    deleting="PENDING_DELETE",
)
FIREWALL_POLICY = neutron(
    "fw/firewall_policies",
    "firewall_policy",
    "",
    f"{NAMED} shared firewall_rules audited",
    f"{NAMED} shared firewall_rules audited",
    plural="firewall_policies",
)
RULE = "shared protocol ip_version source_ip_address destination_ip_address source_port destination_port action enabled"
FIREWALL_RULE = neutron("fw/firewall_rules", "firewall_rule", "", f"{NAMED} {RULE}", f"{NAMED} {RULE}")
FLOW_CLASSIFIER = neutron(
    "sfc/flow_classifiers",
    "flow_classifier",
    "",
    f"{NAMED} ethertype protocol source_port_range_min source_port_range_max destination_port_range_min "
    "destination_port_range_max source_ip_prefix destination_ip_prefix logical_source_port logical_destination_port "
    "l7_parameters",
    NAMED,
)
PORT_PAIR = neutron("sfc/port_pairs", "port_pair", "ingress egress", f"{NAMED} service_function_parameters", NAMED)
PORT_PAIR_GROUP = neutron(
    "sfc/port_pair_groups",
    "port_pair_group",
    "",
    f"{NAMED} port_pairs port_pair_group_parameters",
    f"{NAMED} port_pairs",
)
PORT_CHAIN = neutron(
    "sfc/port_chains",
    "port_chain",
    "port_pair_groups",
    f"{NAMED} chain_id flow_classifiers chain_parameters",
    f"{NAMED} port_pair_groups flow_classifiers",
)
TAP_SERVICE = neutron(
    "taas/tap_services",
    "tap_service",
    "port_id",
    NAMED,
    NAMED,
    "PENDING_CREATE ACTIVE",
    at_once=False,
    deleting="PENDING_DELETE",
)
TAP_FLOW = neutron(
    "taas/tap_flows",
    "tap_flow",
    "tap_service_id source_port direction",
    f"{NAMED} vlan_filter",
    NAMED,
    "PENDING_CREATE ACTIVE",
    at_once=False,
    deleting="PENDING_DELETE",
)


def connect_network(service: StandIn, there: Body, body: Body) -> Body:
    """Connect a network with a gateway of NSX."""
    assert {"network_id"} <= set(body) <= {"network_id", "segmentation_type", "segmentation_id"}
    if body in there["ports"]:
        raise Refused(409, "The specified mapping is already in use on the network gateway")
    there["ports"].append(body)
    return {"connection_info": body}


def disconnect_network(service: StandIn, there: Body, body: Body) -> Body:
    """Disconnect a network from a gateway of NSX."""
    if body not in there["ports"]:
        raise Refused(404, "The connection was not found on the network gateway")
    there["ports"].remove(body)
    return {}


NETWORK_GATEWAY = dataclasses.replace(  # vmware_nsx.extensions.networkgw
    neutron("network-gateways", "network_gateway", "devices", "name", "name", filters="name"),
    makes=lambda sent: {**sent, "ports": [], "default": False} if "devices" in sent else sent,
    actions={"PUT connect_network": connect_network, "PUT disconnect_network": disconnect_network},
)
L2_GATEWAY = neutron("l2-gateways", "l2_gateway", "devices", "name", "name devices", filters="name")
L2_GATEWAY_CONNECTION = neutron(
    "l2-gateway-connections",
    "l2_gateway_connection",
    "network_id",
    "l2_gateway_id segmentation_id",
    "",
    filters="l2_gateway_id network_id",
    unique="l2_gateway_id network_id segmentation_id",
)

# --- aodh 23: aodh.api.controllers.v2.alarms -------------------------------------------------------------------------

ACTIONS = "ok_actions alarm_actions insufficient_data_actions"
READ_ONLY = "alarm_id project_id user_id timestamp state state_timestamp state_reason evaluate_timestamp"


def alarm(kind: str) -> Kind:
    """Aodh's alarms of one kind: it takes the whole alarm again at a change."""
    rule = f"{kind}_rule"
    fields = f"description enabled {ACTIONS} repeat_actions severity time_constraints {READ_ONLY}"
    return Kind(
        "alarming",
        "/v2/alarms",
        "",
        "",
        f"name type {rule}",
        fields,
        f"name type {rule} {fields}",
        needs=f"name type {rule}",
        filters="q.field q.op q.value",
        id="alarm_id",
        adds={"state": "insufficient data", "user_id": "ann", "project_id": "shop"},
    )


# --- zaqar 23: zaqar.transport.wsgi.v2_0 -----------------------------------------------------------------------------


def share_queue(service: StandIn, there: Body, body: Body) -> Body:
    """Sign a URL of a queue: the answer of ``share``."""
    assert set(body) <= {"paths", "methods", "expires"}
    paths = [f"/v2/queues/jobs/{path}" for path in body.get("paths") or ["messages"]]
    expires = body.get("expires") or "2027-01-01T00:00:00"
    return {"paths": paths, "methods": body.get("methods") or ["GET"], "project": "shop", "expires": expires} | {
        "signature": "5b1a"
    }


def purge_queue(service: StandIn, there: Body, body: Body) -> None:
    """Delete what is in a queue."""
    assert body == {"resource_types": ["messages"]}
    messages = service.objects[MESSAGE.path]
    [name] = [name for name, it in service.objects[QUEUE.path].items() if it is there]
    for each in [it for it, message in messages.items() if message[PARENTS] == [name]]:
        del messages[each]


MESSAGE = Kind(
    "messaging",
    "/v2/queues/{}/messages",
    "",
    "messages",
    "body",
    "ttl delay",
    filters="echo include_claimed",
    adds={"echo": "true", "include_claimed": "true"},  # any message matches the two filters
    headers="Client-ID",
    reads=lambda sent: sent["messages"][0],
    answers=lambda made: {"resources": [f"/v2/queues/jobs/messages/{made['id']}"]},
    always_next=True,
)
QUEUE = Kind(
    "messaging",
    "/v2/queues",
    "",
    "queues",
    "",
    "for of on/off",
    "for of on/off",
    JSON_PATCH,
    creates="PUT",
    id="name",
    shows_id=False,
    adds={"_max_messages_post_size": 262144, "_default_message_ttl": 3600},
    invents=True,
    filters="name",
    always_next=True,
    headers="Client-ID",
    patches="application/openstack-messaging-v2.0-json-patch",
    patch_root="/metadata/",
    actions={"POST share": share_queue, "POST purge": purge_queue},
)


def trusting(sent: Body) -> Body:
    """What Zaqar makes of a subscription whose subscriber needs a trust."""
    needs = sent.get("subscriber", "").startswith("trust+")
    return {**sent, "options": {**sent["options"], "trust_id": "t1"}} if needs else sent


SUBSCRIPTION = Kind(
    "messaging",
    "/v2/queues/{}/subscriptions",
    "",
    "subscriptions",
    "subscriber",
    "ttl options",
    "subscriber ttl options",
    "PATCH",
    unique="subscriber",
    claimed="subscriber",  # with Swift as the store
    makes=trusting,
    headers="Client-ID",
    answers=lambda made: {"subscription_id": made["id"]},
    is_silent=True,
    always_next=True,
)

# --- magnum 22: magnum.api.controllers.v1 ----------------------------------------------------------------------------

CLUSTER_TEMPLATE = Kind(
    "container-infra",
    "/v1/clustertemplates",
    "",
    "clustertemplates",
    "coe image_id",
    "name keypair_id flavor_id master_flavor_id external_network_id fixed_network fixed_subnet dns_nameserver "
    "docker_volume_size docker_storage_driver network_driver volume_driver http_proxy https_proxy no_proxy labels "
    "tls_disabled public registry_enabled server_type master_lb_enabled floating_ip_enabled hidden tags",
    "public hidden name labels",
    JSON_PATCH,
    id="uuid",
)
CLUSTER = Kind(
    "container-infra",
    "/v1/clusters",
    "",
    "clusters",
    "cluster_template_id",
    "name keypair node_count master_count discovery_url create_timeout flavor_id master_flavor_id labels "
    "docker_volume_size fixed_network fixed_subnet floating_ip_enabled master_lb_enabled merge_labels",
    "node_count master_count discovery_url create_timeout",
    JSON_PATCH,
    states="CREATE_IN_PROGRESS CREATE_IN_PROGRESS CREATE_COMPLETE",
    changing="CREATE_COMPLETE UPDATE_IN_PROGRESS UPDATE_COMPLETE",
    at_once=False,
    id="uuid",
    adds={"api_address": "https://192.0.2.9:6443", "status_reason": "no quota"},
    answers=lambda made: {"uuid": made["uuid"]},
)

# --- ironic 38: ironic.api.controllers.v1.port -----------------------------------------------------------------------

METAL_PORT = "local_link_connection pxe_enabled physical_network extra is_smartnic"
BAREMETAL_PORT = Kind(
    "baremetal",
    "/v1/ports",
    "",
    "ports",
    "address node_uuid",
    f"portgroup_uuid {METAL_PORT} name description",
    f"address node_uuid portgroup_uuid {METAL_PORT} name description",
    JSON_PATCH,
    filters="address node portgroup",
    id="uuid",
    unique="address",
    headers="X-OpenStack-Ironic-API-Version",
)
BAREMETAL_NODE = Kind(
    "baremetal", "/v1/nodes", "", "nodes", "driver", "name", "", id="uuid", headers="X-OpenStack-Ironic-API-Version"
)

# --- manila 22: manila.api.v2, at microversion 2.13 ------------------------------------------------------------------

VERSION = "X-OpenStack-Manila-API-Version"


def act_on_share(service: StandIn, there: Body, body: Body) -> Any:
    """An action of a share: who may use it."""
    [(action, given)] = body.items()
    rules = there.setdefault("access", [])
    match action:
        case "access_list":
            told = {"access_list": [dict(it) for it in rules]}
            there["access"] = [it for it in rules if it["state"] != "denying"]  # some time after it was asked to
            return told
        case "allow_access":
            assert {"access_type", "access_to"} <= set(given) <= {"access_type", "access_to", "access_level"}
            who = (given["access_type"], given["access_to"])
            assert who not in [(it["access_type"], it["access_to"]) for it in rules], f"Share access {who} exists"
            there["rules"] = there.get("rules", 0) + 1
            rules.append({"access_level": "rw", **given, "id": f"rule{there['rules']}", "state": "active"})
            return {"access": rules[-1]}
    assert action == "deny_access"
    for denied in [it for it in rules if it["id"] == given["access_id"]]:
        assert denied["state"] == "active"
        denied["state"] = "denying"
        return None
    raise Refused(404, "Access rule could not be found")


def replace_metadata(service: StandIn, there: Body, body: Body) -> Body:
    """Replace the metadata of a share."""
    there["metadata"] = body["metadata"]
    return body


SHARE = Kind(
    "shared-file-system",
    "/v2/shares",
    "share",
    "shares",
    "share_proto size",
    "name description display_name display_description snapshot_id metadata share_network_id share_type is_public "
    "availability_zone consistency_group_id",
    "display_name display_description is_public",
    filters="metadata name status",
    states="creating creating available",
    at_once=False,
    deleting="deleting",
    adds={"host": "host@ssd", "project_id": "shop"},
    headers=VERSION,
    actions={
        "POST action": act_on_share,
        "PUT metadata": replace_metadata,
        "GET export_locations": lambda service, there, body: {"export_locations": [{"path": "192.0.2.9:/share"}]},
    },
)


def set_specs(service: StandIn, there: Body, body: Body) -> Body:
    """Set extra specs of a type."""
    there["extra_specs"] = {**there["extra_specs"], **body["extra_specs"]}
    return body


SHARE_TYPE = Kind(
    "shared-file-system",
    "/v2/types",
    "share_type",
    "share_types",
    "name extra_specs",
    "share_type_access:is_public",
    "",
    filters="is_public",
    unique="name",
    headers=VERSION,
    actions={
        "GET extra_specs": lambda service, there, body: {"extra_specs": there["extra_specs"]},
        "POST extra_specs": set_specs,
        "DELETE extra_specs/": lambda service, there, name: there["extra_specs"].pop(name) and None,
    },
)
SECURITY_SERVICE = Kind(
    "shared-file-system",
    "/v2/security-services",
    "security_service",
    "security_services",
    "type",
    "name description dns_ip user password domain server",
    "name description dns_ip user password domain server",
    filters="name share_network_id",
    headers=VERSION,
)


def act_on_network(service: StandIn, there: Body, body: Body) -> Any:
    """An action of a share network: add or remove a security service."""
    [(action, given)] = body.items()
    found = service.objects[SECURITY_SERVICE.path][given["security_service_id"]]
    assert action in ("add_security_service", "remove_security_service")
    found["share_network_id"] = there["id"] if action.startswith("add") else None
    return {"share_network": {"id": there["id"]}}


SHARE_NETWORK = Kind(
    "shared-file-system",
    "/v2/share-networks",
    "share_network",
    "share_networks",
    "",
    "name description neutron_net_id neutron_subnet_id",
    "name description neutron_net_id neutron_subnet_id",
    filters="name",
    adds={"cidr": "10.0.0.0/24", "segmentation_id": None, "ip_version": 4, "network_type": "vxlan"},
    headers=VERSION,
    actions={"POST action": act_on_network},
)
SUBNET = neutron("subnets", "subnet", "network_id cidr ip_version", "", "", filters="name")

# --- mistral 22: mistral.api.controllers.v2 --------------------------------------------------------------------------


def read_definition(body: Any) -> Body:
    """The workflow of a definition, which is a text in YAML."""
    [(name, flow)] = [(name, it) for name, it in yaml.safe_load(body).items() if name != "version"]
    assert set(flow) <= {"type", "description", "tags", "output", "input", "tasks", "task-defaults"}
    return {"name": name, "definition": flow}


WORKFLOW = Kind(
    "workflow",
    "/v2/workflows",
    "",
    "workflows",
    "name definition",
    "",
    "name definition",
    id="name",
    unique="name",
    reads=read_definition,
    changes_collection=True,
    answers=lambda made: {"workflows": [shown(made)]},
    filters="name",
)
CRON_TRIGGER = Kind(
    "workflow",
    "/v2/cron_triggers",
    "",
    "cron_triggers",
    "name",
    "workflow_name workflow_id workflow_input workflow_params pattern first_execution_time remaining_executions",
    "",
    id="name",
    unique="name",
    adds={"next_execution_time": "2027-01-01 00:00:00"},
)
EXECUTION = Kind(
    "workflow",
    "/v2/executions",
    "",
    "executions",
    "",
    "id workflow_id workflow_name input params description",
    "",
    states="RUNNING RUNNING SUCCESS",
    status="state",
    takes_id=True,
    adds={"output": '{"resource_id": "outside", "size": 3}', "state_info": "no more disks"},
)

# --- blazar 17: blazar.api.v1 ----------------------------------------------------------------------------------------

RESERVATIONS = {
    "physical:host": "min max hypervisor_properties resource_properties",
    "virtual:instance": "vcpus memory_mb disk_gb amount affinity resource_properties",
}
"""What Blazar's plugins ask of each reservation."""


def of_reservations(sent: Body) -> Body:
    """The fields of a lease, from those of a request."""
    for it in sent.get("reservations") or ():
        assert set(RESERVATIONS[it["resource_type"]].split()) <= set(it), f"a missing parameter of {it}"
    return sent


LEASE = Kind(
    "reservation",
    "/v1/leases",
    "",
    "leases",
    "name start_date end_date reservations",
    "events before_end_date",
    "name end_date reservations events before_end_date",
    around="lease",
    makes=of_reservations,
    states="CREATING PENDING",
    adds={"degraded": False},
)
RESERVABLE_HOST = Kind(
    "reservation",
    "/v1/os-hosts",
    "",
    "hosts",
    "name",
    "ssd",
    "",
    around="host",
    makes=lambda sent: {**sent, "hypervisor_hostname": sent["name"]},
    unique="name",
    adds={"vcpus": 8},
)

# --- trove 25: trove.common.apischema, api-ref -----------------------------------------------------------------------


def serve_instance(service: StandIn, there: Body, method: str, action: str, body: Any) -> Any:
    """What follows the path of an instance: an action, databases and users."""
    databases, users = there.setdefault("databases", []), there.setdefault("users", [])
    match method, action.split("/"):
        case "POST", ["action"]:
            [(name, given)] = body["resize"].items()
            assert name in ("flavorRef", "volume")
            there["flavor" if name == "flavorRef" else "volume"] = {"id": given} if name == "flavorRef" else given
            service.make_busy(there, "status", "RESIZE ACTIVE")
            return None
        case "GET", ["databases" | "users" as kind]:
            return {kind: there[kind]}
        case "POST", ["databases" | "users" as kind]:
            there[kind] += body[kind]
            return None
        case "DELETE", ["databases", name]:
            there["databases"] = [it for it in databases if it["name"] != name]
            return None
    [user] = [it for it in users if (it["name"], it["host"]) == of_user(action.split("/")[1])]
    match method, action.split("/"):
        case "DELETE", ["users", _]:
            users.remove(user)
        case "PUT", ["users", _]:
            assert set(body["user"]) <= {"name", "password", "host"}
            renamed = (body["user"].get("name", user["name"]), body["user"].get("host", user["host"]))
            assert not {"name", "host"} & set(body["user"]) or renamed not in [(it["name"], it["host"]) for it in users]
            user |= body["user"]
        case "GET", ["users", _, "databases"]:
            return {"databases": user["databases"]}
        case "PUT", ["users", _, "databases"]:
            user["databases"] += body["databases"]
        case "DELETE", ["users", _, "databases", name]:
            user["databases"] = [it for it in user["databases"] if it["name"] != name]
        case _:
            raise AssertionError(f"{method} {action} isn't in the reference; there are {databases}")
    return None


def of_user(identity: str) -> tuple[str, str]:
    """The name of a user, and where it may come from."""
    name, at, host = identity.rpartition("@")
    return (name, host or "%") if at else (identity, "%")


def of_flavor(sent: Body) -> Body:
    """The fields of an instance, from those of a request."""
    assert all(set(nic) <= {"net-id", "network_id", "subnet_id", "ip_address"} for nic in sent.get("nics") or ())
    return {**sent, "flavor": {"id": sent["flavorRef"]}} if "flavorRef" in sent else sent


DATABASE_INSTANCE = Kind(
    "database",
    "/v1.0/shop/instances",
    "instance",
    "instances",
    "name",
    "flavorRef volume databases users restorePoint replica_of replica_count availability_zone datastore nics modules "
    "configuration_id region_name locality access",
    "name configuration datastore_version replica_of",
    "PATCH",
    states="BUILD BUILD ACTIVE",
    at_once=False,
    makes=of_flavor,
    serves=serve_instance,
    adds={"hostname": "db.invalid", "links": [{"rel": "self", "href": "http://database.invalid/i"}]},
)


def grow(service: StandIn, there: Body) -> None:
    """Have the servers of a cluster come up, one look after another."""
    looks = there["looks"] = there.get("looks", 0) + 1
    for at, it in enumerate(there["instances"]):
        it["status"] = (service.ends_in or "ACTIVE") if looks > at + 1 else "BUILD"


def of_servers(sent: Body) -> Body:
    """The fields of a cluster, from those of a request. Its networks aren't known by the older name."""
    servers = sent["instances"]
    assert all("network_id" in nic for it in servers for nic in it.get("nics") or ())
    assert all(set(nic) <= {"network_id", "subnet_id", "ip_address"} for it in servers for nic in it.get("nics") or ())
    return {**sent, "instances": [{**it, "id": f"i{at}"} for at, it in enumerate(servers)]}


DATABASE_CLUSTER = Kind(
    "database",
    "/v1.0/shop/clusters",
    "cluster",
    "clusters",
    "name datastore instances",
    "locality extended_properties configuration",
    "",
    at_once=False,
    makes=of_servers,
    adds={"task": {"name": "NONE"}, "ip": ["10.0.0.9"]},
    ages=grow,
)
DATABASE_FLAVOR = Kind("database", "/v1.0/shop/flavors", "flavor", "flavors", "name", "", "", id="str_id")

# --- zun 15: zun.api.controllers.v1, at version 1.36 -----------------------------------------------------------------


def serve_container(service: StandIn, there: Body, method: str, action: str, body: Any) -> Any:
    """What follows the path of a container: its networks. Zun changes them some time after it was asked to."""
    interfaces = there.setdefault("interfaces", [])
    looks, asked, query = there.pop("asked", (0, "", {}))
    if method == "GET" and action == "network_list":
        if looks:
            there["asked"] = (looks - 1, asked, query)
        elif asked == "network_attach":
            interfaces.append(plugged(query.get("network"), query.get("port"), query.get("fixed_ip")))
        elif asked == "network_detach":
            interfaces = there["interfaces"] = [it for it in interfaces if it["port_id"] != query["port"]]
        return {"networks": list(interfaces)}
    assert not asked, f"{action} while {asked} is under way"
    assert (method, action) in (("POST", "network_attach"), ("POST", "network_detach"))
    assert set(body) <= ({"network", "port", "fixed_ip"} if action == "network_attach" else {"port"})
    there["asked"] = (2, action, body)
    return None


def plugged(network: str | None, port: str | None, address: str | None) -> Body:
    """An interface of a container."""
    fixed = [{"ip_address": address or "10.0.0.77", "version": 4}]
    return {"net_id": network or "of the port", "port_id": port or f"p-{network}", "fixed_ips": fixed}


def run_container(sent: Body) -> Body:
    """A container, with its interfaces."""
    nets = [plugged(it.get("network"), it.get("port"), it.get("v4-fixed-ip")) for it in sent.get("nets") or ()]
    return {**sent, "interfaces": nets} if "image" in sent else sent


CONTAINER = Kind(
    "container",
    "/v1/containers",
    "",
    "containers",
    "image",
    "name command cpu cpu_policy memory workdir auto_remove image_pull_policy labels environment restart_policy "
    "interactive tty image_driver security_groups hints mounts nets runtime hostname disk availability_zone auto_heal "
    "privileged healthcheck exposed_ports registry",
    "cpu memory name auto_heal",
    "PATCH",
    id="uuid",
    states="Creating Creating Running",
    at_once=False,
    makes=run_container,
    serves=serve_container,
    adds={"addresses": {"n1": [{"addr": "10.0.0.77"}]}, "status_reason": "no such image"},
    headers="OpenStack-API-Version",
)
