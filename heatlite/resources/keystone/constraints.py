"""Custom constraints such as keystone.project: the value must be the name or id of an existing object.

While a client waits for the answer to its call, keystone is asked with the client's token. They accept any value if
there is nobody to ask for: an engine resolves properties in the middle of a transaction, or has no keystone. Then a
step finds the mistake, and reports it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from heatlite.exception import CloudError, EntityNotFound, Invalid
from heatlite.resources.cloud import Cloud


class Exists:
    """The base of these constraints."""

    kind: ClassVar[str]

    def validate(self, value: Any, cloud: Cloud | None) -> bool:
        """Tell whether there is exactly one such object; accept the value if there is nobody to ask."""
        if cloud is None or value in (None, ""):
            return True
        try:
            cloud.identity.id_of(self.kind, str(value))
        except (EntityNotFound, Invalid, CloudError) as error:
            self._reason = str(error)
            return False
        return True

    def error(self, value: Any) -> str:
        """Return the reason why the last value was refused."""
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
