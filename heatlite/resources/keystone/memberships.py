"""Memberships: the groups that a user is in, and the roles that a user or a group has in projects and domains.

The resource's data records what the resource gave, as paths of keystone's API. So an update removes what it no longer
wants, and nothing that somebody else gave::

    recorded  {a, b}      wanted  {b, c}      ─▶  PUT b, c   DELETE a   recorded {b, c}

A path is recorded in one step and given in the next. If an engine dies in between, the path is removed later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import Custom

ROLES, ROLE, PROJECT, DOMAIN = "roles", "role", "project", "domain"
GROUPS = "groups"
ID = r"[\w.-]*\w[\w.-]*"
GRANT = re.compile(rf"(?:projects|domains)/{ID}/(?:users|groups)/{ID}/roles/{ID}", re.ASCII)
MEMBERSHIP = re.compile(rf"groups/{ID}/users/{ID}", re.ASCII)
"""The only paths of keystone's API that may be recorded: after an adoption, data may come from a client."""


def are_grants(value: Any) -> bool:
    """Tell whether a value is a list of paths of role assignments."""
    return isinstance(value, list) and all(isinstance(path, str) and GRANT.fullmatch(path) for path in value)


def are_memberships(value: Any) -> bool:
    """Tell whether a value is a list of paths of memberships."""
    return isinstance(value, list) and all(isinstance(path, str) and MEMBERSHIP.fullmatch(path) for path in value)


def _reference(kind: str, *, required: bool = False) -> Property:
    return Property(
        Type.STRING, f"The name or id of the {kind}.", required=required, constraints=(Custom(f"keystone.{kind}"),)
    )


ROLES_PROPERTY = Property(
    Type.LIST,
    "The roles, each with the project or domain in which it is given.",
    update_allowed=True,
    schema=Property(
        Type.MAP,
        "A role, and either a project or a domain.",
        schema={
            ROLE: _reference(ROLE, required=True),
            PROJECT: _reference(PROJECT),
            DOMAIN: _reference(DOMAIN),
        },
    ),
)


def check_roles(resource: Resource) -> None:
    """Refuse a role that is for both a project and a domain, or for neither.

    :raises StackValidationFailed: with the path of the role
    """
    roles = resource.properties[ROLES]
    for index, given in enumerate(roles if isinstance(roles, list) else ()):
        if not isinstance(given, Mapping):
            continue  # the role isn't known yet
        if given.get(PROJECT) is not None and given.get(DOMAIN) is not None:
            raise _wrong(resource, index, "Cannot define the following properties at the same time: project, domain.")
        if given.get(PROJECT) is None and given.get(DOMAIN) is None:
            message = f"Either project or domain must be specified for role {given.get(ROLE)}"
            raise _wrong(resource, index, message)


def _wrong(resource: Resource, index: int, message: str) -> StackValidationFailed:
    return resource.property_error(f"{ROLES}[{index}]", message)


def give_roles(resource: Resource, kind: str, thing_id: str) -> bool:
    """Give a user or group the roles of the resource's properties, and remove others that the resource gave before.

    :param kind: ``user`` or ``group``
    :returns: as ``give``
    """
    identity = resource.cloud.identity

    def path(given: Mapping[str, Any]) -> str:
        scope = PROJECT if given.get(PROJECT) is not None else DOMAIN
        scope_id, role_id = identity.id_of(scope, given[scope]), identity.id_of(ROLE, given[ROLE])
        return f"{scope}s/{scope_id}/{kind}s/{thing_id}/roles/{role_id}"

    return give(resource, ROLES, [path(given) for given in resource.properties[ROLES] or ()])


def join_groups(resource: Resource, user_id: str, groups: Iterable[str]) -> bool:
    """Add a user to these groups, by name or id, and remove the user from others that the resource chose.

    :returns: as ``give``
    """
    ids = [resource.cloud.identity.id_of("group", group) for group in groups]
    return give(resource, GROUPS, [f"groups/{group_id}/users/{user_id}" for group_id in ids])


def give(resource: Resource, key: str, wanted: Iterable[str]) -> bool:
    """Give these paths, and remove others that were recorded under ``key``.

    :returns: True if that is done; False if new paths have only been recorded: call it again in the next step
    """
    paths, before = list(dict.fromkeys(wanted)), kept(resource, key)
    if not set(paths) <= set(before):
        resource.data_set(key, list(dict.fromkeys([*before, *paths])))
        resource.poll_in(0)
        return False
    for path in paths:
        resource.cloud.identity.put(path)
    for path in before:
        if path not in paths:
            resource.cloud.identity.remove(path)
    if before:
        resource.data_set(key, paths)
    return True


def kept(resource: Resource, key: str) -> list[str]:
    """Return the paths that are recorded under ``key``; leave out any that aren't allowed."""
    paths = resource.data.get(key) or ()
    return [path for path in paths if isinstance(path, str) and (GRANT.fullmatch(path) or MEMBERSHIP.fullmatch(path))]


def take_back(resource: Resource, key: str) -> None:
    """Remove everything that the resource gave."""
    for path in kept(resource, key):
        resource.cloud.identity.remove(path)
    resource.data_delete(key)
