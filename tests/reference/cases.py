"""Each type whose service doesn't run here: what a template gives, and what the service is to hear of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference import kinds
from tests.reference.standin import Kind, StandIn

ID = "3f0c2a1e-5b7d-4c8e-9a6f-0123456789ab"
OTHER = "9d0c2a1e-5b7d-4c8e-9a6f-0123456789ab"


REMOVED = object()
"""The new value of a property that the template has no more."""


@dataclass(frozen=True)
class Case:
    """A type.

    ``given``: properties. ``sent``: fields that the object then has. ``changed``: properties of an update in place, and
    ``becomes`` the fields after it. ``breaks``: the status of one that is broken. ``is_found``: the API has a place for
    a mark. ``tells``: attributes. ``others``: other kinds that it needs; ``before`` prepares the service.
    """

    type_name: str
    kind: Kind
    given: Mapping[str, Any]
    sent: Mapping[str, Any]
    changed: Mapping[str, Any] = field(default_factory=dict)
    becomes: Mapping[str, Any] = field(default_factory=dict)
    breaks: str = ""
    waits: bool = False
    is_found: bool = True
    tells: Mapping[str, Any] = field(default_factory=dict)
    extensions: str = ""
    others: tuple[Kind, ...] = ()
    before: Callable[[StandIn], None] = lambda _: None
    shows: bool = True

    @property
    def new(self) -> dict[str, Any]:
        """The properties of the update."""
        return {name: it for name, it in {**self.given, **self.changed}.items() if it is not REMOVED}

    def __str__(self) -> str:
        return self.type_name


def there(kind: Kind, **fields: Any) -> Callable[[StandIn], None]:
    """Something that puts an object there first."""

    def put(service: StandIn) -> None:
        service.put(kind, fields)

    return put


def named(**more: Any) -> dict[str, Any]:
    """A change of a name and a description, with others."""
    return {"name": "renamed", "description": "another", **more}


VPN = [
    Case(
        "OS::Neutron::IKEPolicy",
        kinds.IKE_POLICY,
        {"name": "ike", "description": "d", "lifetime": {"value": 600}, "pfs": "group14"},
        {
            "name": "ike",
            "description": "d",
            "lifetime": {"units": "seconds", "value": 600},
            "pfs": "group14",
            "auth_algorithm": "sha1",
            "encryption_algorithm": "aes-128",
            "ike_version": "v1",
            "phase1_negotiation_mode": "main",
        },
        named(ike_version="v2", encryption_algorithm="aes-256-gcm-16"),
        named(ike_version="v2", encryption_algorithm="aes-256-gcm-16"),
        tells={"pfs": "group14", "tenant_id": "shop", "lifetime": {"units": "seconds", "value": 600}},
        extensions="vpnaas",
    ),
    Case(
        "OS::Neutron::IPsecPolicy",
        kinds.IPSEC_POLICY,
        {"transform_protocol": "ah-esp"},
        {"transform_protocol": "ah-esp", "encapsulation_mode": "tunnel", "pfs": "group5"},
        named(),
        named(),
        tells={"transform_protocol": "ah-esp"},
        extensions="vpnaas",
    ),
    Case(
        "OS::Neutron::VPNService",
        kinds.VPN_SERVICE,
        {"name": "vpn", "description": "d", "subnet_id": ID, "router": OTHER},
        {"name": "vpn", "description": "d", "subnet_id": ID, "router_id": OTHER, "admin_state_up": True},
        named(admin_state_up=False),
        named(admin_state_up=False),
        breaks="ERROR",
        is_found=False,  # both places for a mark have the template's texts, and can't be changed before there is a peer
        tells={"status": "PENDING_CREATE", "subnet_id": ID},
        extensions="vpnaas",
    ),
    Case(
        "OS::Neutron::IPsecSiteConnection",
        kinds.SITE_CONNECTION,
        {
            "peer_address": "192.0.2.9",
            "peer_id": "192.0.2.9",
            "peer_cidrs": ["10.9.0.0/16"],
            "dpd": {"actions": "restart"},
            "psk": "secret",
            "ikepolicy_id": ID,
            "ipsecpolicy_id": ID,
            "vpnservice_id": ID,
        },
        {
            "peer_address": "192.0.2.9",
            "peer_cidrs": ["10.9.0.0/16"],
            "dpd": {"action": "restart", "interval": 30, "timeout": 120},
            "mtu": 1500,
            "initiator": "bi-directional",
            "vpnservice_id": ID,
        },
        named(admin_state_up=False),
        named(admin_state_up=False),
        breaks="ERROR",
        waits=True,
        tells={"status": "ACTIVE", "peer_cidrs": ["10.9.0.0/16"]},
        extensions="vpnaas",
    ),
]
FIREWALLS = [
    Case(
        "OS::Neutron::Firewall",
        kinds.FIREWALL,
        {"firewall_policy_id": ID, "value_specs": {"router_ids": [ID]}},
        {"firewall_policy_id": ID, "admin_state_up": True, "router_ids": [ID]},
        named(firewall_policy_id=OTHER),
        named(firewall_policy_id=OTHER),
        breaks="ERROR",
        waits=True,
        tells={"shared": "This attribute is currently unsupported in neutron firewall resource."},
        extensions="fwaas",
    ),
    Case(
        "OS::Neutron::FirewallPolicy",
        kinds.FIREWALL_POLICY,
        {"firewall_rules": [ID]},
        {"firewall_rules": [ID], "shared": False, "audited": False},
        named(firewall_rules=[OTHER, ID], audited=True),
        named(firewall_rules=[OTHER, ID], audited=True),
        tells={"audited": False},
        extensions="fwaas",
    ),
    Case(
        "OS::Neutron::FirewallRule",
        kinds.FIREWALL_RULE,
        {"protocol": "any", "destination_port": "80:90", "source_ip_address": "10.0.0.0/8"},
        {"protocol": None, "destination_port": "80:90", "action": "deny", "ip_version": "4", "enabled": True},
        named(protocol="tcp", action="allow"),
        named(protocol="tcp", action="allow"),
        tells={"action": "deny"},
        extensions="fwaas",
    ),
]
CHAINS = [
    Case(
        "OS::Neutron::FlowClassifier",
        kinds.FLOW_CLASSIFIER,
        {"protocol": "tcp", "logical_source_port": ID, "destination_port_range_min": 80},
        {"protocol": "tcp", "logical_source_port": ID, "destination_port_range_min": 80, "ethertype": "IPv4"},
        named(),
        named(),
        extensions="sfc",
    ),
    Case(
        "OS::Neutron::PortPair",
        kinds.PORT_PAIR,
        {"name": "pair", "ingress": ID, "egress": OTHER},
        {"name": "pair", "ingress": ID, "egress": OTHER, "service_function_parameters": {"correlation": None}},
        named(),
        named(),
        extensions="sfc",
    ),
    Case(
        "OS::Neutron::PortPairGroup",
        kinds.PORT_PAIR_GROUP,
        {"port_pairs": ["pair"]},
        {"port_pairs": [ID]},
        named(port_pairs=["pair", OTHER]),
        named(port_pairs=[ID, OTHER]),
        extensions="sfc",
        others=(kinds.PORT_PAIR,),
        before=there(kinds.PORT_PAIR, id=ID, name="pair"),
    ),
    Case(
        "OS::Neutron::PortChain",
        kinds.PORT_CHAIN,
        {"port_pair_groups": [ID]},
        {"port_pair_groups": [ID], "flow_classifiers": [], "chain_parameters": {"correlation": "mpls"}},
        named(flow_classifiers=[OTHER]),
        named(flow_classifiers=[OTHER]),
        extensions="sfc",
    ),
]
TAPS = [
    Case(
        "OS::Neutron::TaaS::TapService",
        kinds.TAP_SERVICE,
        {"port": ID, "name": "tap", "description": "d"},
        {"port_id": ID, "name": "tap", "description": "d"},
        named(),
        named(),
        breaks="ERROR",
        waits=True,
        extensions="taas",
    ),
    Case(
        "OS::Neutron::TaaS::TapFlow",
        kinds.TAP_FLOW,
        {"port": ID, "tap_service": "tap", "vlan_filter": "9,18-27"},
        {"source_port": ID, "tap_service_id": OTHER, "vlan_filter": "9,18-27", "direction": "BOTH"},
        named(),
        named(),
        breaks="ERROR",
        waits=True,
        extensions="taas",
        others=(kinds.TAP_SERVICE,),
        before=there(kinds.TAP_SERVICE, id=OTHER, name="tap"),
    ),
]
DEVICES = [{"device_name": "switch", "interfaces": [{"name": "eth0", "segmentation_id": [100]}]}]
NSX = [{"id": ID, "interface_name": "eth1"}]
GATEWAYS = [
    Case(
        "OS::Neutron::NetworkGateway",
        kinds.NETWORK_GATEWAY,
        {"name": "gateway", "devices": NSX, "connections": [{"network_id": ID}, {"network": OTHER}]},
        {
            "name": "gateway",
            "devices": NSX,
            "ports": [{"network_id": it, "segmentation_type": "flat"} for it in (ID, OTHER)],
        },
        {
            "name": "renamed",
            "connections": [
                {"network": OTHER},
                {"network": ID, "segmentation_type": "vlan", "segmentation_id": 100},
            ],
        },
        {
            "name": "renamed",
            "ports": [
                {"network_id": OTHER, "segmentation_type": "flat"},
                {"network_id": ID, "segmentation_type": "vlan", "segmentation_id": 100},
            ],
        },
        tells={"default": False},
        extensions="network-gateway",
        shows=False,
    ),
    Case(
        "OS::Neutron::L2Gateway",
        kinds.L2_GATEWAY,
        {"name": "gateway", "devices": DEVICES},
        {"name": "gateway", "devices": DEVICES},
        {"name": "renamed", "devices": [{"device_name": "another", "interfaces": [{"name": "eth1"}]}]},
        {"name": "renamed", "devices": [{"device_name": "another", "interfaces": [{"name": "eth1"}]}]},
        extensions="l2-gateway",
    ),
    Case(
        "OS::Neutron::L2GatewayConnection",
        kinds.L2_GATEWAY_CONNECTION,
        {"network_id": ID, "l2_gateway_id": OTHER, "segmentation_id": "100"},
        {"network_id": ID, "l2_gateway_id": OTHER, "segmentation_id": "100"},
        extensions="l2-gateway-connection",
    ),
]


def rule_alarm(
    name: str,
    kind: str,
    given: Mapping[str, Any],
    rule: Mapping[str, Any],
    changed: Mapping[str, Any],
    becomes: Mapping[str, Any],
) -> Case:
    """An alarm: what stands in its rule, and what after a change."""
    field = f"{kind}_rule"
    common = {"alarm_actions": ["http://a"], "alarm_queues": ["jobs"], "description": "d"}
    urls = ["http://a", "trust+zaqar://?queue_name=jobs"]
    return Case(
        f"OS::Aodh::{name}",
        kinds.alarm(kind),
        {**given, **common},
        {field: rule, "type": kind, "alarm_actions": urls, "ok_actions": [], "enabled": True, "severity": "low"},
        {**changed, "alarm_queues": [], "description": REMOVED, "severity": "critical"},
        {
            field: becomes,
            "alarm_actions": ["http://a"],
            "severity": "critical",
            "description": "",
            "state": "insufficient data",
        },
        shows=False,
    )


MEASURED = {"metric": "cpu", "resource_type": "instance", "threshold": 50}
ALARMS = [
    rule_alarm(
        "GnocchiAggregationByResourcesAlarm",
        "gnocchi_aggregation_by_resources_threshold",
        {**MEASURED, "query": "{}", "aggregation_method": "rate:mean", "granularity": 300, "comparison_operator": "gt"},
        {**MEASURED, "query": "{}", "aggregation_method": "rate:mean", "granularity": 300, "comparison_operator": "gt"},
        {"threshold": 60, "granularity": REMOVED},
        {**MEASURED, "query": "{}", "aggregation_method": "rate:mean", "comparison_operator": "gt", "threshold": 60},
    ),
    rule_alarm(
        "GnocchiAggregationByMetricsAlarm",
        "gnocchi_aggregation_by_metrics_threshold",
        {"metrics": [ID, OTHER], "threshold": 1},
        {"metrics": [ID, OTHER], "threshold": 1},
        {"metrics": [ID]},
        {"metrics": [ID], "threshold": 1},
    ),
    rule_alarm(
        "GnocchiResourcesAlarm",
        "gnocchi_resources_threshold",
        {**MEASURED, "resource_id": ID},
        {**MEASURED, "resource_id": ID},
        {"resource_id": OTHER},
        {**MEASURED, "resource_id": OTHER},
    ),
    rule_alarm(
        "EventAlarm",
        "event",
        {"query": [{"field": "traits.instance_id", "op": "eq", "value": ID}]},
        {"event_type": "*", "query": [{"field": "traits.instance_id", "type": "string", "op": "eq", "value": ID}]},
        {"event_type": "compute.*", "query": REMOVED},
        {"event_type": "compute.*"},
    ),
    rule_alarm(
        "LBMemberHealthAlarm",
        "loadbalancer_member_health",
        {"pool": ID, "stack": "web", "autoscaling_group_id": OTHER},
        {"pool_id": ID, "stack_id": "web", "autoscaling_group_id": OTHER},
        {"pool": OTHER},
        {"pool_id": OTHER, "stack_id": "web", "autoscaling_group_id": OTHER},
    ),
    rule_alarm(
        "PrometheusAlarm",
        "prometheus",
        {"query": "up", "threshold": 1, "comparison_operator": "lt"},
        {"query": "up", "threshold": 1, "comparison_operator": "lt"},
        {"query": "down"},
        {"query": "down", "threshold": 1, "comparison_operator": "lt"},
    ),
    rule_alarm(
        "CompositeAlarm",
        "composite",
        {"composite_rule": {"operator": "or", "rules": [{"threshold": 1}, {"threshold": 2}]}},
        {"or": [{"threshold": 1}, {"threshold": 2}]},
        {"composite_rule": {"operator": "and", "rules": [{"threshold": 3}, {"threshold": 4}]}},
        {"and": [{"threshold": 3}, {"threshold": 4}]},
    ),
    rule_alarm(
        "Alarm",
        "threshold",
        {"meter_name": "cpu_util", "threshold": 5, "matching_metadata": {"metadata.user_metadata.stack": 7}},
        {
            "meter_name": "cpu_util",
            "threshold": 5,
            "query": [{"field": "metadata.user_metadata.stack", "op": "eq", "value": "7"}],
        },
        {"matching_metadata": REMOVED, "query": [{"field": "f", "op": "lt", "value": "1"}]},
        {
            "meter_name": "cpu_util",
            "threshold": 5,
            "query": [{"field": "f", "op": "lt", "value": "1", "type": "string"}],
        },
    ),
]
MESSAGES = [
    Case(
        "OS::Zaqar::Queue",
        kinds.QUEUE,
        {"name": "jobs", "metadata": {"for": "mail"}},
        {"for": "mail"},
        {"metadata": {"of": "shop", "on/off": 1}},
        {"for": None, "of": "shop", "on/off": 1, "_default_message_ttl": 3600},
        is_found=False,  # its name is all that there is of it, and is recorded before the first request
        tells={"queue_id": "jobs", "href": "http://messaging.invalid/v2/queues/jobs"},
        shows=False,
    ),
    Case(
        "OS::Zaqar::Subscription",
        kinds.SUBSCRIPTION,
        {"queue_name": "jobs", "subscriber": "http://web/hook", "options": {"a": 1}},
        {"subscriber": "http://web/hook", "options": {"a": 1}, "ttl": 220367260800},
        {"subscriber": "mailto:ann@example.org", "ttl": 60},
        {"subscriber": "mailto:ann@example.org", "ttl": 60, "options": {"a": 1}},
    ),
    Case(
        "OS::Zaqar::MistralTrigger",
        kinds.SUBSCRIPTION,
        {"queue_name": "jobs", "workflow_id": ID, "params": {"env": {"a": 1}}, "input": {"x": 2}},
        {
            "subscriber": "trust+http://workflow.invalid/v2/executions",
            "options": {
                "post_data": f'{{"workflow_id": "{ID}", "params": {{"env": {{"a": 1, "notification": '
                '"$zaqar_message$"}}, "input": {"x": 2}}',
                "trust_id": "t1",
            },
        },
        {"params": REMOVED, "ttl": 600},
        {
            "ttl": 600,
            "options": {
                "post_data": f'{{"workflow_id": "{ID}", "params": {{"env": {{"notification": "$zaqar_message$"}}}}, '
                '"input": {"x": 2}}',
                "trust_id": "t1",
            },
        },
        others=(kinds.WORKFLOW,),
    ),
]
CLUSTERS = [
    Case(
        "OS::Magnum::ClusterTemplate",
        kinds.CLUSTER_TEMPLATE,
        {"image": "fedora", "coe": "kubernetes", "external_network": ID, "volume_driver": "cinder"},
        {
            "image_id": "fedora",
            "coe": "kubernetes",
            "external_network_id": ID,
            "volume_driver": "cinder",
            "docker_storage_driver": "devicemapper",
            "server_type": "vm",
            "master_lb_enabled": True,
        },
        {"public": True},
        {"public": True},
    ),
    Case(
        "OS::Magnum::Cluster",
        kinds.CLUSTER,
        {"cluster_template": "small", "node_count": 2},
        {"cluster_template_id": ID, "node_count": 2, "master_count": 1, "create_timeout": 60},
        {"node_count": 3},
        {"node_count": 3, "status": "UPDATE_COMPLETE"},
        breaks="CREATE_FAILED",
        waits=True,
        tells={"api_address": "https://192.0.2.9:6443", "node_count": 2, "status": "CREATE_COMPLETE"},
        others=(kinds.CLUSTER_TEMPLATE,),
        before=there(kinds.CLUSTER_TEMPLATE, uuid=ID, name="small"),
    ),
]
METAL = [
    Case(
        "OS::Ironic::Port",
        kinds.BAREMETAL_PORT,
        {"node": "rack1", "address": "52:54:00:00:00:01", "pxe_enabled": True},
        {"node_uuid": ID, "address": "52:54:00:00:00:01", "pxe_enabled": True},
        {"address": "52:54:00:00:00:02", "pxe_enabled": REMOVED, "extra": {"a": 1}},
        {"address": "52:54:00:00:00:02", "pxe_enabled": None, "extra": {"a": 1}, "node_uuid": ID},
        tells={"node_uuid": ID, "pxe_enabled": True},
        others=(kinds.BAREMETAL_NODE,),
        before=there(kinds.BAREMETAL_NODE, uuid=ID, name="rack1"),
    ),
]


def before_networks(service: StandIn) -> None:
    """A subnet in a network, and two security services."""
    service.put(kinds.SUBNET, {"id": ID, "name": "inside", "network_id": OTHER})
    for name in ("ldap", "kerberos"):
        service.put(kinds.SECURITY_SERVICE, {"id": name, "name": name})


def rules(*given: tuple[str, str]) -> list[dict[str, str]]:
    """Who may use a share."""
    return [{"access_type": "ip", "access_to": to, "access_level": level} for to, level in given]


SHARES = [
    Case(
        "OS::Manila::Share",
        kinds.SHARE,
        {
            "share_protocol": "NFS",
            "size": 1,
            "metadata": {"a": "1"},
            "share_type": "fast",
            "access_rules": [{"access_type": "ip", "access_to": "10.0.0.1"}, *rules(("10.0.0.2", "ro"))],
        },
        {"share_proto": "NFS", "size": 1, "share_type": ID, "is_public": False},
        {**named(), "metadata": {"b": "2"}, "access_rules": rules(("10.0.0.2", "ro"), ("10.0.0.3", "rw"))},
        {"display_name": "renamed", "display_description": "another"},
        breaks="error",
        waits=True,
        tells={"status": "available", "host": "host@ssd", "export_locations": ["192.0.2.9:/share"]},
        others=(kinds.SHARE_TYPE,),
        before=there(kinds.SHARE_TYPE, id=ID, name="fast"),
    ),
    Case(
        "OS::Manila::ShareType",
        kinds.SHARE_TYPE,
        {"name": "fast", "driver_handles_share_servers": False, "extra_specs": {"disk": "ssd"}},
        {
            "name": "fast",
            "share_type_access:is_public": True,
            "extra_specs": {"driver_handles_share_servers": False, "snapshot_support": True, "disk": "ssd"},
        },
        {"extra_specs": {"copies": 3}},
        {"extra_specs": {"driver_handles_share_servers": False, "snapshot_support": True, "copies": "3"}},
    ),
    Case(
        "OS::Manila::ShareNetwork",
        kinds.SHARE_NETWORK,
        {"name": "shares", "neutron_subnet": "inside", "security_services": ["ldap"]},
        {"name": "shares", "neutron_subnet_id": ID, "neutron_net_id": OTHER},
        {**named(), "security_services": ["kerberos"]},
        named(),
        tells={"cidr": "10.0.0.0/24"},
        others=(kinds.SUBNET, kinds.SECURITY_SERVICE),
        before=before_networks,
    ),
    Case(
        "OS::Manila::SecurityService",
        kinds.SECURITY_SERVICE,
        {"type": "ldap", "server": "ldap.example.org", "name": "ours", "description": "d"},
        {"type": "ldap", "server": "ldap.example.org", "name": "ours", "description": "d"},
        named(user="ann"),
        named(user="ann"),
    ),
]
TASKS = [{"name": "greet", "action": "std.echo", "input": {"output": "hi"}, "policies": {"wait_before": 3}}]
WORKFLOWS = [
    Case(
        "OS::Mistral::Workflow",
        kinds.WORKFLOW,
        {"type": "direct", "tasks": TASKS, "input": {"who": "ann"}, "task_defaults": {"on_error": ["greet"]}},
        {
            "definition": {
                "type": "direct",
                "input": ["who"],
                "tasks": {"greet": {"action": "std.echo", "input": {"output": "hi"}, "wait-before": 3}},
                "task-defaults": {"on-error": ["greet"]},
            }
        },
        {"description": "greets", "task_defaults": REMOVED, "tags": ["x"]},
        {
            "definition": {
                "type": "direct",
                "description": "greets",
                "tags": ["x"],
                "input": ["who"],
                "tasks": {"greet": {"action": "std.echo", "input": {"output": "hi"}, "wait-before": 3}},
            }
        },
        tells={"executions": [], "alarm_url": None},
    ),
    Case(
        "OS::Mistral::CronTrigger",
        kinds.CRON_TRIGGER,
        {"name": "nightly", "pattern": "0 3 * * *", "count": 9, "workflow": {"name": "greet", "input": {"who": "bob"}}},
        {
            "name": "nightly",
            "pattern": "0 3 * * *",
            "remaining_executions": 9,
            "workflow_name": "greet",
            "workflow_input": '{"who": "bob"}',
        },
        tells={"next_execution_time": "2027-01-01 00:00:00", "remaining_executions": 9},
    ),
]
LEASES = [
    Case(
        "OS::Blazar::Lease",
        kinds.LEASE,
        {
            "name": "night",
            "start_date": "2027-01-31 20:00",
            "end_date": "2027-02-01 06:00",
            "reservations": [
                {"resource_type": "physical:host", "min": 1, "max": 2, "resource_properties": "[]"},
                {"resource_type": "virtual:instance", "amount": 3, "vcpus": 1, "memory_mb": 512, "disk_gb": 1},
            ],
        },
        {
            "name": "night",
            "start_date": "2027-01-31 20:00",
            "end_date": "2027-02-01 06:00",
            "events": [],
            "reservations": [
                {"resource_type": "physical:host", "min": 1, "max": 2, "hypervisor_properties": ""}
                | {"before_end": "default", "resource_properties": "[]"},
                {"resource_type": "virtual:instance", "amount": 3, "vcpus": 1, "memory_mb": 512, "disk_gb": 1}
                | {"affinity": False, "resource_properties": ""},
            ],
        },
        breaks="ERROR",
        waits=True,
        tells={"status": "PENDING", "degraded": False, "name": "night"},
    ),
    Case(
        "OS::Blazar::Host",
        kinds.RESERVABLE_HOST,
        {"name": "compute1", "extra_capability": {"ssd": "yes", "name": "ignored"}},
        {"hypervisor_hostname": "compute1", "ssd": "yes"},
        tells={"vcpus": 8, "hypervisor_hostname": "compute1"},
    ),
]
NETWORK = kinds.neutron("networks", "network", "", "name", "")


def flavors(service: StandIn) -> None:
    """A small flavor, and a large one."""
    for thing_id, name in ((ID, "small"), (OTHER, "large")):
        service.put(kinds.DATABASE_FLAVOR, {"id": None, "str_id": thing_id, "name": name})


DATABASES = [
    Case(
        "OS::Trove::Instance",
        kinds.DATABASE_INSTANCE,
        {
            "name": "db",
            "flavor": "small",
            "size": 2,
            "datastore_type": "mysql",
            "datastore_version": "8.0",
            "databases": [{"name": "shop"}],
            "users": [{"name": "ann", "password": "hunter2", "databases": ["shop"]}],
            "networks": [{"network": ID, "fixed_ip": "10.0.0.9"}],
        },
        {
            "name": "db",
            "flavorRef": ID,
            "volume": {"size": 2},
            "datastore": {"type": "mysql", "version": "8.0"},
            "databases": [{"name": "shop", "character_set": "utf8", "collate": "utf8_general_ci"}],
            "users": [{"name": "ann", "password": "hunter2", "host": "%", "databases": [{"name": "shop"}]}],
            "nics": [{"net-id": ID, "ip_address": "10.0.0.9"}],
        },
        {
            "name": "renamed",
            "flavor": "large",
            "size": 3,
            "databases": [{"name": "store"}, {"name": "stock"}],
            "users": [
                {"name": "ann", "password": "hunter3", "databases": ["stock"]},
                {"name": "bob", "password": "hunter4", "databases": ["store"]},
            ],
        },
        {
            "name": "renamed",
            "flavor": {"id": OTHER},
            "volume": {"size": 3},
            "status": "ACTIVE",
            "databases": [
                {"name": name, "character_set": "utf8", "collate": "utf8_general_ci"} for name in ("store", "stock")
            ],
            "users": [
                {"name": "ann", "password": "hunter3", "host": "%", "databases": [{"name": "stock"}]},
                {"name": "bob", "password": "hunter4", "host": "%", "databases": [{"name": "store"}]},
            ],
        },
        breaks="ERROR",
        waits=True,
        is_found=False,  # a name of the template's marks nothing
        tells={"hostname": "db.invalid", "href": "http://database.invalid/i"},
        others=(kinds.DATABASE_FLAVOR,),
        before=flavors,
    ),
    Case(
        "OS::Trove::Cluster",
        kinds.DATABASE_CLUSTER,
        {
            "datastore_type": "mongodb",
            "datastore_version": "4",
            "instances": [{"flavor": "small", "volume_size": 1, "networks": [{"network": ID}]}] * 2,
        },
        {"datastore": {"type": "mongodb", "version": "4"}},
        tells={"instances": ["i0", "i1"], "ip": ["10.0.0.9"]},
        others=(kinds.DATABASE_FLAVOR,),
        before=flavors,
        shows=False,
    ),
]
CONTAINERS = [
    Case(
        "OS::Zun::Container",
        kinds.CONTAINER,
        {
            "image": "cirros",
            "command": "sh -c 'echo hi'",
            "cpu": 0.5,
            "restart_policy": "on-failure:3",
            "interactive": True,
            "mounts": [{"volume_size": 1, "mount_path": "/data"}],
            "networks": [{"network": ID, "fixed_ip": "10.0.0.9"}, {"port": OTHER}],
        },
        {
            "image": "cirros",
            "command": ["sh", "-c", "echo hi"],
            "cpu": 0.5,
            "restart_policy": {"Name": "on-failure", "MaximumRetryCount": "3"},
            "interactive": True,
            "tty": True,
            "mounts": [{"destination": "/data", "size": 1}],
            "nets": [{"network": ID, "v4-fixed-ip": "10.0.0.9"}, {"port": OTHER}],
        },
        {"memory": 256, "networks": [{"network": ID}, {"network": OTHER, "fixed_ip": "10.0.1.9"}]},
        {
            "memory": 256,
            "interfaces": [
                kinds.plugged(ID, None, "10.0.0.9"),
                kinds.plugged(OTHER, None, "10.0.1.9"),
            ],
        },
        breaks="Error",
        waits=True,
        tells={"addresses": {"n1": [{"addr": "10.0.0.77"}], "private": [{"addr": "10.0.0.77"}]}},
        others=(NETWORK,),
        before=there(NETWORK, id="n1", name="private"),
    ),
]
CASES = [
    *(*VPN, *FIREWALLS, *CHAINS, *TAPS, *GATEWAYS),
    *(*ALARMS, *MESSAGES, *CLUSTERS, *METAL, *SHARES, *WORKFLOWS, *LEASES, *DATABASES, *CONTAINERS),
]
