"""Trusts: a user lets the engine's user act for him in one project, with some of his roles, until the trust is revoked.

::

    request's token ──grant──▶ trust ──┬─▶ Login(service's password, trust) ──▶ the user's session, at any time
                                       └─▶ revoke, with the stack
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import logging
import random
from collections.abc import Sequence

from heatlite import exception
from heatlite.clients.failures import as_cloud_errors
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions

LOG = logging.getLogger(__name__)

EXPIRES = "expires_at"
VOID = (401, 403, 404)
"""Keystone's answers for a void trust, which it has already deleted: the user is gone, or has lost a role."""
LAST = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)
SPAN = 800 * 365 * 86400
"""Seconds before it in which a trust that may be passed on ends: later than what any service asks for."""
TRIES = 5
"""Ends that are tried: Keystone refuses two trusts of a user that end in the same second."""


class Trusts:
    """Grants and revokes trusts to the engine's own user.

    :param chance: draws when trusts end
    :raises ConfigurationError: in each method, when the engine has no user
    """

    def __init__(self, sessions: Sessions, chance: random.Random) -> None:
        self._sessions = sessions
        self._chance = chance

    def grant(self, trustor: Login, trustor_user_id: str, project_id: str, roles: Sequence[str]) -> str:
        """Create a trust from a user to the engine.

        A trust that may be passed on ends thousands of years from now: Keystone can't compare the end of the trust that
        a service makes of it with that of a trust that has none.

        :param trustor: the login of the user's own request
        :param roles: names of the user's roles; configured roles replace them
        :returns: the trust's id
        :raises CloudError: when keystone refuses: the user lacks one of the roles, or is acting by a trust himself
        """
        settings = self._sessions.settings
        wanted = settings.trusts_delegated_roles or tuple(roles)
        values = {
            "trustor_user_id": trustor_user_id,
            "trustee_user_id": self._service_id(),
            "project_id": project_id,
            "impersonation": True,
            "allow_redelegation": settings.allow_trusts_redelegation,
            "roles": [{"name": role} for role in wanted],
        }
        identity = self._identity(trustor)
        if not settings.allow_trusts_redelegation:
            return str(identity.create("trust", values)["id"])
        for _ in range(TRIES - 1):
            with contextlib.suppress(exception.CloudConflict):
                return str(identity.create("trust", {**values, EXPIRES: self._end()})["id"])
        return str(identity.create("trust", {**values, EXPIRES: self._end()})["id"])

    def _end(self) -> str:
        """Draw when a trust ends."""
        end = LAST - datetime.timedelta(seconds=self._chance.randrange(SPAN))
        return end.strftime("%Y-%m-%dT%H:%M:%S.000000Z")

    def login(self, trust_id: str) -> Login:
        """Return the engine's login on behalf of the user who gave this trust."""
        return dataclasses.replace(
            self._service(), project_id=None, domain_id=None, domain_name=None, trust_id=trust_id
        )

    def revoke(self, trust_id: str) -> None:
        """Delete a trust, which may be gone. The engine acts by the trust itself, as its user, who may always delete
        it.

        :raises CloudError: when keystone can't be reached
        """
        login = self.login(trust_id)
        try:
            self._identity(login).delete("trust", trust_id)
        except exception.CloudError as error:
            if error.kwargs["status"] not in VOID:
                raise
            LOG.info("A trust is void, so it isn't deleted: %s", error)
        self._sessions.forget(login)

    def _service(self) -> Login:
        service = self._sessions.settings.service
        if service is None:
            raise exception.ConfigurationError(reason="[trustee] username isn't set, so a stack can't get a trust")
        return service

    def _service_id(self) -> str:
        service = self._service()
        if service.user_id is not None:
            return service.user_id
        with as_cloud_errors():
            return str(self._sessions.of(service).get_user_id())

    def _identity(self, login: Login) -> Identity:
        return Identity(self._sessions.of(login), self._sessions.settings.auth_url)
