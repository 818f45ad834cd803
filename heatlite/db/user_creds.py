"""Credentials that a stack's operations are authenticated with. A row belongs to one root stack and its nested stacks.

The columns' type always encrypts password and trust, whatever the options say. The values read are plain, and appear in
no repr.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.db import event_sinks, models
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.crypt import METHOD

TABLE = models.user_creds


@dataclass(frozen=True)
class Credentials:
    """A request's credentials, as far as they can be used again. The names are the columns', which are Heat's.

    ``tenant`` is the project's name, ``tenant_id`` its id. With a trust there is no ``username``, ``user_id`` or
    ``password``.
    """

    username: str | None = None
    password: str | None = field(default=None, repr=False)
    region_name: str | None = None
    tenant: str | None = None
    auth_url: str | None = None
    tenant_id: str | None = None
    trust_id: str | None = field(default=None, repr=False)
    trustor_user_id: str | None = None
    user_id: str | None = None

    @property
    def is_secret(self) -> bool:
        """Whether they contain a password or a trust."""
        return self.password is not None or self.trust_id is not None


COLUMNS = [TABLE.c[name] for name in Credentials.__dataclass_fields__]
BY_ID = sa.select(*COLUMNS).where(TABLE.c.id == sa.bindparam("user_creds_id"))


def _columns(context: Context, credentials: Credentials) -> dict[str, Any]:
    if credentials.is_secret:
        context.database.vault.check()  # checked here, where the error isn't yet a failed statement
    return {**asdict(credentials), "decrypt_method": METHOD if credentials.is_secret else None}


@writer
def insert(context: Context, credentials: Credentials, now: datetime) -> int:
    """Store credentials and return the id of their row.

    :raises ConfigurationError: when they contain a secret, and there is no key to encrypt it
    """
    values = {**_columns(context, credentials), "created_at": now}
    key = context.connection.execute(sa.insert(TABLE).values(values)).inserted_primary_key
    assert key is not None, "an INSERT of one row answers its key"
    return int(key[0])


@reader
def get(context: Context, user_creds_id: int) -> Credentials | None:
    """Return the credentials with this id, decrypted, or None if they are gone.

    :raises InvalidEncryptionKey: when no key fits
    """
    row = context.connection.execute(BY_ID, {"user_creds_id": user_creds_id}).one_or_none()
    return None if row is None else Credentials(*row)


@writer
def update(context: Context, user_creds_id: int, credentials: Credentials, now: datetime) -> bool:
    """Replace credentials. Return False if they are gone.

    :raises ConfigurationError: as for ``insert``
    """
    values = {**_columns(context, credentials), "updated_at": now}
    statement = sa.update(TABLE).where(TABLE.c.id == user_creds_id).values(**values)
    return rows(context.connection.execute(statement)) == 1


@writer
def remove(context: Context, user_creds_id: int) -> bool:
    """Delete credentials. Return False if they were gone, or an event sink still needs them."""
    if event_sinks.need(context, user_creds_id):
        return False
    return rows(context.connection.execute(sa.delete(TABLE).where(TABLE.c.id == user_creds_id))) == 1
