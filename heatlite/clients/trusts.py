"""Trusts: a user lets the engine's user act for him in one project, with some of his roles, until the trust is revoked.

::

    request's token ──grant──▶ trust ──┬─▶ Login(service's password, trust) ──▶ the user's session, at any time
                                       └─▶ revoke, with the stack
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

from heatlite import exception
from heatlite.clients.failures import as_cloud_errors
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions

LOG = logging.getLogger(__name__)

VOID = (401, 403, 404)
"""Keystone's answers for a void trust, which it has already deleted: the user is gone, or has lost a role."""


class Trusts:
    """Grants and revokes trusts to the engine's own user.

    :raises ConfigurationError: in each method, when the engine has no user
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def grant(self, trustor: Login, trustor_user_id: str, project_id: str, roles: Sequence[str]) -> str:
        """Create a trust from a user to the engine.

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
        return str(self._identity(trustor).create("trust", values)["id"])

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
