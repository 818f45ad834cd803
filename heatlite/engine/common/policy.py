"""Decide which resource types a request may use, by oslo.policy's rules.

The default rules are Heat's; an operator's policy file may override them.

resource_types:OS::Keystone::*      rule:project_admin      every type with this prefix
resource_types:OS::Nova::Flavor     rule:project_admin      this type
                                                            a type that no rule names is open to every project
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oslo_config import cfg

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import resources
from heatlite.db.records import StackRecord

if TYPE_CHECKING:
    from oslo_policy import policy

PREFIX = "resource_types"
ADMINS_TYPES = (
    "OS::Blazar::Host",
    "OS::Cinder::EncryptedVolumeType",
    "OS::Cinder::QoSAssociation",
    "OS::Cinder::QoSSpecs",
    "OS::Cinder::Quota",
    "OS::Cinder::VolumeType",
    "OS::Keystone::*",
    "OS::Manila::ShareType",
    "OS::Neutron::ProviderNet",
    "OS::Neutron::QoSBandwidthLimitRule",
    "OS::Neutron::QoSDscpMarkingRule",
    "OS::Neutron::QoSMinimumBandwidthRule",
    "OS::Neutron::QoSMinimumPacketRateRule",
    "OS::Neutron::QoSPolicy",
    "OS::Neutron::Quota",
    "OS::Neutron::Segment",
    "OS::Nova::Flavor",
    "OS::Nova::HostAggregate",
    "OS::Nova::Quota",
    "OS::Octavia::AvailabilityZone",
    "OS::Octavia::AvailabilityZoneProfile",
    "OS::Octavia::Flavor",
    "OS::Octavia::FlavorProfile",
    "OS::Octavia::Quota",
)
"""The types that, by default, only administrators of a project may use."""


def enforcer() -> policy.Enforcer:
    """Build an enforcer for oslo.policy's command-line tools, such as ``oslopolicy-policy-generator``.

    It reads heatlite's configuration from the usual places, and the policy file that the configuration names.
    """
    conf = cfg.ConfigOpts()
    conf([], project="heatlite")
    return enforcer_of(conf)


def enforcer_of(conf: cfg.ConfigOpts, policy_file: str | None = None) -> policy.Enforcer:
    """Build an enforcer of the default rules and of a policy file, by default the one that the configuration names.

    A token whose scope isn't the rule's is refused unless the configuration says otherwise. Older releases of
    oslo.policy would only warn of it.
    """
    from oslo_policy import opts, policy

    opts.set_defaults(conf, enforce_scope=True)
    made = policy.Enforcer(conf, policy_file)
    made.register_defaults(rules())
    return made


class TypePolicy:
    """Decides which types a request may use.

    :param conf: the configuration, which names the policy file; None: only the default rules apply
    """

    def __init__(self, conf: cfg.ConfigOpts | None = None) -> None:
        self._conf = conf

    @functools.cached_property
    def _enforcer(self) -> policy.Enforcer:
        """The enforcer. It is built at first use, because oslo.policy imports an HTTP client for it."""
        if self._conf is not None:
            return enforcer_of(self._conf)
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[], default_config_dirs=[])
        return enforcer_of(conf, os.devnull)

    def allows(self, context: RequestContext, type_name: str) -> bool:
        """Tell whether a request may use a type."""
        rules = (f"{PREFIX}:{type_name}", f"{PREFIX}:{type_name.rpartition('::')[0]}::*")
        self._enforcer.load_rules()
        return all(self._passes(context, rule) for rule in rules if rule in self._enforcer.rules)

    def _passes(self, context: RequestContext, rule: str) -> bool:
        from oslo_policy import policy

        try:
            return bool(self._enforcer.enforce(rule, {"project_id": context.project_id}, credentials(context)))
        except policy.InvalidScope:
            return False

    def check(self, context: RequestContext, type_names: Iterable[str]) -> None:
        """Refuse types that a request may not use.

        :raises Forbidden: when there is one; it names the first such type
        """
        for name in sorted(set(type_names)):
            if not self.allows(context, name):
                raise exception.Forbidden(action=name)

    def permit(self, context: RequestContext, stack: StackRecord) -> StackRecord:
        """Return the stack if the client may use every type in it.

        The operation runs with the stored credentials of the stack, so the client must not get more rights by it.

        :raises Forbidden: when the client may not use a type; it names the first such type
        """
        self.check(context, resources.types(context, stack.id))
        return stack


def rules() -> list[policy.RuleDefault]:
    """Return the default rules; ``oslopolicy-sample-generator --namespace heatlite`` writes them to a file."""
    from oslo_policy import policy

    return [
        policy.RuleDefault(
            "context_is_admin", "role:admin and is_admin_project:True", "See the stacks of every project."
        ),
        policy.RuleDefault("project_admin", "role:admin", "Administer a project."),
        *(
            policy.RuleDefault(
                f"{PREFIX}:{name}", "rule:project_admin", f"Use the resource type {name}.", scope_types=["project"]
            )
            for name in ADMINS_TYPES
        ),
    ]


def credentials(context: RequestContext) -> dict[str, object]:
    """Return the credentials that the rules are checked against."""
    wire = context.wire
    return {
        "roles": [str(role) for role in wire.get("roles") or ()],
        "project_id": context.project_id or None,
        "user_id": context.user_id,
        "user_domain_id": wire.get("user_domain_id") or wire.get("user_domain"),
        "domain_id": wire.get("domain"),  # that the token is for: a token for a project has none
        "system_scope": wire.get("system_scope"),
        "is_admin": context.is_admin,
        "is_admin_project": bool(wire.get("is_admin_project", True)),
    }


@dataclass(frozen=True)
class _Asked:
    """The request that is being validated, and the types it may use. They are cached: many resources have few types."""

    held: TypePolicy
    context: RequestContext
    allowed: set[str] = field(default_factory=set)


_FOR: ContextVar[_Asked | None] = ContextVar("policy", default=None)


@contextmanager
def held_to(held: TypePolicy, context: RequestContext) -> Iterator[None]:
    """Apply a request's type policy to all validation within the block."""
    before = _FOR.set(_Asked(held, context))
    try:
        yield
    finally:
        _FOR.reset(before)


def check_type(type_name: str) -> None:
    """Refuse a type that the request being validated may not use.

    :raises Forbidden: when it may not; it names the type
    """
    asked = _FOR.get()
    if asked is not None and type_name not in asked.allowed:
        asked.held.check(asked.context, [type_name])
        asked.allowed.add(type_name)
