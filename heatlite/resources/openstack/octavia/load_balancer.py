"""OS::Octavia::LoadBalancer, Listener, Pool, PoolMember and HealthMonitor."""

from __future__ import annotations

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import Inner
from heatlite.resources.openstack.fields import custom, description, flag, integer, listed, mapped, name, named, text
from heatlite.resources.openstack.octavia.base import BALANCERS, OctaviaResource, admin_state_up, tenant_id
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

PROTOCOLS = ("TCP", "HTTP", "HTTPS", "TERMINATED_HTTPS", "PROXY", "UDP")
TERMINATED, CERTIFICATE = "TERMINATED_HTTPS", "default_tls_container_ref"
LISTENER, BALANCER, POOL, SUBNET = "listener", "loadbalancer", "pool", "neutron.subnet"
PERSISTENCE, TYPE, COOKIE = "session_persistence", "type", "cookie_name"
SOURCE_IP, APP_COOKIE = "SOURCE_IP", "APP_COOKIE"
VERSION = SupportStatus(version="10.0.0")
A_PORT = (Range(1, 65535),)


class LoadBalancer(OctaviaResource):
    """A load balancer: an address whose connections are given to the members of pools."""

    path, key = BALANCERS, BALANCER
    support_status = VERSION
    properties_schema = {
        "name": name("load balancer"),
        "description": description("load balancer", default=""),
        "vip_address": text("The address; one of the subnet by default.", constraints=custom("ip_addr")),
        "vip_subnet": named(SUBNET, "The subnet of the address.", field="vip_subnet_id", required=True),
        "provider": text("The provider, such as amphora."),
        "admin_state_up": admin_state_up("load balancer"),
        "tenant_id": tenant_id("load balancer", constraints=custom("keystone.project")),
        "flavor": named("octavia.flavor", "The flavor.", field="flavor_id"),
        "availability_zone": text("The availability zone.", constraints=custom("octavia.availabilityzone")),
    }
    attributes_schema = {
        "vip_address": Attribute("The address.", Type.STRING),
        "vip_port_id": Attribute("The id of the port with the address.", Type.STRING),
        "vip_subnet_id": Attribute("The id of the subnet of the address.", Type.STRING),
        "pools": Attribute("The pools of the load balancer.", Type.LIST),
        "flavor_id": Attribute("The id of the flavor.", Type.STRING),
    }

    def extra_body(self, body: Body) -> Body:
        """Return a body with the id of the project."""
        if "project_id" in body:
            body["project_id"] = self.cloud.identity.id_of("project", body["project_id"])
        return body


class Listener(OctaviaResource):
    """A listener: a port of a load balancer."""

    path, key = "/lbaas/listeners", LISTENER
    joined = {"loadbalancer_id": "loadbalancers"}
    support_status = VERSION
    properties_schema = {
        "protocol_port": integer("The port.", required=True, constraints=A_PORT),
        "protocol": text("The protocol.", required=True, constraints=(AllowedValues(PROTOCOLS),)),
        "name": name("listener"),
        "description": description("listener", default=""),
        "admin_state_up": admin_state_up("listener"),
        "connection_limit": integer(
            "The most connections; -1: no limit.", default=-1, constraints=(Range(-1),), update_allowed=True, cleared=-1
        ),
        BALANCER: named("octavia.loadbalancer", "The load balancer.", field="loadbalancer_id", required=True),
        "default_pool": named(
            "octavia.pool", "The pool that gets the connections.", field="default_pool_id", update_allowed=True
        ),
        CERTIFICATE: text(f"The reference of the certificate; {TERMINATED} needs it.", update_allowed=True),
        "sni_container_refs": listed("The references of certificates by host name.", update_allowed=True),
        "tenant_id": tenant_id("listener"),
        "allowed_cidrs": listed(
            "The networks that may connect; all by default.",
            Property(Type.STRING, "A network.", constraints=custom("net_cidr")),
            update_allowed=True,
        ),
    }
    attributes_schema = {
        "loadbalancers": Attribute("The load balancer, as a list of one.", Type.LIST),
        "default_pool_id": Attribute("The id of the pool that gets the connections.", Type.STRING),
    }

    def validate(self) -> None:
        """Require a certificate where TLS ends.

        :raises StackValidationFailed: if it is missing
        """
        if not self.known("protocol", CERTIFICATE) or self.properties["protocol"] != TERMINATED:
            return
        if self.properties[CERTIFICATE] is None:
            raise self.property_error(CERTIFICATE, f"Property {CERTIFICATE} required when protocol is {TERMINATED}.")


