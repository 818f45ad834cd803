"""Clouds: from a stack, or a request, to the cloud's services as whoever it is done for.

::

    stack ──▶ user_creds ──┬─ trust      ──▶ the engine's user, acting by it   ┐
                           └─ password   ──▶ the user himself                  ├─▶ a session that renews itself
    request ──▶ its token, good for the time of the request                    ┘

A step asks for credentials each time, and so uses those of now: an update by somebody else counts from the next step.
"""

from __future__ import annotations

from collections.abc import Callable

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
from heatlite.resources.cloud import Cloud, StackUsers

CloudOf = Callable[[StackRecord], Cloud | None]


def no_cloud(stack: StackRecord) -> None:
    """What there is for a stack where no keystone is configured."""
    return


class StackCloud(ServicesOf):
    """The services for one stack, or for a request, which has no users: ``heatlite.resources.cloud.Cloud``."""

    def __init__(self, sessions: Sessions, login: Callable[[], Login], users: StackUsers | None = None) -> None:
        super().__init__(sessions, login)
        self._users = users

    @property
    def users(self) -> StackUsers:
        """The stack's own users."""
        if self._users is None:
            raise exception.NotSupported(feature="Making users while a request is validated")
        return self._users


class Clouds:
    """Gives stacks and requests their cloud."""

    def __init__(self, database: Database, sessions: Sessions) -> None:
        self._database = database
        self._sessions = sessions
        self.settings = sessions.settings
        self.trusts = Trusts(sessions)
        self.domain = Domain(sessions)

    def of_stack(self, stack: StackRecord) -> Cloud:
        """The services as whoever asked for the stack's operations last. Whoever that is is asked at the first need.

        The first need raises NotFound where the stack has no credentials.
        """
        return StackCloud(self._sessions, lambda: self._login(stack), self.users_of(stack))

    def of_request(self, context: RequestContext) -> Cloud | None:
        """The services as whoever asks now; None where nothing proves it. A request makes no users."""
        login = login_of_request(context)
        return None if login is None else StackCloud(self._sessions, lambda: login)

    def users_of(self, stack: StackRecord) -> UsersOf:
        """The users of a stack's own."""
        return UsersOf(self._database, self.domain, stack)

    def _login(self, stack: StackRecord) -> Login:
        found = None if stack.user_creds_id is None else self._stored(stack.user_creds_id)
        if found is None or not found.is_secret:
            raise exception.NotFound(
                msg_fmt=f"The stack {stack.name} has no stored credentials to reach other services by. "
                "Update it: those of the update are stored."
            )
        return self.login_of(found)

    @answered
    def _stored(self, user_creds_id: int) -> Credentials | None:
        return user_creds.get(EngineContext(self._database), user_creds_id)

    def login_of(self, found: Credentials) -> Login:
        """How stored credentials log in."""
        if found.trust_id is not None:
            return self.trusts.login(found.trust_id)
        return Login(
            password=found.password, user_id=found.user_id, username=found.username, project_id=found.tenant_id
        )


def login_of_request(context: RequestContext) -> Login | None:
    """How a request logs in."""
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
