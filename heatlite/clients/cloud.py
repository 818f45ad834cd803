"""The cloud's services for one login, as plugins receive them; see ``heatlite.resources.cloud``.

The login is looked up only when a plugin needs a service, because most plugins need none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from heatlite.clients.api import Api
from heatlite.clients.failures import as_cloud_errors
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.looks import SharedLooks
from heatlite.clients.names import Names
from heatlite.clients.sessions import Sessions

if TYPE_CHECKING:
    from keystoneauth1.session import Session
    from openstack.connection import Connection


CLOUDFORMATION = "cloudformation"
"""The service type of heat-api-cfn in the catalogue."""


class ServicesOf:
    """The services for one login.

    :param login: returns the login when it is first needed; its error is raised then
    """

    def __init__(self, sessions: Sessions, login: Callable[[], Login]) -> None:
        self._sessions = sessions
        self._find_login = login
        self._endpoints: dict[tuple[str, str | None], str | None] = {}

    @cached_property
    def _login(self) -> Login:
        return self._find_login()

    @cached_property
    def session(self) -> Session:
        """An authenticated keystoneauth session."""
        return self._sessions.of(self._login)

    @property
    def identity(self) -> Identity:
        """The client of keystone."""
        return Identity(self.session, self._sessions.settings.auth_url)

    def client(self, service: str) -> Any:
        """Return the SDK's client of a service, by the SDK's name: ``compute``, ``network``, ``block_storage`` …"""
        return getattr(self._connection, service)

    @cached_property
    def _connection(self) -> Connection:
        return self._sessions.connection(self._login, self.session)

    def api(self, service: str) -> Api:
        """Return a service's REST API, by the same name."""
        return Api(service, lambda: self.client(service), lambda: self._looks)

    @cached_property
    def _looks(self) -> SharedLooks:
        return self._sessions.looks(self._login)

    @cached_property
    def names(self) -> Names:
        """The ids that names stand for, as this login sees them."""
        return self._sessions.names(self._login).through(self.api)

    def signal_url(self) -> str | None:
        """Return the base URL of signed requests: the part before ``/waitcondition`` and ``/signal``.

        None: there is none.
        """
        configured = self._sessions.settings.waitcondition_url
        base = configured.rstrip("/").removesuffix("/waitcondition") if configured else self.endpoint(CLOUDFORMATION)
        return base and base.rstrip("/")

    def metadata_url(self) -> str | None:
        """Return the URL where servers poll for their deployments, with its version and a final slash.

        None: there is none.
        """
        base = self._sessions.settings.metadata_url or self.endpoint(CLOUDFORMATION)
        if not base:
            return None
        return f"{base.rstrip('/')}/" if "/v1" in base else f"{base.rstrip('/')}/v1/"

    def endpoint(self, service_type: str, region: str | None = None) -> str | None:
        """Return the URL of a service for this login's project, in a region or the default one.

        None: not in the catalogue.
        """
        place = (service_type, region)
        if place not in self._endpoints:
            self._endpoints[place] = self._find_endpoint(service_type, region)
        return self._endpoints[place]

    def _find_endpoint(self, service_type: str, region: str | None) -> str | None:
        from keystoneauth1 import exceptions

        settings = self._sessions.settings
        wanted: dict[str, Any] = {"interface": settings.interface, "region_name": region or settings.region_name}
        with as_cloud_errors(), suppress(exceptions.CatalogException):
            return self.session.get_endpoint(service_type=service_type, **wanted)
        return None
