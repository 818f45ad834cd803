"""Policy: which types a request may use, by oslo.policy's rules. They are Heat's, and an operator's file may differ.

resource_types:OS::Keystone::*      rule:project_admin      every type of that kind
resource_types:OS::Nova::Flavor     rule:project_admin      this type
                                                            what no rule names is everybody's
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
"""Those that are for administrators of a project, where no file says otherwise."""


def enforcer() -> policy.Enforcer:
    """For ``oslopolicy-policy-generator`` and its kin: the rules with an operator's file, as the configuration in
    heatlite's usual places names it."""
    from oslo_policy import policy

    conf = cfg.ConfigOpts()
    conf([], project="heatlite")
    made = policy.Enforcer(conf, use_conf=True)
    made.register_defaults(rules())
    return made


class TypePolicy:
    """Says who may use which types.

    :param conf: a configuration that has been read, in which oslo.policy finds its file; None: the rules are as here
    """

    def __init__(self, conf: cfg.ConfigOpts | None = None) -> None:
        self._conf = conf

    @functools.cached_property
    def _enforcer(self) -> policy.Enforcer:
        """Made when it is first asked: reading one rule, oslo.policy imports an HTTP client."""
        from oslo_policy import opts, policy

        conf = self._conf
        if conf is None:
            conf = cfg.ConfigOpts()
            conf([], default_config_files=[], default_config_dirs=[])
            opts.set_defaults(conf)
            conf.set_override("policy_file", os.devnull, group="oslo_policy")
        enforcer = policy.Enforcer(conf, use_conf=True)
        enforcer.register_defaults(rules())
        return enforcer

    def allows(self, context: RequestContext, type_name: str) -> bool:
        """Whether a request may use a type."""
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
        """Refuse what a request may not use.

        :raises Forbidden: naming the first such type
        """
        for name in sorted(set(type_names)):
            if not self.allows(context, name):
                raise exception.Forbidden(action=name)

    def permit(self, context: RequestContext, stack: StackRecord) -> StackRecord:
        """The stack, if who asks may use every type in it: what he asks for is done by the right of its owner.

        :raises Forbidden: naming the first that isn't for him
        """
        self.check(context, resources.types(context, stack.id))
        return stack


def rules() -> list[policy.RuleDefault]:
    """The rules where no file says otherwise; ``oslopolicy-sample-generator --namespace heatlite`` writes them."""
    from oslo_policy import policy

    return [
        policy.RuleDefault("context_is_admin", "role:admin and is_admin_project:True", "Who may see every project."),
        policy.RuleDefault("project_admin", "role:admin", "Who administers a project."),
        *(
            policy.RuleDefault(
                f"{PREFIX}:{name}", "rule:project_admin", f"Who may use {name}.", scope_types=["project"]
            )
            for name in ADMINS_TYPES
        ),
    ]


def credentials(context: RequestContext) -> dict[str, object]:
    """What rules look at."""
    wire = context.wire
    return {
        "roles": [str(role) for role in wire.get("roles") or ()],
        "project_id": context.project_id or None,
        "user_id": context.user_id,
        "domain_id": wire.get("user_domain_id") or wire.get("user_domain"),
        "system_scope": wire.get("system_scope"),
        "is_admin": context.is_admin,
        "is_admin_project": bool(wire.get("is_admin_project", True)),
    }


@dataclass(frozen=True)
class _Asked:
    """Who has something validated, and what he was found to be allowed: a template has many resources of few types."""

    held: TypePolicy
    context: RequestContext
    allowed: set[str] = field(default_factory=set)


_FOR: ContextVar[_Asked | None] = ContextVar("policy", default=None)


@contextmanager
def held_to(held: TypePolicy, context: RequestContext) -> Iterator[None]:
    """Hold what is validated here, and in what is called from here, to what a request may use."""
    before = _FOR.set(_Asked(held, context))
    try:
        yield
    finally:
        _FOR.reset(before)


def check_type(type_name: str) -> None:
    """Refuse a type that whoever has something validated may not use.

    :raises Forbidden: naming it
    """
    asked = _FOR.get()
    if asked is not None and type_name not in asked.allowed:
        asked.held.check(asked.context, [type_name])
        asked.allowed.add(type_name)
