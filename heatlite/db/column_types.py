"""Column types: JSON, secrets, and reasons of any length.

A type decides whether its column is encrypted. The key comes from the vault that ``dialects.prepare`` gave the dialect.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from heatlite.db import environments
from heatlite.db.crypt import Vault

LargeText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Uuid = sa.String(36)

LONGEST_REASON = 10_000
"""Characters. MariaDB's TEXT holds 65,535 bytes, and a character may take four."""


class Json(sa.types.TypeDecorator[Any]):
    """A value stored as JSON text: the same on all three databases, and readable with any client."""

    impl = LargeText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        # JSON text in a property may spell half a surrogate pair; a database stores it only as an escape
        return text if is_unicode(text) else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


def _vault(dialect: sa.Dialect) -> Vault:
    vault = getattr(dialect, "vault", None)  # set by ``dialects.prepare``
    return vault if isinstance(vault, Vault) else Vault()


class Sealed(Json):
    """JSON that is encrypted as a whole if the operator wants that. Both forms can be read.

    Empty values are never encrypted: they reveal nothing, and there are many.
    """

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        text = super().process_bind_param(value, dialect)
        return _vault(dialect).sealed(text) if text and value else text

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return super().process_result_value(_vault(dialect).opened(value) if value else value, dialect)


class SealedEnvironment(Json):
    """An environment with some encrypted values: see ``heatlite.db.environments``."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return super().process_bind_param(environments.sealed(value, _vault(dialect)), dialect)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return environments.opened(super().process_result_value(value, dialect), _vault(dialect))


class Secret(sa.types.TypeDecorator[str]):
    """A text that is always encrypted."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else _vault(dialect).encrypt(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else _vault(dialect).decrypt(value)


class Reason(sa.types.TypeDecorator[str]):
    """A sentence for users that may quote any text. It is shortened, and characters that a database refuses are
    replaced.

    Otherwise a failure whose reason can't be stored could never be recorded.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        if len(value) > LONGEST_REASON:
            value = f"{value[:LONGEST_REASON]}…"
        if not is_unicode(value):
            value = value.encode(errors="replace").decode()
        return value.replace("\x00", "\ufffd")


def is_unicode(text: str) -> bool:
    """Tell whether a text can be encoded: it holds no half of a surrogate pair."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False
