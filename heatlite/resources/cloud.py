"""Cloud: what a plugin finds of the cloud's services, as whoever asked for the operation of its stack. A port.

::

    self.cloud.identity.create("project", {"name": …})     keystone, in a few verbs
    self.cloud.api("compute").post("/servers", {…})        any service, by its REST API: JSON in, JSON out
    self.cloud.names.id_of("neutron.network", "private")   what a name stands for
    self.cloud.client("compute").create_server(…)          any service, by the OpenStack SDK's client
    self.cloud.users.make(name, password)                  a user of the stack's own, who may signal it

All of it is I/O: only plugins that aren't ``immediate`` may use it. Calls fail with CloudError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

USER_ID = "user_id"
"""The key of a resource's data that says which user of the stack's own belongs to it."""


class Identity(Protocol):
    """Keystone. A kind is keystone's word for a thing: ``project``, ``user``, ``group``, ``role``, ``service`` …

    Values are as in keystone's API.
    """

    def get(self, kind: str, thing_id: str) -> dict[str, Any] | None:
        """One thing, or None."""

    def listed(self, kind: str, **filters: Any) -> list[dict[str, Any]]:
        """All things of a kind, or those that filters of keystone's leave; a filter of None leaves all."""

    def create(self, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Make a thing. Raises CloudConflict where there is one of that name."""

    def update(self, kind: str, thing_id: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Change a thing; None where it is gone."""

    def delete(self, kind: str, thing_id: str) -> bool:
        """Delete a thing: False if it was gone."""

    def put(self, path: str) -> None:
        """Have a grant or a membership."""

    def remove(self, path: str) -> bool:
        """Have a grant or a membership no longer: False if it, or one of its ends, was gone."""

    def id_of(self, kind: str, name: str) -> str:
        """The id of a thing, of its id, its name or ``name{domain}``. Raises EntityNotFound, or Invalid for several."""


@dataclass(frozen=True)
class StackUser:
    """A user of a stack's own, and where he lives."""

    user_id: str
    project_id: str
    domain_id: str
    auth_url: str


class StackUsers(Protocol):
    """The users of one stack, in the domain for such users. Raises ConfigurationError where there is none."""

    def make(self, name: str, password: str) -> StackUser:
        """A user of this name, who may do no more than signal. Made twice, it is the same one."""

    def delete(self, name: str) -> None:
        """Delete the user of this name; he may be gone."""

    def enable(self, user_id: str, *, enabled: bool) -> None:
        """Let a user log in, or no longer; nothing, where he isn't one of the stack's own."""

    def token(self, user: StackUser, password: str) -> str:
        """A token of a user's."""

    def keypair(self, user: StackUser, access: str, secret: str) -> None:
        """Let a user sign URLs by this key. Made twice, it is the same key with the new secret; it goes with him."""


class Api(Protocol):
    """One service's REST API. ``sent`` are ``params``, ``headers`` and ``microversion``. JSON in, JSON out.

    Each raises CloudNotFound (404), CloudConflict (409), CloudUnavailable (429, 502 … 504, or no answer) or CloudError.
    A step needn't catch CloudUnavailable: it is taken again later, and ``is_repeated`` then.
    """

    def get(self, path: str, **sent: Any) -> Any:
        """What there is at a path."""

    def post(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Make something, or have something done."""

    def put(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Change something."""

    def patch(self, path: str, json: Any = None, **sent: Any) -> Any:
        """Change something."""

    def delete(self, path: str, **sent: Any) -> Any:
        """Delete something."""

    def request(self, method: str, path: str, **sent: Any) -> Any:
        """Any of these."""

    def listed(self, path: str, key: str, **sent: Any) -> Iterator[dict[str, Any]]:
        """All that a collection has, page by page."""

    def has_extension(self, alias: str) -> bool:
        """Whether the service has an extension of its API; only Neutron has a list of them."""


class Names(Protocol):
    """What names stand for. A kind is a name of Heat's custom constraints, such as ``neutron.network``."""

    def id_of(self, kind: str, value: str) -> str:
        """The id of what has this name or id. Raises EntityNotFound, or PhysicalResourceNameAmbiguity."""

    def check(self, kind: str, value: str) -> str:
        """The same, where something of an id has to be there."""

    def forget(self, kind: str, value: str) -> None:
        """Have a name asked for again: what it stood for is gone."""


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
        """What names stand for."""

    def client(self, service: str) -> Any:
        """The SDK's client of a service, by the SDK's name for it: ``compute``, ``network`` …"""

    def api(self, service: str) -> Api:
        """A service's REST API, by the same name."""

    def endpoint(self, service_type: str, region: str | None = None) -> str | None:
        """The URL of a service for the stack's project, here or in a region; None where the catalogue has none."""

    def signal_url(self) -> str | None:
        """Where signed requests are sent: what stands before ``/waitcondition`` and ``/signal``. None: nowhere."""

    def metadata_url(self) -> str | None:
        """Where servers poll for what is deployed to them, with signed requests. None: nowhere."""
