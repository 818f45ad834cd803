"""Scaling policies for clouds where stacks have their own users: an alarm signals them by a URL.

::

    alarm_url    signed, never expires: heat-api-cfn accepts it from anybody
    signal_url   heat-api's: everyone who may use the stack may post to it

They replace the plain types if a domain for stack users is configured.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.cfn_scaling_policy import CfnScalingPolicy
from heatlite.resources.builtin.own_user import Signal, SuspendableUser
from heatlite.resources.builtin.scaling_policy import ALARM_URL, SIGNAL_URL, ScalingPolicy
from heatlite.resources.schema import Attribute, AttributesSchema, CacheMode


def kept(schema: AttributesSchema) -> dict[str, Attribute]:
    """Return the same attributes as stored ones: they don't change once they are made."""
    return {name: dataclasses.replace(each, cache_mode=CacheMode.LOCAL) for name, each in schema.items()}


class PolicyWithUser(SuspendableUser, ScalingPolicy):
    """OS::Heat::ScalingPolicy."""

    attributes_schema = kept(ScalingPolicy.attributes_schema)

    def handle_create(self) -> None:
        """Create the URLs; the signed one only if there is a heat-api-cfn."""
        super().handle_create()
        self.make_own()

    def make_own(self) -> None:
        """Create the user and both URLs."""
        if self.make_keys():
            self.data_set(ALARM_URL, self.signed_url(Signal.ANY, expires=False))
        self.data_set(SIGNAL_URL, self.api_url(self.project_id))

    def handle_delete(self) -> None:
        """Delete the user, if there is one."""
        self.delete_user()

    def resolve_attribute(self, name: str) -> Any:
        """Return a URL; None if no service accepts it."""
        return self.data.get(SIGNAL_URL if name == SIGNAL_URL else ALARM_URL)


class CfnPolicyWithUser(PolicyWithUser, CfnScalingPolicy):
    """AWS::AutoScaling::ScalingPolicy."""

    attributes_schema = kept(CfnScalingPolicy.attributes_schema)


IN_PLACE_OF: dict[str, type[Resource]] = {
    "OS::Heat::ScalingPolicy": PolicyWithUser,
    "AWS::AutoScaling::ScalingPolicy": CfnPolicyWithUser,
}
"""Resource type → class that replaces the plain one."""
