"""AWS::ElasticLoadBalancing::LoadBalancer: a nested stack with a server that runs HAProxy.

::

    Listeners, HealthCheck ─┐
    Instances ──────────────┼─▶ haproxy.cfg in the server's metadata ─▶ its agent polls it, and reloads HAProxy
    groups that name it ────┘

The addresses of ``Instances`` are in the nested stack's template. Those of a group's members are not: whenever the
metadata is read, the engine puts in the members as they are then (``engine.api.balanced``). So scaling a group writes
nothing, and the balancer never has a member that the group has lost.

An update of ``Instances`` changes only that file, in the template that the nested stack has: an operator's template, or
the one that Heat had.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import CloudNotFound, StackValidationFailed
from heatlite.resources import properties as checking
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.nested.decision import is_lost
from heatlite.resources.nested.port import Verb
from heatlite.resources.openstack.aws import load_balancer_template
from heatlite.resources.openstack.aws.base import CloudFormationNames
from heatlite.resources.openstack.aws.instance import NO_ADDRESS
from heatlite.resources.openstack.nova.server import first_address_of
from heatlite.resources.properties import path_to, property_error
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.resources.stack_resource import Progress, StackResource
from heatlite.schema.constraints import AllowedValues

TYPE = "AWS::ElasticLoadBalancing::LoadBalancer"
ZONES, HEALTH, INSTANCES, LISTENERS = "AvailabilityZones", "HealthCheck", "Instances", "Listeners"
GROUPS, DNS_NAME = "SecurityGroups", "DNSName"
INTERVAL, TIMEOUT, HEALTHY, UNHEALTHY, TARGET = (
    "Interval",
    "Timeout",
    "HealthyThreshold",
    "UnhealthyThreshold",
    "Target",
)
PORT, MEMBER_PORT, PROTOCOL = "LoadBalancerPort", "InstancePort", "Protocol"
NOT_OF_A_LISTENER = {"SSLCertificateId": Type.STRING, "PolicyNames": Type.LIST}
NOT_IMPLEMENTED = {
    "AppCookieStickinessPolicy": Type.STRING,
    "LBCookieStickinessPolicy": Type.STRING,
    "Subnets": Type.LIST,
}
ADDRESSES = "addresses"
"""The key of the resource's data: server's id → its address."""
KEY_NAME = "KeyName"
OF_THE_STACK = (KEY_NAME, "LbFlavor", "LBTimeout", "LbImageId")
"""Parameters that the nested stack gets if the stack has parameters of these names."""
PUBLIC_IP = "PublicIp"
PAGE = re.compile(r"HTTP:\d+(/\S*)")
"""The target of a health check that reads a page."""

START = """\
global
    daemon
    maxconn 256

defaults
    timeout connect 5s
    timeout client 50s
    timeout server 50s
