"""The configuration of the services that a run has on request; see ``configuration`` for the others."""

from __future__ import annotations

from collections.abc import Mapping

from tests.cloud.configuration import PASSWORD, REGION, Place, Sections, Written, common, login, tokens


def zaqar(place: Place) -> Sections:
    """Queues in the database, messages and subscriptions in Swift. Each message is sent on to its subscribers."""
    notifies = "zaqar.notification.notifier"
    return common(place, "zaqar", auth_strategy="keystone", unreliable="true") | {
        "drivers": {"transport": "wsgi", "message_store": "swift", "management_store": "sqlalchemy"},
        "drivers:management_store:sqlalchemy": {"uri": place.databases["zaqar"]},
        "drivers:message_store:swift": {
            "auth_url": f"{place.url('keystone')}/v3",
            "uri": f"swift://zaqar:{PASSWORD}@/service",
            "region_name": REGION,
        },
        "signed_url": {"secret_key": "a key for tests"},
        "trustee": {name: it for name, it in login(place, "zaqar").items() if not name.startswith("project")},
        "storage": {"message_pipeline": notifies, "subscription_pipeline": notifies},
    }


def gnocchi(place: Place) -> Sections:
    """Measures in files."""
    options = {"coordination_url": f"file://{place.state('gnocchi')}/locks"}
    return {
        "DEFAULT": options,
        "api": {"auth_mode": "keystone"},
        "indexer": {"url": place.databases["gnocchi"]},
        "keystone_authtoken": tokens(place, "gnocchi"),
        "metricd": {"workers": 1, "metric_processing_delay": 1},
        "storage": {"driver": "file", "file_basepath": place.state("gnocchi")},
    }


def aodh(place: Place) -> Sections:
    """Alarms on events, and on what Gnocchi measures: looked at every two seconds by ``aodh-evaluator``.

    An event is a notification on the topic ``alarm.all``. ``aodh-listener`` looks which alarms it fires.
    ``aodh-notifier`` calls the URLs of an alarm that has fired.
    """
    asks = {**login(place, "aodh"), "interface": "public"}
    return common(place, "aodh", event_alarm_cache_ttl=0) | {
        "api": {"auth_mode": "keystone", "gnocchi_external_project_owner": "service"},
        "service_credentials": asks,
        "evaluator": {"workers": 1, "evaluation_interval": 2},
        "notifier": {"workers": 1},
        "listener": {"workers": 1},
    }


def mistral(place: Place) -> Sections:
    """Workflows and what they execute in one process beside the API."""
    return common(place, "mistral") | {
        "pecan": {"auth_enable": "true"},
        "keystone_authtoken": tokens(place, "mistral"),
        "cron_trigger": {"run_in_api": "false"},
    }


def manila(place: Place) -> Sections:
    """Shares that are nowhere: manila's own driver for tests, once with servers for shares and once without."""
    shared = {
        "share_driver": "manila.tests.share.drivers.dummy.DummyDriver",
        "snapshot_support": "true",
        "create_share_from_snapshot_support": "true",
    }
    options = {
        "enabled_share_backends": "alone,served",
        "enabled_share_protocols": "NFS,CIFS",
        "api_paste_config": place.shipped("manila", "api-paste.ini"),
        "rootwrap_config": place.shipped("manila", "rootwrap.conf"),
        "driver_updating_interval": 60,
    }
    networks = {"network_api_class": "manila.network.standalone_network_plugin.StandaloneNetworkPlugin"}
    addresses = {"standalone_network_plugin_gateway": "10.77.0.1", "standalone_network_plugin_mask": 24}
    return common(place, "manila", **options) | {
        "alone": {**shared, "share_backend_name": "alone", "driver_handles_share_servers": "false"},
        "served": {
            **shared,
            **networks,
            **addresses,
            "share_backend_name": "served",
            "driver_handles_share_servers": "true",
        },
        "neutron": {**login(place, "manila"), "valid_interfaces": "public"},
        "nova": login(place, "manila"),
        "cinder": login(place, "manila"),
        "glance": login(place, "manila"),
        "coordination": {"backend_url": f"file://{place.state('manila')}"},
    }


