"""Give a stack, or a request, access to the cloud's services, with the right credentials.

::

    stack ──▶ user_creds ──┬─ trust      ──▶ the engine's user, by the trust   ┐
                           └─ password   ──▶ the user itself                   ├─▶ a session that renews itself
    request ──▶ its token, valid during the request                            ┘

What was read serves the steps of one traversal for ``KEPT`` seconds, so that steps that wait for servers don't read it
at each look. An update by another user begins another traversal, whose steps read the new credentials.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection

import cachetools

from heatlite import exception
from heatlite.clients.cloud import ServicesOf
from heatlite.clients.domain import Domain
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.clients.trusts import Trusts
from heatlite.context import EngineContext, RequestContext
from heatlite.db import user_creds
from heatlite.db.api import Database
from heatlite.db.records import StackRecord
from heatlite.db.user_creds import Credentials
from heatlite.engine.ports.nested_stacks import answered
from heatlite.engine.ports.stack_users import UsersOf
from heatlite.resources.cloud import Cloud, StackUser, StackUsers

KEPT = 2.0
"""Seconds for which read credentials are used again."""
MOST_KEPT = 500
CloudOf = Callable[[StackRecord], Cloud | None]


def no_cloud(stack: StackRecord) -> None:
    """Return no cloud: no keystone is configured."""
    return


class StackCloud(ServicesOf):
    """The engine's ``heatlite.resources.cloud.Cloud`` for one stack, or for a request, which can't create users."""

    def __init__(self, sessions: Sessions, login: Callable[[], Login], users: StackUsers | None = None) -> None:
        super().__init__(sessions, login)
        self._users = users

    @property
    def users(self) -> StackUsers:
        """The users that the stack creates."""
        if self._users is None:
            raise exception.NotSupported(feature="Creating users while a request is validated")
        return self._users

    def as_user(self, user: StackUser, password: str) -> Cloud:
        """Return the services as one of the stack's own users."""
        login = Login(password=password, user_id=user.user_id, project_id=user.project_id)
        return StackCloud(self._sessions, lambda: login)


class Clouds:
    """Gives stacks and requests their access to the cloud. ``clock`` returns seconds that never decrease."""

    def __init__(self, database: Database, sessions: Sessions, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._sessions = sessions
        self._read: cachetools.TTLCache[tuple[int, str], Login] = cachetools.TTLCache(MOST_KEPT, KEPT, clock)
        self._lock = threading.Lock()
        self.settings = sessions.settings
        self.trusts = Trusts(sessions)
        self.domain = Domain(sessions)

    def of_stack(self, stack: StackRecord) -> Cloud:
        """Return the services with the credentials of the stack's last request. They are read at first use.

        The first use raises NotFound if the stack has no credentials.
        """
        return StackCloud(self._sessions, lambda: self._login(stack), self.users_of(stack))

    def of_request(self, context: RequestContext) -> Cloud | None:
        """Return the services with the request's token or password; None if it has neither. It can't create users."""
        login = login_of_request(context)
        return None if login is None else StackCloud(self._sessions, lambda: login)

    def announced(self, ids: Collection[str]) -> None:
        """Record that these objects have changed: no look takes them from a list that was read before."""
        self._sessions.announced(ids)

    def users_of(self, stack: StackRecord) -> UsersOf:
        """Return the users that a stack creates."""
        return UsersOf(self._database, self.domain, stack)

    def _login(self, stack: StackRecord) -> Login:
        place = stack.user_creds_id or 0, stack.current_traversal
        with self._lock:
            known = self._read.get(place)
        if known is None:
            known = self._read_login(stack)
            with self._lock:
                self._read[place] = known
        return known

    def _read_login(self, stack: StackRecord) -> Login:
        found = None if stack.user_creds_id is None else self._stored(stack.user_creds_id)
        if found is None or not found.is_secret:
            raise exception.NotFound(
                msg_fmt=f"The stack {stack.name} has no stored credentials for other services. "
                "Update it: the credentials of the update are stored."
            )
        return self.login_of(found)

    @answered
    def _stored(self, user_creds_id: int) -> Credentials | None:
        return user_creds.get(EngineContext(self._database), user_creds_id)

    def login_of(self, found: Credentials) -> Login:
        """Return the login for stored credentials."""
        if found.trust_id is not None:
            return self.trusts.login(found.trust_id)
        return Login(
            password=found.password, user_id=found.user_id, username=found.username, project_id=found.tenant_id
        )


def login_of_request(context: RequestContext) -> Login | None:
    """Return the login for a request; None if it has neither token nor password."""
    wire = context.wire
    if wire.get("auth_token"):
        return Login(token=wire["auth_token"], project_id=context.project_id)
    if wire.get("password"):
        return Login(
            password=wire["password"],
            user_id=context.user_id,
            username=context.username,
            project_id=context.project_id,
        )
    return None
