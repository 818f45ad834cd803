"""Example::Disk::File: a file on the engines' disk.

    CREATE   write, then wait ``settle_seconds``       UPDATE   write the other content in place; another name: replace
    DELETE   remove                                    CHECK    is it there, with the content that it was given?

After a crash between writing the file and recording its path, ``find`` tells the engine which files there are.
"""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.schema import AllowedPattern, Attribute, Property, Range, Type
from heatlite_file import disk

NAME, CONTENT, SETTLE_SECONDS = "name", "content", "settle_seconds"


class File(Resource):
    """A file on the disk of the engines."""

    properties_schema = {
        NAME: Property(
            Type.STRING,
            "What the file is called. A tag follows it, so that two stacks may use one name.",
            required=True,
            constraints=(AllowedPattern(r"[A-Za-z0-9][A-Za-z0-9._]{0,99}", "letters, digits, dots and underscores"),),
        ),
        CONTENT: Property(Type.STRING, "What is in it.", default="", update_allowed=True),
        SETTLE_SECONDS: Property(
            Type.NUMBER,
            "How long after it was written the file counts as there, for disks that are mirrored.",
            default=0,
            constraints=(Range(min=0, max=3600),),
            update_allowed=True,
        ),
    }
    attributes_schema = {
        "path": Attribute("Where the file is.", Type.STRING),
        "sha256": Attribute("The checksum of its content.", Type.STRING),
    }

    def handle_create(self) -> Any:
        """Write the file. Its path holds the uuid, so that doing it again makes no second one."""
        path = disk.path_of(self.properties[NAME], self.uuid)
        disk.write(path, self.properties[CONTENT])
        self.resource_id_set(path)
        return {"settled_at": self.now() + self.properties[SETTLE_SECONDS]}

    def check_create_complete(self, progress: dict[str, float]) -> bool:
        """Whether it has settled. No thread waits: the engine asks again after the time that is left."""
        left = progress["settled_at"] - self.now()
        self.poll_in(left if left > 0 else 0)
        return left <= 0

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Write the new content, if that is what changed."""
        if CONTENT in prop_diff:
            disk.write(self.path, self.properties[CONTENT])
        return {"settled_at": self.now() + self.properties[SETTLE_SECONDS]}

    check_update_complete = check_create_complete

    def handle_delete(self) -> None:
        """Remove it. It may never have been made, or be gone already."""
        if self.resource_id is not None:
            disk.remove(self.path)

    def handle_check(self) -> None:
        """Compare what is on the disk with what was asked for."""
        found = disk.sha256(self.path)
        if found is None:
            raise LookupError(f"{self.path} is gone")
        if found != hashlib.sha256(self.properties[CONTENT].encode()).hexdigest():
            raise LookupError(f"{self.path} has another content than it was given")

    def resolve_attributes(self) -> dict[str, Any]:
        """Both attributes by one look."""
        return {"path": str(self.path), "sha256": disk.sha256(self.path)}

    def find(self) -> list[str]:
        """All files that were ever made for this resource."""
        return disk.find(self.uuid)

    @property
    def path(self) -> pathlib.Path:
        return pathlib.Path(self.resource_id or disk.path_of(self.properties[NAME], self.uuid))