def ironic(place: Place) -> Sections:
    """Machines that don't exist, of ironic's own fake hardware."""
    fakes = {f"enabled_{kind}_interfaces": "fake" for kind in OF_IRON}
    options = {
        "auth_strategy": "keystone",
        "enabled_hardware_types": "fake-hardware",
        "enabled_network_interfaces": "noop",
        "enabled_storage_interfaces": "noop",
        "default_network_interface": "noop",
        "rpc_transport": "oslo",
        **fakes,
    }
    asks = {**login(place, "ironic"), "valid_interfaces": "public"}
    return common(place, "ironic", **options) | {
        "conductor": {"sync_power_state_interval": 3600},
        "api": {"public_endpoint": place.url("ironic")},
        **dict.fromkeys(("service_catalog", "glance", "neutron", "inspector"), asks),
        "dhcp": {"dhcp_provider": "none"},
    }


OF_IRON = (
    "bios",
    "boot",
    "console",
    "deploy",
    "firmware",
    "inspect",
    "management",
    "power",
    "raid",
    "rescue",
    "vendor",
)


def clients() -> Sections:
    """Where Magnum and Zun find others."""
    asked = ("glance", "nova", "neutron", "cinder", "keystone", "placement")
    return {f"{name}_client": {"region_name": REGION, "endpoint_type": "publicURL"} for name in asked}


def magnum(place: Place) -> Sections:
    """Clusters of no machines: its package brings no driver, ``fakes`` does."""
    asks = login(place, "magnum")
    return common(place, "magnum") | {
        "api": {"api_paste_config": place.shipped("magnum", "api-paste.ini")},
        "keystone_auth": asks,
        "certificates": {"cert_manager_type": "x509keypair"},
        **clients(),
    }


def blazar(place: Place) -> Sections:
    """Leases of hosts, instances and addresses of the cloud."""
    host, port = "127.0.0.1", place.ports["keystone"]
    names = {f"os_admin_{key}": it for key, it in (("username", "blazar"), ("password", PASSWORD))}
    options = {
        **names,
        "os_auth_protocol": "http",
        "os_auth_host": host,
        "os_auth_port": port,
        "os_auth_prefix": "",
        "os_auth_version": "v3",
        "os_region_name": REGION,
        "os_admin_project_name": "service",
        "os_admin_user_domain_name": "Default",
        "os_admin_project_domain_name": "Default",
        "identity_service": "identity",
        "endpoint_type": "public",
    }
    return common(place, "blazar", **options) | {
        "manager": {"plugins": "physical.host.plugin,virtual.instance.plugin,virtual.floatingip.plugin"},
    }


def zun(place: Place) -> Sections:
    """Containers that don't run; its driver is in ``fakes``."""
    asks = {**login(place, "zun"), "valid_interfaces": "public"}
    return common(place, "zun", host="containers", container_driver="heatlite_fake", capsule_driver="heatlite_fake") | {
        "api": {"api_paste_config": place.shipped("zun", "api-paste.ini")},
        "keystone_auth": asks,
        **clients(),
    }


def trove(place: Place) -> Sections:
    """Instances on real servers and volumes, in which there is nothing: ``fakes`` has the guests."""
    options = {
        "host": "127.0.0.1",
        "api_paste_config": place.shipped("trove", "api-paste.ini"),
        "remote_guest_client": "heatlite_fake_databases.Guest",
        "default_datastore": "mysql",
        "trove_volume_support": "true",
        "volume_time_out": 600,
        "resize_time_out": 600,
        "agent_heartbeat_expiry": 86400,
        "usage_sleep_time": 1,
        "max_instances_per_tenant": -1,
        "max_volumes_per_tenant": -1,
        **{f"http_{method}_rate": 100000 for method in ("get", "post", "delete", "put", "mgmt_post")},
    }
    names = {"user_domain_name": "Default", "project_domain_name": "Default"}
    return common(place, "trove", **options) | {
        "service_credentials": {**login(place, "trove"), **names},
        "network": {"enable_access_check": "false"},  # or subnets need a router
    }


FILES: Mapping[str, Mapping[str, Written]] = {
    "zaqar": {"zaqar.conf": zaqar},
    "gnocchi": {"gnocchi.conf": gnocchi},
    "aodh": {"aodh.conf": aodh},
    "mistral": {"mistral.conf": mistral},
    "manila": {"manila.conf": manila},
    "ironic": {"ironic.conf": ironic},
    "magnum": {"magnum.conf": magnum},
    "blazar": {"blazar.conf": blazar},
    "zun": {"zun.conf": zun},
    "trove": {"trove.conf": trove},
}