"""


def number(description: str) -> Property:
    """Return a required property for a whole number."""
    return Property(Type.INTEGER, description, required=True)


LISTENER = {
    MEMBER_PORT: number("The port of each instance."),
    PORT: number("The port of the load balancer."),
    PROTOCOL: Property(Type.STRING, "What is balanced.", required=True, constraints=(AllowedValues(("TCP", "HTTP")),)),
    **{name: Property(kind, "Not implemented.") for name, kind in NOT_OF_A_LISTENER.items()},
}
HEALTH_CHECK = {
    HEALTHY: number("After how many successes in a row an instance is used again."),
    INTERVAL: number("Seconds between two checks of an instance."),
    TARGET: Property(Type.STRING, "What is checked, such as TCP:80 or HTTP:80/page.", required=True),
    TIMEOUT: number("Seconds that a check may take."),
    UNHEALTHY: number("After how many failures in a row an instance isn't used any more."),
}


class LoadBalancer(CloudFormationNames, StackResource):
    """A server with HAProxy in a nested stack."""

    decides_template_at_runtime = True
    not_implemented = tuple(NOT_IMPLEMENTED)
    written: Mapping[str, Any] = load_balancer_template.TEMPLATE
    """The nested stack's template."""
    properties_schema = {
        ZONES: Property(Type.LIST, "Not used.", required=True),
        HEALTH: Property(Type.MAP, "How instances are checked.", schema=HEALTH_CHECK),
        INSTANCES: Property(
            Type.LIST, "The ids of servers. Leave it out if a group names the load balancer.", update_allowed=True
        ),
        LISTENERS: Property(
            Type.LIST, "The ports.", required=True, schema=Property(Type.MAP, "One port.", schema=LISTENER)
        ),
        GROUPS: Property(Type.LIST, "The security groups of the load balancer's server.", update_allowed=True),
        **{name: Property(kind, "Not implemented.") for name, kind in NOT_IMPLEMENTED.items()},
    }
    attributes_schema = {
        "CanonicalHostedZoneName": Attribute("Always empty.", Type.STRING),
        "CanonicalHostedZoneNameID": Attribute("Always empty.", Type.STRING),
        DNS_NAME: Attribute("The address of the load balancer's server.", Type.STRING),
        "SourceSecurityGroup.GroupName": Attribute("Always empty.", Type.STRING),
        "SourceSecurityGroup.OwnerAlias": Attribute("Always empty.", Type.STRING),
    }

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = checking.NOTHING
    ) -> dict[str, Any]:
        """Check the properties, and refuse those of a listener that aren't implemented.

        :raises StackValidationFailed: if such a property is given
        """
        listeners = given.get(LISTENERS)
        for place, listener in enumerate(listeners if isinstance(listeners, list) else ()):
            for name in NOT_OF_A_LISTENER:
                if isinstance(listener, Mapping) and name in listener:
                    where = path_to(path_to(path_to(prefix, LISTENERS), place), name)
                    raise property_error(where, f"Property {name} not implemented yet")
        return super().checked_properties(given, prefix, unknown)

    def validate(self) -> None:
        """Require that a check ends before the next one begins.

        :raises StackValidationFailed: if it doesn't
        """
        check = self.properties[HEALTH] if self.known(HEALTH) else None
        if check and check[INTERVAL] < check[TIMEOUT]:
            raise StackValidationFailed(message="Interval must be larger than Timeout")

    # --- the nested stack -----------------------------------------------------------------------------------

    def child_template(self) -> Mapping[str, Any]:
        """Return the template with the addresses that are known; without KeyName if the stack has no such parameter."""
        template = copy.deepcopy(dict(self.written))
        if KEY_NAME not in self.parameters:
            template.get("Parameters", {}).pop(KEY_NAME, None)
            load_balancer_template.server_in(template).get("Properties", {}).pop(KEY_NAME, None)
        return load_balancer_template.with_configuration(template, self._configuration())

    def child_parameters(self) -> Mapping[str, Any]:
        """Return the security groups, and parameters of the stack."""
        own = {name: self.parameters[name] for name in OF_THE_STACK if name in self.parameters}
        return {GROUPS: self.properties[GROUPS] or [], **own}

    def _configuration(self) -> str:
        if not self.known(LISTENERS, HEALTH):
            return ""  # in validation, which doesn't look inside files
        return configuration(self.properties, list((self.data.get(ADDRESSES) or {}).values()))

    def _look_up(self) -> None:
        """Record the addresses of the instances."""
        self.data_set(ADDRESSES, {it: self.address_of(it) for it in self.properties[INSTANCES] or ()})

    def address_of(self, server: str) -> str:
        """Return a server's first address; a placeholder, as in Heat, if it has none or doesn't exist."""
        try:
            return first_address_of(self.cloud.api("compute").get(f"/servers/{server}")["server"]) or NO_ADDRESS
        except CloudNotFound:
            return NO_ADDRESS

    # --- the contract of a plugin ---------------------------------------------------------------------------

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide by the schema: a change of the listeners or the health check needs a new load balancer."""
        return Resource.needs_replacement(self, before, after, changed)

    def handle_create(self) -> Progress:
        """Look up the instances, and begin to create the nested stack."""
        self._look_up()
        return super().handle_create()

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress | None:
        """Change the file in the server's metadata. Other security groups need another server, by today's template."""
        child, template = self._look(), self.nested.template(self.uuid)
        if INSTANCES in prop_diff or GROUPS in prop_diff:
            self._look_up()
        if GROUPS in prop_diff or child is None or template is None:
            return super().handle_update(prop_diff)
        if is_lost(child):
            raise UpdateReplace
        if INSTANCES in prop_diff:
            template = load_balancer_template.with_configuration(copy.deepcopy(template), self._configuration())
        goal = self.nested.revise(self.uuid, template)
        return None if self._is_at(child, goal) else self._choose(Verb.UPDATE, goal, child.operation_id)

    def reference(self) -> str:
        """Return the name, as in Heat: groups name a load balancer by it."""
        return self.name

    def resolve_attribute(self, name: str) -> Any:
        """Return the server's address; nothing for the attributes that a cloud of OpenStack doesn't have."""
        return self.nested.outputs(self.uuid).get(PUBLIC_IP) if name == DNS_NAME else ""


def in_place_of(template: Mapping[str, Any] | None) -> dict[str, type[Resource]]:
    """Return the class that replaces the plain one where an operator has a template; nothing where there is none."""
    if template is None:
        return {}
    return {TYPE: type("LoadBalancer", (LoadBalancer,), {"__doc__": LoadBalancer.__doc__, "written": template})}


def configuration(properties: Mapping[str, Any], addresses: Sequence[str]) -> str:
    """Return HAProxy's configuration: each listener shares its connections among these addresses."""
    return "\n".join([START, *(section(it, properties[HEALTH], addresses) for it in properties[LISTENERS] or ())])


def section(listener: Mapping[str, Any], check: Mapping[str, Any] | None, addresses: Sequence[str]) -> str:
    """Return the part of the configuration for one listener."""
    port, protocol = listener[PORT], listener[PROTOCOL].lower()
    lines = [f"mode {protocol}", f"bind *:{port}", "balance roundrobin"]
    if protocol == "http":
        lines += ["option http-server-close", "option forwardfor"]
    rule = ""
    if check:
        rule = f" check inter {check[INTERVAL]}s fall {check[UNHEALTHY]} rise {check[HEALTHY]}"
        lines.append(f"timeout check {check[TIMEOUT]}s")
        if page := PAGE.fullmatch(check[TARGET]):
            lines.append(f"option httpchk GET {page[1]}")
    for place, address in enumerate(addresses, 1):
        lines.append(f"server server{place} {address}:{listener[MEMBER_PORT]}{rule}")
    return f"listen port-{port}\n" + "".join(f"    {line}\n" for line in lines)
