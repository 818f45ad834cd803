"""OS::Keystone::Role: what users may be allowed to do."""

from __future__ import annotations

from heatlite.resources.keystone.entity import Entity, Value
from heatlite.resources.keystone.schemas import domain, supported, text


class Role(Entity):
    """Roles stand for what users may do. A role without a domain is valid in all domains."""

    kind = "role"
    support_status = supported("2015.1")
    properties_schema = {"name": text("The name of the role."), "domain": domain(default=None, fixed=True)}
    values = {"name": Value("name"), "domain": Value("domain_id", names="domain")}
