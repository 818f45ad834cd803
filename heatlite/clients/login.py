"""A login: a user, a scope and a credential. A frozen value, so that equal logins share a session.

::

    token                       from a request: valid for as long as the request
    password                    a user's own, or a service's
    password and trust_id       a service, in place of the user who trusts it
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keystoneauth1.plugin import BaseAuthPlugin

DEFAULT_DOMAIN = "default"


@dataclass(frozen=True)
class Login:
    """A user by id, or by name and domain; a scope by project, domain or trust; and a credential."""

    token: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    user_id: str | None = None
    username: str | None = None
    user_domain_id: str | None = None
    user_domain_name: str | None = None
    project_id: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None
    trust_id: str | None = field(default=None, repr=False)

    def plugin(self, auth_url: str) -> BaseAuthPlugin:
        """Return the keystoneauth plugin for this login. A plugin that has a password renews its tokens by itself."""
        from keystoneauth1.identity import v3

        from heatlite.clients.given_token import GivenToken

        if self.token is not None:
            return GivenToken(auth_url, self.token)
        has_domain = self.user_id or self.user_domain_id or self.user_domain_name
        return v3.Password(
            auth_url,
            password=self.password or "",
            user_id=self.user_id,
            username=None if self.user_id else self.username,
            user_domain_id=self.user_domain_id if has_domain else DEFAULT_DOMAIN,
            user_domain_name=self.user_domain_name,
            project_id=None if self.trust_id else self.project_id,
            domain_id=self.domain_id,
            domain_name=self.domain_name,
            trust_id=self.trust_id,
        )
