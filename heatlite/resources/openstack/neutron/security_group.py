"""OS::Neutron::SecurityGroup and SecurityGroupRule: rules for the traffic of ports."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from heatlite.exception import CloudNotFound, NotSupported
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import custom, flag, for_api, integer, name, named, text
from heatlite.resources.openstack.marks import is_mark
from heatlite.resources.openstack.neutron.base import DESCRIPTION, InNeutron, NeutronResource
from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import AllowedValues, Range

PROTOCOLS = (
    *range(256),
    *[
        "ah",
        "dccp",
        "egp",
        "esp",
        "gre",
        "icmp",
        "icmpv6",
        "igmp",
        "ipv6-encap",
        "ipv6-frag",
        "ipv6-icmp",
        "ipv6-nonxt",
        "ipv6-opts",
        "ipv6-route",
        "ospf",
        "pgm",
    ],
    *["rsvp", "sctp", "tcp", "udp", "udplite", "vrrp"],
)
PORTS = (Range(0, 65535),)
RULES, EGRESS, REMOTE_MODE, REMOTE_GROUP = "rules", "egress", "remote_mode", "remote_group_id"
DEFAULT_EGRESS: list[Body] = [{"direction": EGRESS, "ethertype": it} for it in ("IPv4", "IPv6")]
"""Rules that Neutron gives to each new group."""
STATEFUL = "stateful"


def direction() -> Property:
    """Return the property ``direction``."""
    return text("The direction of the traffic.", default="ingress", constraints=(AllowedValues(("ingress", EGRESS)),))


def ethertype() -> Property:
    """Return the property ``ethertype``."""
    return text("The IP version of the traffic.", default="IPv4", constraints=(AllowedValues(("IPv4", "IPv6")),))


RULE = {
    "direction": direction(),
    "description": text("The description of the rule."),
    "ethertype": ethertype(),
    "port_range_min": integer("The first port, or the ICMP type.", constraints=PORTS),
    "port_range_max": integer("The last port, or the ICMP code.", constraints=PORTS),
    "protocol": text("The name or number of the protocol.", constraints=(AllowedValues(PROTOCOLS),)),
    REMOTE_MODE: Property(
        Type.STRING,
        "Whether the remote side is a block of addresses or a group.",
        default="remote_ip_prefix",
        constraints=(AllowedValues(("remote_ip_prefix", REMOTE_GROUP)),),
    ),
    REMOTE_GROUP: named("neutron.security_group", "The remote group; without it, this group itself."),
    "remote_ip_prefix": text("The remote addresses, such as 10.0.0.0/24.", constraints=custom("net_cidr")),
}


class SecurityGroup(NeutronResource):
    """A security group: rules for the traffic of the ports that use it."""

    creates_together = True
    path, key = "/security-groups", "security_group"
    properties_schema = {
        "name": name("security group"),
        "description": text("The description of the group.", update_allowed=True, cleared=""),
        RULES: Property(
            Type.LIST,
            "The rules of the group.",
            default=[],
            update_allowed=True,
            schema=Property(Type.MAP, "A rule.", schema=RULE),
        ),
        STATEFUL: flag("Whether replies are allowed automatically.", update_allowed=True, cleared=True),
    }
    list_key = "security_groups"
    rule_properties: ClassVar[frozenset[str]] = frozenset({RULES})

    def validate(self) -> None:
        """Refuse the name that Neutron reserves."""
        super().validate()
        if self.properties["name"] == "default":
            raise self.property_error("name", 'Security groups cannot be assigned the name "default".')

    def extra_body(self, body: Body) -> Body:
        """Return the body; drop ``stateful`` if Neutron supports only stateful groups."""
        if STATEFUL in body and not self.api.has_extension("stateful-security-group"):
            if body[STATEFUL] is False:
                message = "Neutron does not support stateless security groups."
                raise NotSupported(feature=f"stateful: false ({message})")
            del body[STATEFUL]
        return super().extra_body(body)

    def settle(self, progress: Any) -> bool:
        """Set the rules: create missing ones by one request, and delete the others."""
        changed = (progress or {}).get("changed")
        if changed is None or self.rule_properties & set(changed):
            self._set_rules(self.seen()["security_group_rules"])
        return super().settle(progress)

    def differing(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what differs: fields and the rules, if the template gives any: they may be resources of their own."""
        found = super().differing(body)
        if self.rule_properties != {RULES} or not self.properties[RULES]:
            return found
        wanted = {key_of(it) for it in self._all_rules()}
        there = self._without_others(body.get("security_group_rules") or [], wanted)
        if {key_of(it) for it in there} != wanted:
            given = {
                key_of(rule): it for it, rule in zip(self.properties[RULES] or (), self.wanted_rules(), strict=True)
            }
            defaults = wanted - given.keys()  # shown only if one of them is missing
            is_whole = defaults <= {key_of(it) for it in there}
            shown = [it for it in there if not (is_whole and key_of(it) in defaults)]
            found[RULES] = [given.get(key_of(it)) or as_given(it, self.resource_id) for it in shown]
        return found

    def wanted_rules(self) -> list[Body]:
        """Return the given rules in Neutron's form. Hook."""
        return [self._rule(it) for it in self.properties[RULES] or ()]

    def _all_rules(self) -> list[Body]:
        wanted = self.wanted_rules()
        if not any(it["direction"] == EGRESS for it in wanted):
            wanted += [{**it, "security_group_id": self.resource_id} for it in DEFAULT_EGRESS]
        return wanted

    def _set_rules(self, current: Iterable[Body]) -> None:
        wanted = self._all_rules()
        keys = {key_of(it) for it in wanted}
        current = self._without_others(current, keys)
        there = {key_of(it) for it in current}
        for rule in current:
            if key_of(rule) not in keys:
                self._delete_rule(rule["id"])
        missing = list({key_of(it): it for it in wanted if key_of(it) not in there}.values())
        if missing:
            self.api.post("/security-group-rules", {"security_group_rules": missing})
        if missing or there - keys:
            self._seen = None

    def _without_others(self, rules: Iterable[Body], wanted: Collection[Key]) -> list[Body]:
        """Return the rules without those that aren't wanted here and are other resources' own.

        They have the mark of a resource; those that Heat made, or whose description the template gives, are found among
        this stack's resources.
        """
        return [it for it in rules if key_of(it) in wanted or not self._is_anothers(it)]

    def _is_anothers(self, rule: Body) -> bool:
        if is_mark(rule.get("description")):
            return True
        return self.siblings is not None and self.siblings.by_reference(rule["id"]) is not None

    def _delete_rule(self, rule_id: str) -> None:
        try:
            self.api.delete(f"/security-group-rules/{rule_id}")
        except CloudNotFound:
            return

    def _rule(self, given: Mapping[str, Any]) -> Body:
        rule = for_api(Property(Type.MAP, schema=RULE), given, self.identify)
        if given[REMOTE_MODE] == REMOTE_GROUP:
            rule.pop("remote_ip_prefix", None)
            rule.setdefault(REMOTE_GROUP, self.resource_id)
        else:
            rule.pop(REMOTE_GROUP, None)
        return {**rule, "security_group_id": self.resource_id}


