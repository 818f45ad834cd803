"""The configuration of each service of the cloud: sections of options, as values.

What all have in common is said once; ``Place`` is where everything is.
"""

from __future__ import annotations

import base64
import getpass
import pathlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

PASSWORD = "a password for tests"
REGION = "RegionOne"
HOST = "cloud"
"""The name of the only host of each service."""
FIXED_KEY = "0" * 64
"""With what Cinder would encrypt volumes."""
Sections = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """The directory of a cloud, its servers, and the port of each of its services."""

    directory: pathlib.Path
    venv: pathlib.Path
    broker: str
    databases: Mapping[str, str]
    ports: Mapping[str, int]

    def url(self, service: str) -> str:
        """Where a service answers."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def etc(self, service: str) -> pathlib.Path:
        """The directory of a service's configuration."""
        return self.directory / "etc" / service

    def shipped(self, service: str, file: str) -> pathlib.Path:
        """A file that a service's package brings."""
        return self.venv / "etc" / service / file

    def state(self, service: str) -> pathlib.Path:
        """Where a service keeps its files."""
        return self.directory / "state" / service


def login(place: Place, user: str) -> dict[str, Any]:
    """How a service asks keystone."""
    return {
        "auth_type": "password",
        "auth_url": f"{place.url('keystone')}/v3",
        "username": user,
        "password": PASSWORD,
        "project_name": "service",
        "user_domain_id": "default",
        "project_domain_id": "default",
        "region_name": REGION,
    }


def tokens(place: Place, service: str) -> dict[str, Any]:
    """How a service checks its callers' tokens."""
    return {
        **login(place, service),
        "www_authenticate_uri": place.url("keystone"),
        "interface": "public",
        "service_token_roles": "service",
        "service_token_roles_required": "true",
    }


def database(place: Place, name: str) -> dict[str, Any]:
    """A service's database."""
    return {"connection": place.databases[name], "max_pool_size": 5, "max_overflow": 20}


NOTIFYING = ("nova", "cinder")
"""The services that send notifications: in each form that they know, over the broker that they use anyway."""


def common(place: Place, service: str, **default: Any) -> Sections:
    """What nearly all services say."""
    asks = login(place, service)
    return {
        "DEFAULT": {
            "transport_url": place.broker,
            "use_stderr": "true",
            "host": HOST,
            "state_path": place.state(service),
            **default,
        },
        "database": database(place, service),
        "keystone_authtoken": tokens(place, service),
        "service_user": {**asks, "valid_interfaces": "public", "send_service_user_token": "true"},
        "oslo_concurrency": {"lock_path": place.state("locks")},
        "oslo_messaging_notifications": {"driver": "messagingv2" if service in NOTIFYING else "noop"},
    }


def keystone(place: Place) -> Sections:
    """Tokens that need no storage, passwords that cost little."""
    etc = place.etc("keystone")
    return {
        "DEFAULT": {"use_stderr": "true"},
        "database": database(place, "keystone"),
        "token": {"provider": "fernet", "expiration": 86400},
        "fernet_tokens": {"key_repository": etc / "fernet-keys"},
        "credential": {"key_repository": etc / "credential-keys"},
        "identity": {"password_hash_rounds": 4},
        "cache": {"enabled": "true", "backend": "dogpile.cache.memory"},
        "trust": {"allow_redelegation": "true"},
    }


def glance(place: Place) -> Sections:
    """Images in files, or downloaded from this machine."""
    state = place.state("glance")
    options = {"enabled_backends": "file:file", "worker_self_reference_url": place.url("glance")}
    return common(place, "glance", **options) | {
        "glance_store": {"default_backend": "file"},
        "file": {"filesystem_store_datadir": state / "images"},
        "os_glance_staging_store": {"filesystem_store_datadir": state / "staging"},
        "os_glance_tasks_store": {"filesystem_store_datadir": state / "tasks"},
        "import_filtering_opts": {"allowed_hosts": "[127.0.0.1]", "allowed_ports": "[]"},
        "paste_deploy": {"flavor": "keystone", "config_file": place.shipped("glance", "glance-api-paste.ini")},
    }


def placement(place: Place) -> Sections:
    """It calls its database another name."""
    found = common(place, "placement")
    return {**found, "placement_database": found["database"]}


