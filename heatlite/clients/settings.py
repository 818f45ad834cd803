"""Settings of the cloud's services, as values. ``heatlite.cmd`` makes them from the configuration."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from heatlite.clients.login import Login


class Deferred(enum.StrEnum):
    """How the engine authenticates a stack's operations when the user who requested them is gone."""

    PASSWORD = "password"
    TRUSTS = "trusts"


@dataclass(frozen=True)
class StackDomain:
    """The domain of stacks' own users, and its administrator: see ``heatlite.clients.domain``."""

    admin: Login
    role: str = "heat_stack_user"


@dataclass(frozen=True)
class Settings:
    """Settings of the cloud's services. Times are in seconds; ``heatlite.conf.clients`` explains each field.

    ``service`` is the user that other users trust. None: there is no such user, and there are no trusts.
    """

    auth_url: str
    service: Login | None = None
    stack_domain: StackDomain | None = None
    deferred_auth_method: Deferred = Deferred.TRUSTS
    trusts_delegated_roles: tuple[str, ...] = ()
    allow_trusts_redelegation: bool = False
    region_name: str | None = None
    interface: str = "public"
    timeout: float = 60
    retries: int = 2
    verify: bool | str = True
    server_auth_url: str | None = field(default=None)
    waitcondition_url: str | None = None
    metadata_url: str | None = None

    @property
    def makes_trusts(self) -> bool:
        """Whether a new stack gets a trust from its creator."""
        return self.service is not None and self.deferred_auth_method is Deferred.TRUSTS