class Pool(OctaviaResource):
    """A pool of members that share connections."""

    path, key = "/lbaas/pools", POOL
    joined = {"loadbalancer_id": "loadbalancers", "listener_id": "listeners"}
    support_status = VERSION
    properties_schema = {
        "admin_state_up": admin_state_up("pool"),
        "description": description("pool", default=""),
        PERSISTENCE: mapped(
            "How a client comes to the same member again.",
            {
                TYPE: text(
                    "By what a client is known.",
                    required=True,
                    constraints=(AllowedValues((SOURCE_IP, "HTTP_COOKIE", APP_COOKIE)),),
                ),
                COOKIE: text(f"The name of the cookie, for {APP_COOKIE}."),
            },
            update_allowed=True,
        ),
        "name": name("pool"),
        "lb_algorithm": text(
            "How a member is chosen.",
            required=True,
            constraints=(AllowedValues(("ROUND_ROBIN", "LEAST_CONNECTIONS", SOURCE_IP, "SOURCE_IP_PORT")),),
            update_allowed=True,
        ),
        LISTENER: named("octavia.listener", "The listener whose default pool it is.", field="listener_id"),
        BALANCER: named("octavia.loadbalancer", "The load balancer.", field="loadbalancer_id"),
        "protocol": text("The protocol.", required=True, constraints=(AllowedValues(PROTOCOLS),)),
        "tls_enabled": flag("Whether members are connected by TLS.", default=False, update_allowed=True),
    }
    attributes_schema = {
        "healthmonitor_id": Attribute("The id of the health monitor.", Type.STRING),
        "listeners": Attribute("The listeners with the pool.", Type.STRING),
        "members": Attribute("The members of the pool.", Type.LIST, CacheMode.NONE),
    }

    def validate(self) -> None:
        """Require a listener or a load balancer, and a cookie's name exactly where one is used.

        :raises StackValidationFailed: naming the property
        """
        if self.known(LISTENER, BALANCER):
            self.require_one(LISTENER, BALANCER)
        wanted = self.properties[PERSISTENCE]
        if not self.known(PERSISTENCE) or wanted is None:
            return
        if wanted[TYPE] == APP_COOKIE and not wanted.get(COOKIE):
            message = f"Property {COOKIE} is required when {PERSISTENCE} type is set to {APP_COOKIE}."
            raise self.property_error(PERSISTENCE, message)
        if wanted[TYPE] == SOURCE_IP and wanted.get(COOKIE):
            message = f"Property {COOKIE} must NOT be specified when {PERSISTENCE} type is set to {SOURCE_IP}."
            raise self.property_error(PERSISTENCE, message)


class PoolMember(Inner, OctaviaResource):
    """A member of a pool: an address and a port to connect to."""

    path, inner, parent, key = "/lbaas/pools", "members", POOL, "member"
    support_status = VERSION
    properties_schema = {
        POOL: named("octavia.pool", "The pool.", required=True),
        "address": text("The address.", required=True, constraints=custom("ip_addr")),
        "protocol_port": integer("The port.", required=True, constraints=A_PORT),
        "monitor_address": text("The address to monitor, if it is another one.", constraints=custom("ip_addr")),
        "monitor_port": integer("The port to monitor, if it is another one.", constraints=A_PORT),
        "weight": integer(
            "The share of connections, relative to other members.",
            default=1,
            constraints=(Range(0, 256),),
            update_allowed=True,
        ),
        "admin_state_up": admin_state_up("member"),
        "subnet": named(SUBNET, "The subnet of the address.", field="subnet_id"),
        "tags": listed("The tags of the member.", update_allowed=True, cleared=[]),
    }


class HealthMonitor(OctaviaResource):
    """A health monitor: how the members of a pool are probed."""

    path, key = "/lbaas/healthmonitors", "healthmonitor"
    joined = {"pool_id": "pools"}
    support_status = VERSION
    properties_schema = {
        "admin_state_up": admin_state_up("health monitor"),
        "delay": integer("The seconds between probes.", required=True, constraints=(Range(0),), update_allowed=True),
        "expected_codes": text("The HTTP status codes of a healthy member.", update_allowed=True),
        "http_method": text(
            "The HTTP method of a probe.",
            constraints=(
                AllowedValues(("GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "OPTIONS", "CONNECT", "PATCH")),
            ),
            update_allowed=True,
        ),
        "max_retries": integer(
            "The failed probes that change a member's state.",
            required=True,
            constraints=(Range(1, 10),),
            update_allowed=True,
        ),
        POOL: named("octavia.pool", "The pool.", field="pool_id", required=True),
        "timeout": integer(
            "The seconds that a probe may take.", required=True, constraints=(Range(0),), update_allowed=True
        ),
        TYPE: text(
            "How members are probed.",
            required=True,
            constraints=(AllowedValues(("PING", "TCP", "HTTP", "HTTPS", "UDP-CONNECT")),),
        ),
        "url_path": text("The path of an HTTP probe.", update_allowed=True),
        "tenant_id": tenant_id("health monitor"),
    }
    attributes_schema = {"pools": Attribute("The pool, as a list of one.", Type.LIST)}