def as_given(rule: Mapping[str, Any], group_id: str | None) -> Body:
    """Return a rule of Neutron's as a template gives it."""
    given = {name: rule.get(name) for name in RULE}
    if rule.get(REMOTE_GROUP) is not None:
        own = rule[REMOTE_GROUP] == group_id
        return {**given, REMOTE_MODE: REMOTE_GROUP, REMOTE_GROUP: None if own else rule[REMOTE_GROUP]}
    return {**given, REMOTE_MODE: "remote_ip_prefix"}


Key = tuple[str | None, ...]
COMPARED = ("direction", "ethertype", "protocol", "port_range_min", "port_range_max", REMOTE_GROUP, "remote_ip_prefix")


def key_of(rule: Mapping[str, Any]) -> Key:
    """Return the fields that Neutron compares to decide whether two rules are equal."""
    values = {name: None if rule.get(name) is None else str(rule[name]) for name in COMPARED}
    if values["protocol"] == "icmpv6" or (values["protocol"], values["ethertype"]) == ("icmp", "IPv6"):
        values["protocol"] = "ipv6-icmp"
    if values["remote_ip_prefix"] is not None:
        values["remote_ip_prefix"] = str(ipaddress.ip_network(values["remote_ip_prefix"], strict=False))
    return tuple(values[name] for name in COMPARED)


class InRule(InNeutron):
    """The mark of a rule, in its description.

    If the template gives the description, all fields together identify the rule: Neutron allows no two equal rules in a
    group.
    """

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        if not resource.properties[DESCRIPTION]:
            super().put(resource, body)

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        wanted = resource.properties[DESCRIPTION]
        if not wanted:
            return super().query(resource)
        group = resource.identify("neutron.security_group", resource.properties["security_group"])
        return {"security_group_id": group, DESCRIPTION: wanted}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        wanted = resource.properties[DESCRIPTION]
        if not wanted:
            return super().is_on(resource, body)
        return body.get(DESCRIPTION) == wanted and key_of(body) == key_of(resource.fields(resource.properties_schema))


class SecurityGroupRule(NeutronResource):
    """A rule of a security group, as a resource of its own."""

    creates_together = True
    together_by = "security_group_id"
    path, key = "/security-group-rules", "security_group_rule"
    mark = InRule()
    properties_schema = {
        "security_group": named(
            "neutron.security_group", "The group of the rule.", field="security_group_id", required=True
        ),
        "description": text("The description of the rule."),
        "direction": direction(),
        "ethertype": ethertype(),
        "port_range_min": integer("The first port, or the ICMP type.", constraints=PORTS),
        "port_range_max": integer("The last port, or the ICMP code.", constraints=PORTS),
        "protocol": text("The name or number of the protocol.", default="tcp", constraints=(AllowedValues(PROTOCOLS),)),
        "remote_group": named("neutron.security_group", "The remote group.", field=REMOTE_GROUP),
        "remote_ip_prefix": text("The remote addresses, such as 10.0.0.0/24.", constraints=custom("net_cidr")),
    }

    def settle(self, progress: Any) -> bool:
        """Return True: Neutron changes no rule after its creation."""
        return True

    def validate(self) -> None:
        """Refuse both a remote group and a remote block, and ports in the wrong order."""
        if not self.known("remote_group", "remote_ip_prefix", "port_range_min", "port_range_max", "protocol"):
            return
        self.refuse_both("remote_group", "remote_ip_prefix")
        first, last = self.properties["port_range_min"], self.properties["port_range_max"]
        is_icmp = self.properties["protocol"] in ("icmp", "icmpv6", "ipv6-icmp")
        if first is not None and last is not None and not is_icmp and last < first:
            message = "The minimum port number must be less than or equal to the maximum port number."
            raise self.property_error("port_range_max", message)
