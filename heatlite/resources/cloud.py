"""Cloud: the port through which a plugin uses the cloud's services, as the user who asked for the stack's operation.

::

    self.cloud.identity.create("project", {"name": …})     keystone, in a few verbs
    self.cloud.api("compute").post("/servers", {…})        any service, by its REST API: JSON in, JSON out
    self.cloud.names.id_of("neutron.network", "private")   the id of a name
    self.cloud.client("compute").create_server(…)          any service, by the OpenStack SDK's client
    self.cloud.users.make(name, password)                  a user of the stack's own, who may signal it

Every call does I/O, so only plugins that aren't ``immediate`` may use it. Calls fail with CloudError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

USER_ID = "user_id"
"""The key of a resource's data for the id of the stack user that belongs to it."""


class Identity(Protocol):
    """Keystone. A kind is keystone's word for an object: ``project``, ``user``, ``group``, ``role``, ``service`` …

    Values are those of keystone's API.
    """

    def get(self, kind: str, thing_id: str) -> dict[str, Any] | None:
        """Return one object, or None."""

    def listed(self, kind: str, **filters: Any) -> list[dict[str, Any]]:
        """Return all objects of a kind that match keystone's filters; a filter of None is ignored."""

    def create(self, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object. Raises CloudConflict if the name is taken."""

    def update(self, kind: str, thing_id: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Change an object; return None if it doesn't exist."""

    def delete(self, kind: str, thing_id: str) -> bool:
        """Delete an object; return False if it didn't exist."""

    def put(self, path: str) -> None:
        """Ensure a grant or a membership exists."""

    def remove(self, path: str) -> bool:
        """Remove a grant or a membership; return False if it, or one of the objects that it connects, didn't exist."""

    def id_of(self, kind: str, name: str) -> str:
        """Return an object's id by its id, its name or ``name{domain}``. Raises EntityNotFound or Invalid."""


@dataclass(frozen=True)
class StackUser:
    """A user of the stack's own, with its project and domain."""

    user_id: str
    project_id: str
    domain_id: str
    auth_url: str


class StackUsers(Protocol):
    """The users of one stack, in the domain for such users. Raises ConfigurationError if no domain is configured."""

    def make(self, name: str, password: str) -> StackUser:
        """Create a user of this name, who may do nothing but signal. A second call returns the same user."""

    def find(self, name: str) -> StackUser | None:
        """Return the stack's own user of this name; None if there is none."""

    def delete(self, name: str) -> None:
        """Delete the user of this name, if there is one."""

    def enable(self, user_id: str, *, enabled: bool) -> None:
        """Enable or disable a user's login; do nothing for a user that isn't the stack's own."""

    def token(self, user: StackUser, password: str) -> str:
        """Return a token for a user."""

    def keypair(self, user: StackUser, access: str, secret: str) -> None:
        """Give a user a key pair to sign URLs. A second call sets a new secret; the pair is deleted with the user."""

    def delete_keypair(self, user: StackUser, access: str) -> None:
        """Delete a key pair of a user, if there is one."""


class Api(Protocol):
    """The REST API of one service. ``sent`` are ``params``, ``headers`` and ``microversion``. JSON in, JSON out.

    Each call raises CloudNotFound (404), CloudConflict (409), CloudUnavailable (429, 502 … 504, or no answer) or
    CloudError. A step needn't catch CloudUnavailable: the engine repeats the step later, with ``is_repeated`` set.
    """

    def get(self, path: str, **sent: Any) -> Any:
        """Send a GET request and return the answer."""

    def post(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Send a POST request and return the answer."""

    def put(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Send a PUT request and return the answer."""

    def patch(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Send a PATCH request and return the answer."""

    def delete(self, path: str, **sent: Any) -> Any:
        """Send a DELETE request and return the answer."""

    def request(self, method: str, path: str, **sent: Any) -> Any:
        """Send a request with any method and return the answer."""

    def answer(self, method: str, path: str, **sent: Any) -> tuple[Mapping[str, str], bytes]:
        """Send a request, and return the answer's headers and its content: for what isn't JSON."""

    def listed(self, path: str, key: str, **sent: Any) -> Iterator[dict[str, Any]]:
        """Yield every item of a collection, page by page."""

    def awaited(self, path: str, key: str, thing_id: str, **sent: Any) -> dict[str, Any] | None:
        """Return an object that is waited for from a list that others share; None: read it by itself."""

    def project_id(self) -> str | None:
        """Return the project that requests are for."""

    def has_extension(self, alias: str) -> bool:
        """Tell whether the service has an API extension. Only Neutron publishes a list of extensions."""


class Names(Protocol):
    """The look-up of names. A kind is a name of one of Heat's custom constraints, such as ``neutron.network``."""

    def id_of(self, kind: str, value: str) -> str:
        """Return the id for a name or id. Raises EntityNotFound, or PhysicalResourceNameAmbiguity."""

    def check(self, kind: str, value: str) -> str:
        """Return the same id, but verify that it exists even if an id was given."""

    def is_kept(self, kind: str, value: str) -> bool:
        """Tell whether ``id_of`` would answer by what was found a short time ago."""

    def forget(self, kind: str, value: str) -> None:
        """Drop a cached name, because the object that it named is gone."""


class Cloud(Protocol):
    """The cloud's services for one stack."""

    @property
    def identity(self) -> Identity:
        """Keystone."""

    @property
    def users(self) -> StackUsers:
        """The stack's own users."""

    @property
    def names(self) -> Names:
        """The look-up of names."""

    def as_user(self, user: StackUser, password: str) -> Cloud:
        """Return the same services, used as one of the stack's own users, in the project of these."""

    def client(self, service: str) -> Any:
        """Return the SDK's client of a service, by the SDK's name for it: ``compute``, ``network`` …"""

    def api(self, service: str) -> Api:
        """Return a service's REST API, by the same name."""

    def endpoint(self, service_type: str, region: str | None = None) -> str | None:
        """Return the URL of a service for the stack's project, here or in another region; None if there is none."""

    def signal_url(self) -> str | None:
        """Return the base URL for signed requests, before ``/waitcondition`` and ``/signal``; None if there is none."""

    def metadata_url(self) -> str | None:
        """Return the URL that servers poll with signed requests for their deployments; None if there is none."""
