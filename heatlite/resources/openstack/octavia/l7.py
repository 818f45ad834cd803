"""OS::Octavia::L7Policy and L7Rule: what happens to certain requests of a listener."""

from __future__ import annotations

from heatlite.exception import ResourcePropertyValueDependency
from heatlite.resources.openstack.claims import Inner
from heatlite.resources.openstack.fields import description, flag, name, named, number, text
from heatlite.resources.openstack.octavia.base import OctaviaResource, admin_state_up
from heatlite.resources.schema import Attribute, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

ACTION, REDIRECT_POOL, REDIRECT_URL = "action", "redirect_pool", "redirect_url"
REJECT = "REJECT"
NEEDED = {"REDIRECT_TO_POOL": REDIRECT_POOL, "REDIRECT_TO_URL": REDIRECT_URL}
"""Action → the property that says where."""
NEED_A_KEY = ("HEADER", "COOKIE")
VERSION = SupportStatus(version="10.0.0")


class L7Policy(OctaviaResource):
    """A policy: what happens to requests of a listener that match all its rules."""

    path, key, list_key = "/lbaas/l7policies", "l7policy", "l7policies"
    support_status = VERSION
    properties_schema = {
        "name": name("policy"),
        "description": description("policy"),
        "admin_state_up": admin_state_up("policy"),
        ACTION: text(
            "What happens to a request.",
            required=True,
            constraints=(AllowedValues((REJECT, *NEEDED)),),
            update_allowed=True,
        ),
        REDIRECT_POOL: named(
            "octavia.pool", "The pool to which requests go.", field="redirect_pool_id", update_allowed=True
        ),
        REDIRECT_URL: text("The URL to which requests are redirected.", update_allowed=True),
        "position": number(
            "The place among the listener's policies; 1 is the first.", constraints=(Range(1),), update_allowed=True
        ),
        "listener": named("octavia.listener", "The listener.", field="listener_id", required=True),
    }
    attributes_schema = {"rules": Attribute("The rules of the policy.", Type.LIST)}

    def validate(self) -> None:
        """Require the place that fits the action, and no other.

        :raises StackValidationFailed: if it is missing, or not needed
        :raises ResourcePropertyValueDependency: if another one is given
        """
        if not self.known(ACTION, REDIRECT_POOL, REDIRECT_URL):
            return
        action = self.properties[ACTION]
        given = {it for it in NEEDED.values() if self.properties[it] is not None}
        if action == REJECT and given:
            message = f"Properties {REDIRECT_POOL} and {REDIRECT_URL} are not required when {ACTION} type is set to "
            raise self.properties_error(f"{message}{REJECT}.")
        for other, place in NEEDED.items():
            if other != action and place in given:
                raise ResourcePropertyValueDependency(prop1=place, prop2=ACTION, value=other)
        if action in NEEDED and NEEDED[action] not in given:
            message = f"Property {NEEDED[action]} is required when {ACTION} type is set to {action}."
            raise self.property_error(NEEDED[action], message)


class L7Rule(Inner, OctaviaResource):
    """A rule: what a request must have to match a policy."""

    path, inner, parent, key = "/lbaas/l7policies", "rules", "l7policy", "rule"
    support_status = VERSION
    properties_schema = {
        "admin_state_up": admin_state_up("rule"),
        "l7policy": named("octavia.l7policy", "The policy.", required=True),
        "type": text(
            "What of a request is compared.",
            required=True,
            constraints=(AllowedValues(("HOST_NAME", "PATH", "FILE_TYPE", *NEED_A_KEY)),),
            update_allowed=True,
        ),
        "compare_type": text(
            "How it is compared.",
            required=True,
            constraints=(AllowedValues(("REGEX", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUAL_TO")),),
            update_allowed=True,
        ),
        "invert": flag("Whether requests match that don't compare.", default=False, update_allowed=True),
        "key": text("The name of the header or cookie.", update_allowed=True),
        "value": text("The value to compare with.", required=True, update_allowed=True),
    }

    def validate(self) -> None:
        """Require the name of a header or a cookie.

        :raises StackValidationFailed: if it is missing
        """
        if self.known("type", "key") and self.properties["type"] in NEED_A_KEY and self.properties["key"] is None:
            message = f"Property key is missing. Rules of the types {' and '.join(NEED_A_KEY)} need it."
            raise self.property_error("key", message)
