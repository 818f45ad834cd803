"""Giving back: what a replacement took from the resource that it replaced, once a rollback has deleted the replacement.

::

    deleted ─▶ given back ─▶ done
                   │ refused
                   ▼
               tried again for as long as a deletion waits ─▶ the deletion fails, with the service's words
                                                                   │ the next deletion
                                                                   ▼
                                                              tried once more, and given up with a warning

A refusal may pass: the other server is busy, or Nova's hypervisor failed or was slow to answer (which is a 500, and
the request may have been carried out all the same). So whoever gives something back looks first what is so already.
A deletion fails only once for it: a stack that can't be deleted is worse than a port that is attached nowhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from heatlite.exception import CloudError, CloudUnavailable, Error
from heatlite.resources.openstack.base import Body, CloudResource

LOG = logging.getLogger(__name__)

REFUSED, NOT_GIVEN_BACK = "refused", "not_given_back"
"""The key of a progress: when it was refused first. The key of the data: a deletion has failed for it."""


def is_given_back(resource: CloudResource, progress: Body, what: str, give: Callable[[], None]) -> bool:
    """Give something back; return False if the next step has to try again.

    :param what: what it is, for the user
    :raises Error: if the service has refused it for too long
    """
    try:
        give()
    except CloudUnavailable:
        raise  # the engine repeats the step
    except CloudError as error:
        message = f"{resource.name} is deleted, but {what} can't be given back: {error}"
        if resource.data.get(NOT_GIVEN_BACK):
            LOG.warning("%s", resource.masked(message))
            return True
        if not resource.is_in_use_too_long(progress, REFUSED):
            resource.poll_in(2 * resource.poll_seconds)
            return False
        resource.data_set(NOT_GIVEN_BACK, True)
        raise Error(message=message) from None
    return True
