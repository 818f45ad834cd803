"""keystone.project and its like: the name or id of something that has to be there when a template is validated.

While a client waits for his answer, keystone is asked as whoever he is. Where nobody is asked for (an engine resolves
properties in the middle of a transaction, or has no keystone) they let pass: a step finds out, and says so.
"""

from __future__ import annotations

from typing import Any, ClassVar

from heatlite.exception import CloudError, EntityNotFound, Invalid
from heatlite.resources.cloud import Cloud


class Exists:
    """What all have in common."""

    kind: ClassVar[str]

    def validate(self, value: Any, cloud: Cloud | None) -> bool:
        """Whether there is such a thing, and one only."""
        if cloud is None or value in (None, ""):
            return True
        try:
            cloud.identity.id_of(self.kind, str(value))
        except (EntityNotFound, Invalid, CloudError) as error:
            self._reason = str(error)
            return False
        return True

    def error(self, value: Any) -> str:
        """Why not."""
        return f"Error validating value '{value}': {self._reason}"


class Domain(Exists):
    """keystone.domain"""

    kind = "domain"


class Group(Exists):
    """keystone.group"""

    kind = "group"


class Project(Exists):
    """keystone.project"""

    kind = "project"


class Region(Exists):
    """keystone.region"""

    kind = "region"


class Role(Exists):
    """keystone.role"""

    kind = "role"


class Service(Exists):
    """keystone.service"""

    kind = "service"


class User(Exists):
    """keystone.user"""

    kind = "user"
