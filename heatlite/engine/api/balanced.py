"""The members of groups in the metadata of a load balancer's server, as they are when somebody reads it.

::

    the server's row ─▶ the load balancer, whose nested stack it is in ─▶ groups beside it that name it
      ─▶ their members that are COMPLETE ─▶ addresses ─▶ haproxy.cfg

A member that is being changed or deleted isn't in it, so a rolling update takes no connection away.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.model import Action, Status
from heatlite.convergence.serving import active_rows
from heatlite.db import resources, stacks
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.definitions import nested_values
from heatlite.engine.shared import Shared
from heatlite.resources.base import Resource
from heatlite.resources.builtin.launched_group import ADDRESS, BALANCERS, LaunchedGroup
from heatlite.resources.openstack.aws.instance import NO_ADDRESS
from heatlite.resources.openstack.aws.load_balancer import ADDRESSES, LoadBalancer, configuration
from heatlite.resources.openstack.aws.load_balancer_template import SERVER, with_file


def with_members(
    shared: Shared, context: RequestContext, stack: StackRecord, row: ResourceRecord, metadata: dict[str, Any]
) -> dict[str, Any]:
    """Return the metadata of a row. If it is a load balancer's server that groups name, it has their members."""
    if row.name != SERVER or stack.owner_id is None:
        return metadata
    balancer, owner = resources.by_uuid(context, stack.id), stacks.get(context, stack.owner_id)
    if balancer is None or owner is None or not is_a(shared, balancer, LoadBalancer):
        return metadata
    groups = list(groups_of(shared, context, owner, balancer))
    if not groups:
        return metadata
    members = [address for group in groups for address in addresses(shared, context, group)]
    data: Mapping[str, Any] = balancer.resource_data or {}
    instances = data.get(ADDRESSES) or {}
    content = configuration(balancer.properties_data or {}, [*instances.values(), *members])
    try:
        return with_file(copy.deepcopy(metadata), content)
    except (KeyError, TypeError):  # a template of an operator's has no such file there
        return metadata


def groups_of(
    shared: Shared, context: RequestContext, owner: StackRecord, balancer: ResourceRecord
) -> Iterator[ResourceRecord]:
    """Yield the groups in a load balancer's stack that name it."""
    rows = active_rows(resources.light(context, owner.id), owner.raw_template_id).values()
    ids = [it.id for it in rows if it.action is not Action.DELETE and is_a(shared, it, LaunchedGroup)]
    for group in resources.by_ids(context, ids) if ids else ():
        if balancer.name in ((group.properties_data or {}).get(BALANCERS) or ()):
            yield group


def addresses(shared: Shared, context: RequestContext, group: ResourceRecord) -> Iterator[str]:
    """Yield the address of each member that is there, in the order of their creation."""
    child = stacks.get(context, group.uuid)
    if child is None:
        return
    found = active_rows(resources.results(context, child.id), child.raw_template_id)
    there = [it for it in found.values() if it.action is not Action.DELETE and it.status is Status.COMPLETE]
    whole = nested_values.rows_of(context, child, [it.name for it in there])
    for member in there:
        yield str(nested_values.attribute(context, shared.registry, whole.get(member.name), ADDRESS) or NO_ADDRESS)


def is_a(shared: Shared, row: ResourceRecord, plugin: type[Resource]) -> bool:
    """Tell whether a row is of a type that this class serves."""
    try:
        return issubclass(shared.registry.get(row.type), plugin)
    except exception.EntityNotFound:
        return False
