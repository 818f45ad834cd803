"""Generate a template and adoption data of what a request's project has, in the request's own name; nothing is written.

What would be refused as a new stack is refused here already, with the way to ask for less.
"""

from __future__ import annotations

from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.engine.common import limits
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.shared import Shared
from heatlite.resources.openstack.generation.collecting import collect
from heatlite.resources.openstack.generation.generating import Selection, generate
from heatlite.schema.sizes import weight

LESS = "select things by name, tag or id"
MOST_NOTES = 1000


def generate_stack(shared: Shared, context: RequestContext, selection: Selection) -> dict[str, Any]:
    """Return ``data``, by which a stack adopts what is selected, with its template; and ``notes`` on what isn't in it.

    :raises NotSupported: when no keystone is configured
    :raises Invalid: when the request has no token
    :raises Forbidden: when the token is for another project
    :raises CloudError: when a service can't be asked
    :raises RequestLimitExceeded: when there is too much for one stack
    """
    if shared.clouds is None:
        raise exception.NotSupported(feature="Generating a stack from a project without an identity service")
    cloud = shared.cloud_of(context)
    if cloud is None:
        raise exception.Invalid(reason="the services are asked with the request's token, and this request has none")
    found = generate(collect(cloud, context.project_id), selection)
    number, most = len(found.resources), shared.settings.max_resources_per_stack
    if 0 <= most < number:
        message = f"There are {number} things, and a stack may have {most} (option max_resources_per_stack): {LESS}."
        raise exception.RequestLimitExceeded(message=message)
    reply = {"data": found.data, "notes": [it.to_dict() for it in found.notes[:MOST_NOTES]]}
    check_read(weight(reply), LESS)
    limits.check_sizes(shared.settings, found.template, {}, {})
    limits.check_adopted(shared.settings.max_template_size, found.data)
    return reply
