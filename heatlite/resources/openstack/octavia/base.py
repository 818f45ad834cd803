"""The base of a load balancer and all that is in it.

Octavia changes one thing of a load balancer at a time. Meanwhile the load balancer is immutable, and sometimes only a
pool or a policy of it is. Every other change of it is refused with 409, so it is sent again until Octavia takes it::

    POST /lbaas/pools ─▶ 409 "Load Balancer 3b24… is immutable" ─▶ GET /lbaas/loadbalancers/3b24…
                                                                     PENDING_… ─▶ later: POST again
                                                                     ERROR     ─▶ failed: it will never be taken

Other conflicts, such as a port that is taken, don't pass, and fail the resource. The mark is a tag.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.exception import CloudConflict, CloudNotFound, ResourceInError
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import flag, text
from heatlite.resources.openstack.marks import InTags, Mark
from heatlite.resources.openstack.states import State, states
from heatlite.resources.schema import Property

BALANCERS = "/lbaas/loadbalancers"
IMMUTABLE = re.compile(r"([A-Z][\w ]*?) ([0-9a-f-]{36}) is immutable")
PLACES = {
    "Load Balancer": (BALANCERS, "loadbalancer"),
    "Listener": ("/lbaas/listeners", "listener"),
    "Pool": ("/lbaas/pools", "pool"),
    "L7Policy": ("/lbaas/l7policies", "l7policy"),
}
"""Name of a kind of object in Octavia's message "… is immutable" → path and key of such objects."""
UNSENT, REFUSED, SINCE = "unsent", "refused", "since"
"""Keys of a progress: the properties whose change Octavia hasn't taken; whether the same step has tried it already;
when it was refused first."""
STATES = states(good="ACTIVE", pending="PENDING_CREATE PENDING_UPDATE PENDING_DELETE", field="provisioning_status")
AN_HOUR = 3600.0


class OctaviaResource(CloudResource):
    """A load balancer, or an object in one.

    ``joined``: field of a creation → the list in an object's JSON whose first item has its value as id.
    """

    service = "load_balancer"
    mark: ClassVar[Mark] = InTags()
    states = STATES
    is_gone_at_once = False
    in_use_seconds = AN_HOUR
    joined: ClassVar[Mapping[str, str]] = {}

    # --- create ----------------------------------------------------------------------------------------------------

    def handle_create(self) -> Any:
        """Leave the creation to the check, which tries until the load balancer isn't busy."""
        return {}

    def check_create_complete(self, progress: Any) -> bool:
        """Create the object as soon as the load balancer isn't busy, and wait for it."""
        if self.resource_id is None and not self._try_to_create(progress):
            return False
        return super().check_create_complete(progress)

    def _try_to_create(self, progress: Body) -> bool:
        try:
            super().handle_create()
        except CloudConflict as error:
            self._wait_for_balancer(error, progress)
            return False
        return True

    # --- update ----------------------------------------------------------------------------------------------------

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change the object, if the load balancer isn't busy."""
        try:
            return super().handle_update(prop_diff)
        except CloudConflict as error:
            progress = {UNSENT: sorted(prop_diff), REFUSED: True}
            self._wait_for_balancer(error, progress)
            return progress

    def check_update_complete(self, progress: Any) -> bool:
        """Change the object as soon as the load balancer isn't busy, and wait for it."""
        if progress.pop(REFUSED, False):
            return False
        if UNSENT in progress:
            try:
                self._seen = self.change(self.update_body({name: self.properties[name] for name in progress[UNSENT]}))
            except CloudConflict as error:
                self._wait_for_balancer(error, progress)
                return False
            progress["changed"] = progress.pop(UNSENT)
        return super().check_update_complete(progress)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields; the mark stays among the tags."""
        body = super().update_body(prop_diff)
        if "tags" in body:
            self.mark.put(self, body)
        return body

    # --- delete ----------------------------------------------------------------------------------------------------

    def delete(self, thing_id: str) -> None:
        """Send the deletion.

        :raises CloudConflict: if the load balancer is busy
        :raises ResourceInError: if it is broken
        """
        try:
            super().delete(thing_id)
        except CloudConflict as error:
            self._refuse_if_broken(error)
            raise

    def look(self, thing_id: str) -> Body:
        """Read the object, with the ids of the objects that it is in, as a creation names them.

        :raises CloudNotFound: if it doesn't exist, or is deleted
        """
        body = super().look(thing_id)
        if body.get("provisioning_status") == "DELETED":
            raise CloudNotFound(service="Octavia", status=404, message=f"{self.key} {thing_id} is deleted")
        found = {field: body[name][0]["id"] for field, name in self.joined.items() if body.get(name)}
        return {**body, **found}

    # --- what is busy ----------------------------------------------------------------------------------------------

    def _wait_for_balancer(self, error: CloudConflict, progress: Body) -> None:
        """Do nothing if the conflict will pass.

        :raises CloudConflict: if it won't, or hasn't within an hour
        :raises ResourceInError: if what is immutable is broken
        """
        self._refuse_if_broken(error)
        since = progress.setdefault(SINCE, self.now())
        if self.now() - since >= self.in_use_seconds or not IMMUTABLE.search(str(error)):
            raise error
        self.poll_in(self.poll_seconds)

    def _refuse_if_broken(self, error: CloudConflict) -> None:
        found = IMMUTABLE.search(str(error))
        if found is None or found[1] not in PLACES:
            return
        path, key = PLACES[found[1]]
        try:
            busy = self.api.get(f"{path}/{found[2]}")[key]
        except CloudNotFound:
            return
        if STATES.of(busy) is State.FAILED:
            reason = f"{found[1]} {found[2]} is broken, and Octavia changes nothing in it; delete it, or repair it"
            raise ResourceInError(resource_status=busy[STATES.field], status_reason=reason) from None

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return where to look: Octavia tells no reason."""
        return f"Octavia failed to carry out the change; operating status {body.get('operating_status')}"


def admin_state_up(of: str) -> Property:
    """Return the property ``admin_state_up``."""
    return flag(f"Whether the {of} is administratively up.", default=True, update_allowed=True)


def tenant_id(of: str, **more: Any) -> Property:
    """Return the property ``tenant_id``."""
    return text(f"The project that owns the {of}; only administrators may choose one.", field="project_id", **more)
