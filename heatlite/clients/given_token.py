"""GivenToken: a login by the token that came with a request, as keystoneauth sees it.

The token is sent as it is. Only where somebody wants to know what it is good for (the catalogue, the project) keystone
is asked, once, about the token itself: nobody gets another token for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keystoneauth1.access import access
from keystoneauth1.identity.base import BaseIdentityPlugin

if TYPE_CHECKING:
    from keystoneauth1.session import Session


class GivenToken(BaseIdentityPlugin):
    """Authenticates by one token, until it is void.

    :param auth_url: keystone's, down to its version
    """

    def __init__(self, auth_url: str, token: str) -> None:
        super().__init__(auth_url=auth_url, reauthenticate=False)
        self._url = f"{auth_url.rstrip('/')}/auth/tokens"
        self._token = token

    def get_token(self, session: Session, **kwargs: Any) -> str:
        """The token, without asking."""
        return self._token

    def get_headers(self, session: Session, **kwargs: Any) -> dict[str, str]:
        """What each request is sent with."""
        return {"X-Auth-Token": self._token}

    def get_auth_ref(self, session: Session, **kwargs: Any) -> access.AccessInfo:
        """What keystone says of the token.

        :raises keystoneauth1.exceptions.ClientException: where it is void, or keystone can't be asked
        """
        headers = {"X-Auth-Token": self._token, "X-Subject-Token": self._token, "Accept": "application/json"}
        answer = session.get(self._url, headers=headers, authenticated=False)
        return access.create(resp=answer, auth_token=self._token)

    def invalidate(self) -> bool:
        """There is no other token: a refusal is final."""
        return False

    def get_cache_id_elements(self) -> dict[str, Any]:
        """Nothing: it isn't kept anywhere."""
        return {}
