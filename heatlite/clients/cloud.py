"""Cloud: the cloud's services as somebody in particular. What plugins are handed; see ``heatlite.resources.cloud``.

Whose it is is asked when something is needed of it, and not before: most plugins need nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from heatlite.clients.api import Api
from heatlite.clients.failures import told
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.names import Names
from heatlite.clients.sessions import Sessions

if TYPE_CHECKING:
    from keystoneauth1.session import Session
    from openstack.connection import Connection


CLOUDFORMATION = "cloudformation"
"""What the catalogue calls heat-api-cfn."""


class ServicesOf:
    """The services for one login.

    :param login: gives it, at the first need; it may raise what is to be told then
    """

    def __init__(self, sessions: Sessions, login: Callable[[], Login]) -> None:
        self._sessions = sessions
        self._find_login = login
        self._endpoints: dict[tuple[str, str | None], str | None] = {}

    @cached_property
    def session(self) -> Session:
        """An authenticated session of keystoneauth's."""
        return self._sessions.of(self._find_login())

    @property
    def identity(self) -> Identity:
        """Keystone."""
        return Identity(self.session, self._sessions.settings.auth_url)

    def client(self, service: str) -> Any:
        """The SDK's client of a service, by the SDK's name for it: ``compute``, ``network``, ``block_storage`` …"""
        return getattr(self._connection, service)

    @cached_property
    def _connection(self) -> Connection:
        return self._sessions.connection(self._find_login(), self.session)

    def api(self, service: str) -> Api:
        """A service's REST API, by the same name."""
        return Api(service, lambda: self.client(service))

    @cached_property
    def names(self) -> Names:
        """What names stand for, for this login."""
        return self._sessions.names(self._find_login()).through(self.api)

    def signal_url(self) -> str | None:
        """Where signed requests are sent: what stands before ``/waitcondition`` and ``/signal``. None: nowhere."""
        configured = self._sessions.settings.waitcondition_url
        base = configured.rstrip("/").removesuffix("/waitcondition") if configured else self.endpoint(CLOUDFORMATION)
        return base and base.rstrip("/")

    def metadata_url(self) -> str | None:
        """Where servers poll for what is deployed to them, with its version and a slash at the end. None: nowhere."""
        base = self._sessions.settings.metadata_url or self.endpoint(CLOUDFORMATION)
        if not base:
            return None
        return f"{base.rstrip('/')}/" if "/v1" in base else f"{base.rstrip('/')}/v1/"

    def endpoint(self, service_type: str, region: str | None = None) -> str | None:
        """The URL of a service for this login's project, here or in a region; None where the catalogue has none."""
        place = (service_type, region)
        if place not in self._endpoints:
            self._endpoints[place] = self._find_endpoint(service_type, region)
        return self._endpoints[place]

    def _find_endpoint(self, service_type: str, region: str | None) -> str | None:
        from keystoneauth1 import exceptions

        settings = self._sessions.settings
        wanted: dict[str, Any] = {"interface": settings.interface, "region_name": region or settings.region_name}
        with told(), suppress(exceptions.CatalogException):
            return self.session.get_endpoint(service_type=service_type, **wanted)
        return None
