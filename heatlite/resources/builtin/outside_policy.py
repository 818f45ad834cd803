"""Scaling policies where stacks have users of their own: an alarm signals them by a URL.

::

    alarm_url    signed, for ever: heat-api-cfn takes it from whoever has it
    signal_url   heat-api's: whoever may use the stack may post to it

They take the place of the plain types where a domain for such users is configured.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.cfn_scaling_policy import CfnScalingPolicy
from heatlite.resources.builtin.own_user import OwnUser, Signal
from heatlite.resources.builtin.scaling_policy import ALARM_URL, SIGNAL_URL, ScalingPolicy
from heatlite.resources.schema import Attribute, AttributesSchema, CacheMode


def kept(schema: AttributesSchema) -> dict[str, Attribute]:
    """The same attributes, which don't change once they are made."""
    return {name: dataclasses.replace(each, cache_mode=CacheMode.LOCAL) for name, each in schema.items()}


class OutsidePolicy(OwnUser, ScalingPolicy):
    """OS::Heat::ScalingPolicy."""

    attributes_schema = kept(ScalingPolicy.attributes_schema)

    def handle_create(self) -> None:
        """Make the URLs; the signed one only where there is a heat-api-cfn."""
        super().handle_create()
        self.make_own()

    def make_own(self) -> None:
        """Make the user and both URLs."""
        if self.make_keys():
            self.data_set(ALARM_URL, self.signed_url(Signal.ANY, expires=False))
        self.data_set(SIGNAL_URL, self.api_url(self.project_id))

    def handle_delete(self) -> None:
        """Delete the user; he may be gone, or never have been."""
        self.delete_user()

    def handle_suspend(self) -> None:
        """Let no alarm signal it."""
        self.enable_user(enabled=False)

    def handle_resume(self) -> None:
        """Let alarms signal it again."""
        self.enable_user(enabled=True)

    def resolve_attribute(self, name: str) -> Any:
        """A URL; None where there is nobody to take it."""
        return self.data.get(SIGNAL_URL if name == SIGNAL_URL else ALARM_URL)


class OutsideCfnPolicy(OutsidePolicy, CfnScalingPolicy):
    """AWS::AutoScaling::ScalingPolicy."""

    attributes_schema = kept(CfnScalingPolicy.attributes_schema)


IN_PLACE_OF: dict[str, type[Resource]] = {
    "OS::Heat::ScalingPolicy": OutsidePolicy,
    "AWS::AutoScaling::ScalingPolicy": OutsideCfnPolicy,
}
"""What serves these types where stacks have users of their own."""
