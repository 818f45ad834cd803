"""OS::Zaqar::Queue and SignedQueueURL: queues of messages, and URLs to use them without a login.

A queue is known by its name alone. Zaqar makes a queue when somebody first uses its name, so a queue that exists is
taken as it is, as in Heat. A request may be repeated: nothing needs a mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from heatlite.exception import CloudNotFound
from heatlite.resources.base import UpdateReplace
from heatlite.resources.jsonable import read_as
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import RecordedFirst
from heatlite.resources.openstack.zaqar.base import PATCH, ZaqarResource
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Length

NAME, METADATA = "name", "metadata"
LONGEST_NAME = 64
RESERVED = "_"
"""How the names of metadata begin that are Zaqar's own."""
QUEUE, PATHS, TTL, METHODS = "queue", "paths", "ttl", "methods"
SIGNED = ("signature", "expires", PATHS, METHODS, "project")


class Queue(RecordedFirst, ZaqarResource):
    """A queue, with its metadata."""

    path, key, is_bare, mark = "/queues", "queue", True, RecordedFirst.mark
    physical_resource_name_limit = LONGEST_NAME
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        NAME: Property(Type.STRING, "The name of the queue.", constraints=(Length(max=LONGEST_NAME),)),
        METADATA: Property(Type.MAP, "The metadata of the queue.", update_allowed=True),
    }
    attributes_schema = {
        "queue_id": Attribute("The name of the queue.", None, CacheMode.NONE, "HIDDEN"),
        "href": Attribute("The URL of the queue."),
    }

    def own_id(self) -> str:
        """Return the queue's name."""
        return str(self.properties[NAME] or self.physical_resource_name())

    def apply(self) -> None:
        """Create the queue, unless it exists, and give it the template's metadata."""
        wanted = self.properties[METADATA] or {}
        self.api.put(self.one, wanted, **self.sent)
        there = own(self.api.get(self.one, **self.sent))
        changes: list[Body] = [{"op": "remove", "path": pointer(name)} for name in sorted(set(there) - set(wanted))]
        for name, value in wanted.items():
            if name not in there or there[name] != value:
                changes.append({"op": "add", "path": pointer(name), "value": value})
        if changes:
            self.api.patch(self.one, changes, headers={**self.sent["headers"], **PATCH})
        self._seen = None

    def look(self, thing_id: str) -> Body:
        """Read the metadata. Zaqar answers with its own for a queue that doesn't exist, so the list has to tell.

        :raises CloudNotFound: if the queue doesn't exist
        """
        found: Body = self.api.get(self.place(thing_id), **self.sent)
        if not own(found):
            listed = self.api.listed(self.path, "queues", params={NAME: thing_id}, **self.sent)
            if all(it[NAME] != thing_id for it in listed):
                raise CloudNotFound(service="Zaqar", status=404, message=f"There is no queue {thing_id}.")
        return found

    replaced_if = "it doesn't exist any more"

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change the metadata.

        :raises UpdateReplace: if the queue doesn't exist any more
        """
        if self.resource_id is None or not self.exists():
            raise UpdateReplace
        return super().handle_update(prop_diff)

    def resolve_attribute(self, name: str) -> Any:
        """Return the name, or the URL; neither needs a request."""
        if name == "queue_id":
            return self.resource_id
        return f"{(self.cloud.endpoint('message') or '').rstrip('/')}/v2/queues/{quote(str(self.resource_id))}"

    def show(self) -> dict[str, Any] | None:
        """Return the metadata, as Heat shows them; None if the queue doesn't exist."""
        found = super().show()
        return None if found is None else {METADATA: found}


def own(metadata: Body) -> Body:
    """Return metadata without Zaqar's own."""
    return {name: it for name, it in metadata.items() if not name.startswith(RESERVED)}


def pointer(name: str) -> str:
    """Return where a patch finds one of the metadata, as a JSON pointer."""
    return f"/{METADATA}/{name.replace('~', '~0').replace('/', '~1')}"


class SignedQueueURL(ZaqarResource):
    """A URL that gives access to a queue for some time. Zaqar keeps nothing of it, so a deletion deletes nothing."""

    path, key, mark = "/queues", "url", RecordedFirst.mark
    support_status = SupportStatus(version="8.0.0")
    properties_schema = {
        QUEUE: Property(Type.STRING, "The name of the queue.", required=True),
        PATHS: Property(Type.LIST, "What of the queue may be used; its messages by default."),
        TTL: Property(Type.INTEGER, "How long the URL is valid, in seconds; one day by default."),
        METHODS: Property(
            Type.LIST,
            "The methods that may be used; GET by default.",
            schema=Property(
                Type.STRING, "A method.", constraints=(AllowedValues(("GET", "DELETE", "PATCH", "POST", "PUT")),)
            ),
        ),
    }
    attributes_schema = {
        "signature": Attribute("The signature of the URL."),
        "expires": Attribute("When the URL expires."),
        PATHS: Attribute("What of the queue may be used."),
        METHODS: Attribute("The methods that may be used."),
        "project": Attribute("The id of the project that has the queue."),
        "query_str": Attribute("All of it, as the query of a URL: append it to zaqar://? for an alarm's action."),
    }

    @classmethod
    def data_from_heat(cls, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data with lists, which Heat keeps as texts."""
        lists = {name: [str(it) for it in read_as(list, data[name])] for name in (PATHS, METHODS) if name in data}
        return {**data, **lists}

    def handle_create(self) -> Any:
        """Have the URL signed, and record it."""
        asked = {name: self.properties[name] for name in (PATHS, METHODS) if self.properties[name] is not None}
        if self.properties[TTL] is not None:
            until = datetime.fromtimestamp(self.now() + self.properties[TTL], UTC)
            asked["expires"] = until.strftime("%Y-%m-%dT%H:%M:%S")
        signed = self.api.post(f"/queues/{quote(self.properties[QUEUE], safe='')}/share", asked, **self.sent)
        for name in SIGNED:
            self.data_set(name, signed[name])
        self.resource_id_set(self.physical_resource_name())
        return {}

    def check_create_complete(self, progress: Any) -> bool:
        """Return True: the answer has all that there is."""
        return True

    def find(self) -> list[str]:
        """Return nothing: a URL that nobody knows does no harm."""
        return []

    def look(self, thing_id: str) -> Body:
        """Return what is recorded."""
        return {name: self.data.get(name) for name in SIGNED}

    def delete(self, thing_id: str) -> None:
        """Do nothing: the URL expires."""

    def resolve_attribute(self, name: str) -> Any:
        """Return a part of the URL, or the whole query."""
        if name != "query_str":
            return self.data.get(name)
        parts = {
            "signature": self.data.get("signature"),
            "expires": self.data.get("expires"),
            "paths": ",".join(self.data.get(PATHS) or ()),
            "methods": ",".join(self.data.get(METHODS) or ()),
            "project_id": self.data.get("project"),
            "queue_name": self.properties[QUEUE],
        }
        return urlencode(parts)