def nova(place: Place) -> Sections:
    """One host, one conductor, one scheduler; servers that are ACTIVE with nothing in them."""
    asks = {**login(place, "nova"), "valid_interfaces": "public"}
    options = {
        "compute_driver": "heatlite_fake_compute.FakeDriver",
        "my_ip": "127.0.0.1",
        "vif_plugging_is_fatal": "false",
        "vif_plugging_timeout": 0,
        "sync_power_state_interval": -1,
        "heal_instance_info_cache_interval": -1,
        "allow_resize_to_same_host": "true",
        "instances_path": place.state("nova") / "instances",
    }
    return common(place, "nova", **options) | {
        "api_database": database(place, "nova_api"),
        **dict.fromkeys(("placement", "neutron", "glance", "keystone"), asks),
        "cinder": {**login(place, "nova"), "catalog_info": "volumev3:cinder:publicURL", "os_region_name": REGION},
        "conductor": {"workers": 1},
        "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": 2},
        "compute": {"resource_provider_association_refresh": 0},
        "quota": {"instances": -1, "cores": -1, "ram": -1, "key_pairs": -1, "server_groups": -1},
        "vnc": {"enabled": "false"},
        "notifications": {"notification_format": "both"},
    }


PLUGINS = (
    "router,qos,trunk,port_forwarding,segments,tag,revisions,timestamp,flavors,auto_allocate,network_ip_availability,"
    "metering"
)
COUNTED = ("network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule")


def neutron(place: Place) -> Sections:
    """No agent: ports are bound at once. openvswitch never binds; trunks and QoS want a driver that they know."""
    asks = {**login(place, "neutron"), "valid_interfaces": "public"}
    options = {
        "core_plugin": "ml2",
        "service_plugins": PLUGINS,
        "dhcp_agent_notification": "false",
        "dns_domain": "cloud.test.",
        "api_paste_config": place.shipped("neutron", "api-paste.ini"),
    }
    return common(place, "neutron", **options) | {
        "nova": asks,
        "placement": asks,
        "ml2": {
            "type_drivers": "flat,vlan,vxlan",
            "tenant_network_types": "vxlan",
            "mechanism_drivers": "heatlite_fake,openvswitch",
            "extension_drivers": "port_security,qos,dns",
        },
        "ml2_type_flat": {"flat_networks": "*"},
        "ml2_type_vlan": {"network_vlan_ranges": "physnet1:100:199"},
        "ml2_type_vxlan": {"vni_ranges": "1:9999"},
        "quotas": {f"quota_{name}": -1 for name in COUNTED},
    }


def cinder(place: Place) -> Sections:
    """Volumes that are nowhere."""
    options = {
        "enabled_backends": "fake",
        "default_volume_type": "__DEFAULT__",
        "auth_strategy": "keystone",
        "api_paste_config": place.shipped("cinder", "api-paste.ini"),
        "resource_query_filters_file": place.shipped("cinder", "resource_filters.json"),
        "rootwrap_config": place.shipped("cinder", "rootwrap.conf"),
        "glance_api_servers": place.url("glance"),
        "backup_manager": "heatlite_fake_backups.FakeManager",
        "backup_driver": "heatlite_fake_backups.FakeBackups",
        **{f"quota_{name}": -1 for name in ("volumes", "snapshots", "gigabytes", "backups", "backup_gigabytes")},
    }
    return common(place, "cinder", **options) | {
        "fake": {"volume_driver": "heatlite_fake_volumes.FakeVolumes", "volume_backend_name": "fake"},
        "nova": login(place, "cinder"),
        "key_manager": {"backend": "cinder.keymgr.conf_key_mgr.ConfKeyManager", "fixed_key": FIXED_KEY},
        "coordination": {"backend_url": f"file://{place.state('cinder')}"},
    }


def barbican(place: Place) -> Sections:
    """Secrets under a key of a file. No queue: an order is carried out before it is answered."""
    return common(place, "barbican", host_href=place.url("barbican")) | {
        "crypto": {"enabled_crypto_plugins": "simple_crypto"},
        "simple_crypto_plugin": {"kek": base64.b64encode(b"a key for tests." * 2).decode()},
        "queue": {"enable": "false"},
    }


def designate(place: Place) -> Sections:
    """No name servers: zones are ACTIVE as soon as the worker has asked the backend."""
    shown = {"api_base_uri": place.url("designate"), "enable_host_header": "false"}
    worker = {"workers": 1, "poll_delay": 0, "poll_retry_interval": 1, "poll_timeout": 3}
    return common(place, "designate") | {
        "service:api": {"auth_strategy": "keystone", **shown},
        "service:central": {"workers": 1},
        "service:producer": {"workers": 1},
        "service:worker": worker,
        "producer_task:increment_serial": {"interval": 1},
        "producer_task:delayed_notify": {"interval": 1},
        "storage:sqlalchemy": database(place, "designate"),
    }


NAME_SERVERS = """\
- name: default
  id: 794ccc2c-d751-44fe-b57f-8894c9f5c842
  description: none
  attributes: {}
  ns_records: [{hostname: ns1.cloud.test., priority: 1}]
  nameservers: [{host: 127.0.0.1, port: 53}]
  targets: [{type: heatlite_fake, description: none, masters: [{host: 127.0.0.1, port: 53}], options: {}}]
"""
"""The pool of designate's name servers. Nobody asks them."""


