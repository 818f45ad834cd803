"""JSON patches: how Magnum and Ironic are told of changes: ``[{"op": "replace", "path": "/name", "value": "web"}]``."""

from __future__ import annotations

from typing import Any

from heatlite.resources.openstack.base import Body, CloudResource


class Patched(CloudResource):
    """An object that is changed by a JSON patch."""

    update_method = "PATCH"

    def change(self, body: Body) -> Body:
        """Send the change, and read the object: an answer needn't have all of it."""
        self.api.patch(self.one, [operation(name, value) for name, value in body.items()], **self.sent)
        return self.look(str(self.resource_id))


def operation(name: str, value: Any) -> Body:
    """Return the operation that sets a field, or removes its value."""
    path = f"/{name}"
    return {"op": "remove", "path": path} if value is None else {"op": "replace", "path": path, "value": value}
