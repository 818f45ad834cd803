"""A keystoneauth plugin for the token that came with a request.

The token is sent as it is. Only when a caller needs its catalogue or project, keystone is asked once about the token
itself. No other token is issued for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keystoneauth1.access import access
from keystoneauth1.identity.base import BaseIdentityPlugin

if TYPE_CHECKING:
    from keystoneauth1.session import Session


class GivenToken(BaseIdentityPlugin):
    """A login with one token, until the token is void.

    :param auth_url: keystone's URL, including its version
    """

    def __init__(self, auth_url: str, token: str) -> None:
        super().__init__(auth_url=auth_url, reauthenticate=False)
        self._url = f"{auth_url.rstrip('/')}/auth/tokens"
        self._token = token

    def get_token(self, session: Session, **kwargs: Any) -> str:
        """Return the token, without asking keystone."""
        return self._token

    def get_headers(self, session: Session, **kwargs: Any) -> dict[str, str]:
        """Return the headers of each request."""
        return {"X-Auth-Token": self._token}

    def get_auth_ref(self, session: Session, **kwargs: Any) -> access.AccessInfo:
        """Return keystone's description of the token.

        :raises keystoneauth1.exceptions.ClientException: when the token is void, or keystone can't be reached
        """
        headers = {"X-Auth-Token": self._token, "X-Subject-Token": self._token, "Accept": "application/json"}
        answer = session.get(self._url, headers=headers, authenticated=False)
        return access.create(resp=answer, auth_token=self._token)

    def invalidate(self) -> bool:
        """Return False: there is no other token, so a refusal is final."""
        return False

    def get_cache_id_elements(self) -> dict[str, Any]:
        """Return no elements, because nothing is cached."""
        return {}
