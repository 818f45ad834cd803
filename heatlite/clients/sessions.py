"""Sessions: one for each login, created when first needed and kept for later steps of any stack.

A session authenticates itself and renews its token: when a token has expired or was revoked, the session repeats the
failed call with a new token. That needs a password. A session with a request's token ends with the token.

When keystone can't be reached, or answers 503, the request is retried here and nowhere else, with growing pauses: in
both cases keystone has done nothing yet. A request whose answer was lost isn't retried, because keystone may have done
it. Requests to other services aren't retried here: the engine repeats a resource's step (``heatlite.clients.api``), and
no thread waits for that.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import TYPE_CHECKING

import cachetools

from heatlite.clients.login import Login
from heatlite.clients.looks import SharedLooks
from heatlite.clients.names import KnownNames
from heatlite.clients.settings import Settings

if TYPE_CHECKING:
    import requests
    from keystoneauth1.session import Session
    from openstack.connection import Connection

KEPT = 500
FIRST_RECONNECT_PAUSE = 0.3


class Sessions:
    """Creates and keeps sessions. Create it in the process that uses it: connections don't survive a fork.

    :param transport: replaces HTTP, for tests
    """

    def __init__(self, settings: Settings, transport: requests.Session | None = None) -> None:
        self.settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._kept: cachetools.LRUCache[Login, Session] = cachetools.LRUCache(KEPT)
        self._connections: cachetools.LRUCache[Login, Connection] = cachetools.LRUCache(KEPT)
        self._names: cachetools.LRUCache[Login, KnownNames] = cachetools.LRUCache(KEPT)
        self._looks: cachetools.LRUCache[Login, SharedLooks] = cachetools.LRUCache(KEPT)

    def of(self, login: Login) -> Session:
        """Return the session of a login. Nothing is sent before the session is used."""
        with self._lock:
            known = self._kept.get(login)
            if known is None:
                known = self._new_session(login)
                if login.token is None:
                    self._kept[login] = known
            return known

    def connection(self, login: Login, session: Session) -> Connection:
        """Return the SDK's clients of all services for a login's session. They are kept, with what they discovered."""
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
                    reservation_api_version="1",  # Blazar's version 2 can't add hosts
                )
                if login.token is None:
                    self._connections[login] = known
            return known

    def names(self, login: Login) -> KnownNames:
        """Return the name cache of a login."""
        with self._lock:
            known = self._names.get(login)
            if known is None:
                known = KnownNames()
                if login.token is None:
                    self._names[login] = known
            return known

    def looks(self, login: Login) -> SharedLooks:
        """Return the lists that those who wait share, of a login."""
        with self._lock:
            known = self._looks.get(login)
            if known is None:
                known = SharedLooks()
                if login.token is None:
                    self._looks[login] = known
            return known

    def announced(self, ids: Collection[str]) -> None:
        """Record that these objects have changed: no user's look takes them from a list that was read before."""
        with self._lock:
            known = list(self._looks.values())
        for looks in known:
            looks.announced(ids)

    def forget(self, login: Login) -> None:
        """Drop the session of a login that is void."""
        with self._lock:
            self._kept.pop(login, None)
            self._connections.pop(login, None)
            self._names.pop(login, None)
            self._looks.pop(login, None)

    def _new_session(self, login: Login) -> Session:
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
    """Build an HTTP session that retries keystone when it can't have done anything yet, and never other services."""
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
        backoff_factor=FIRST_RECONNECT_PAUSE,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    transport = requests.Session()
    for scheme in ("http://", "https://"):
        transport.mount(scheme, TCPKeepAliveAdapter())
    transport.mount(auth_url, TCPKeepAliveAdapter(max_retries=again))
    return transport
