"""Sessions: one for each login, made when it is first needed, and kept for the next step of whichever stack.

A session authenticates itself and goes on doing so: where its token has expired or was revoked, the call that found out
is repeated with a new one. That needs a password; a session of a request's token ends with the token.

Where keystone can't be reached, or answers 503, it is tried again here and nowhere else, with growing pauses: neither
has done anything by then. An answer that was lost is not asked for again: it may have been done. Other services aren't
tried again here at all: a step of a resource is (``heatlite.clients.api``), and no thread waits for that.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import cachetools

from heatlite.clients.login import Login
from heatlite.clients.names import KnownNames
from heatlite.clients.settings import Settings

if TYPE_CHECKING:
    import requests
    from keystoneauth1.session import Session
    from openstack.connection import Connection

KEPT = 500
FIRST_PAUSE = 0.3


class Sessions:
    """Makes and keeps sessions. Make it in the process that uses it: connections don't survive a fork.

    :param transport: in place of HTTP, for tests
    """

    def __init__(self, settings: Settings, transport: requests.Session | None = None) -> None:
        self.settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._kept: cachetools.LRUCache[Login, Session] = cachetools.LRUCache(KEPT)
        self._connections: cachetools.LRUCache[Login, Connection] = cachetools.LRUCache(KEPT)
        self._names: cachetools.LRUCache[Login, KnownNames] = cachetools.LRUCache(KEPT)

    def of(self, login: Login) -> Session:
        """The session of a login. Nothing is sent before it is used."""
        with self._lock:
            known = self._kept.get(login)
            if known is None:
                known = self._made(login)
                if login.token is None:
                    self._kept[login] = known
            return known

    def connection(self, login: Login, session: Session) -> Connection:
        """The SDK's clients of all services for a login's session: made once, with what they found out of services."""
        with self._lock:
            known = self._connections.get(login)
            if known is None or known.session is not session:
                from openstack.connection import Connection

                settings = self.settings
                known = Connection(
                    session=session,
                    region_name=settings.region_name,
                    interface=settings.interface,
                    app_name="heatlite",
                )
                if login.token is None:
                    self._connections[login] = known
            return known

    def names(self, login: Login) -> KnownNames:
        """What is known of names that whoever logs in may use."""
        with self._lock:
            known = self._names.get(login)
            if known is None:
                known = KnownNames()
                if login.token is None:
                    self._names[login] = known
            return known

    def forget(self, login: Login) -> None:
        """Keep a session no longer: its login is void."""
        with self._lock:
            self._kept.pop(login, None)
            self._connections.pop(login, None)
            self._names.pop(login, None)

    def _made(self, login: Login) -> Session:
        from keystoneauth1.session import Session

        settings = self.settings
        return Session(
            auth=login.plugin(settings.auth_url),
            session=self._transport or patient(settings.retries, settings.auth_url),
            verify=settings.verify,
            timeout=settings.timeout,
            app_name="heatlite",
        )


def patient(retries: int, auth_url: str) -> requests.Session:
    """HTTP that tries keystone again where nothing can have been done yet, and other services not at all."""
    import requests
    from keystoneauth1.session import TCPKeepAliveAdapter
    from urllib3.util.retry import Retry

    again = Retry(
        total=retries,
        connect=retries,
        read=0,
        status=retries,
        status_forcelist=[503],
        allowed_methods=None,
        backoff_factor=FIRST_PAUSE,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    transport = requests.Session()
    for scheme in ("http://", "https://"):
        transport.mount(scheme, TCPKeepAliveAdapter())
    transport.mount(auth_url, TCPKeepAliveAdapter(max_retries=again))
    return transport