def octavia(place: Place) -> Sections:
    """Load balancers without amphorae; their ports are Neutron's."""
    etc = place.etc("octavia")
    nothing = {name: f"{name.removesuffix('_driver')}_noop_driver" for name in NOOP_DRIVERS}
    amphorae = {"loadbalancer_topology": "SINGLE", "amp_image_tag": "none", "amp_flavor_id": "none"}
    worker = {"workers": 1, "network_driver": "heatlite_fake", "amp_boot_network_list": "", **amphorae, **nothing}
    return common(place, "octavia") | {
        "api_settings": {
            "auth_strategy": "keystone",
            "api_base_uri": place.url("octavia"),
            "enabled_provider_drivers": "amphora:none,octavia:none",
            "default_provider_driver": "amphora",
        },
        "controller_worker": {**worker, "client_ca": etc / "ca.pem"},
        "certificates": {
            "ca_certificate": etc / "ca.pem",
            "ca_private_key": etc / "ca.key",
            "server_certs_key_passphrase": "insecure-key-do-not-use-this-key",
        },
        "haproxy_amphora": {"server_ca": etc / "ca.pem", "client_cert": etc / "ca.pem"},
        "health_manager": {"heartbeat_key": "none"},
        "service_auth": {**login(place, "octavia"), "valid_interfaces": "public"},
        "neutron": {**login(place, "octavia"), "valid_interfaces": "public"},
        "task_flow": {"engine": "parallel", "max_workers": 3},
    }


NOOP_DRIVERS = ("amphora_driver", "compute_driver", "image_driver", "volume_driver")
RINGS = ("account", "container", "object")
"""What swift has a ring and a server for each of."""


def swift(place: Place) -> Sections:
    """One policy."""
    return {
        "swift-hash": {"swift_hash_path_suffix": "cloud", "swift_hash_path_prefix": "cloud"},
        "storage-policy:0": {"name": "one", "default": "yes"},
    }


def swift_listens(place: Place, server: str) -> dict[str, Any]:
    """Where one of swift's servers listens, and as whom it runs."""
    port, user = place.ports["swift" if server == "proxy" else server], getpass.getuser()
    return {"bind_ip": "127.0.0.1", "bind_port": port, "workers": 0, "user": user, "swift_dir": place.etc("swift")}


def swift_proxy(place: Place) -> Sections:
    """Keystone's tokens and roles."""
    plain = ("catch_errors", "healthcheck", "tempurl", "copy", "slo", "dlo")
    asks = {"paste.filter_factory": "keystonemiddleware.auth_token:filter_factory", **tokens(place, "swift")}
    pipeline = (
        "catch_errors healthcheck cache tempurl authtoken keystoneauth copy slo dlo versioned_writes proxy-server"
    )
    return {
        "DEFAULT": swift_listens(place, "proxy"),
        "pipeline:main": {"pipeline": pipeline},
        "app:proxy-server": {"use": "egg:swift#proxy", "account_autocreate": "true"},
        "filter:authtoken": {**asks, "delay_auth_decision": "true"},
        "filter:versioned_writes": {"use": "egg:swift#versioned_writes", "allow_versioned_writes": "true"},
        "filter:keystoneauth": {"use": "egg:swift#keystoneauth", "operator_roles": "admin, member"},
        "filter:cache": {"use": "egg:swift#memcache"},
        **{f"filter:{name}": {"use": f"egg:swift#{name}"} for name in plain},
    }


def swift_storage(server: str) -> Callable[[Place], Sections]:
    """One of the servers behind the proxy."""

    def sections(place: Place) -> Sections:
        disks = {"devices": place.state("swift"), "mount_check": "false", "log_name": server}
        return {
            "DEFAULT": {**swift_listens(place, server), **disks},
            "pipeline:main": {"pipeline": f"{server}-server"},
            f"app:{server}-server": {"use": f"egg:swift#{server}"},
        }

    return sections


Written = Callable[[Place], Sections]
FILES: Mapping[str, Mapping[str, Written]] = {
    "keystone": {"keystone.conf": keystone},
    "glance": {"glance-api.conf": glance},
    "placement": {"placement.conf": placement},
    "nova": {"nova.conf": nova},
    "neutron": {"neutron.conf": neutron},
    "cinder": {"cinder.conf": cinder},
    "barbican": {"barbican.conf": barbican},
    "designate": {"designate.conf": designate},
    "octavia": {"octavia.conf": octavia},
    "swift": {
        "swift.conf": swift,
        "proxy.conf": swift_proxy,
        **{f"{server}.conf": swift_storage(server) for server in RINGS},
    },
}
"""Service → its files, and what is in each; the first one is its own."""


def written(sections: Sections) -> str:
    """Sections as oslo.config reads them."""
    blocks = (
        "\n".join([f"[{name}]", *(f"{key} = {it}" for key, it in options.items())])
        for name, options in sections.items()
    )
    return "\n\n".join(blocks) + "\n"
