"""The types of columns: JSON, secrets, reasons that may be of any length.

Which of them encrypts is said here, and by which key by the vault that ``dialects.prepare`` gave the dialect.
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
"""Characters; MariaDB's TEXT holds 65,535 bytes, and a character may take four."""


class Json(sa.types.TypeDecorator[Any]):
    """A value kept as JSON text: the same on all three databases, and readable with any client."""

    impl = LargeText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        # half a surrogate pair, which JSON text in a property can spell, outlives the trip only as an escape
        return text if is_unicode(text) else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


def _vault(dialect: sa.Dialect) -> Vault:
    vault = getattr(dialect, "vault", None)  # set by ``dialects.prepare``
    return vault if isinstance(vault, Vault) else Vault()


class Sealed(Json):
    """JSON that is encrypted as a whole where the operator wants that; it is read in either form.

    Empty values stay as they are: they tell nothing, and are many.
    """

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        text = super().process_bind_param(value, dialect)
        return _vault(dialect).sealed(text) if text and value else text

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return super().process_result_value(_vault(dialect).opened(value) if value else value, dialect)


class SealedEnvironment(Json):
    """An environment, some of whose values are encrypted: see ``heatlite.db.environments``."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return super().process_bind_param(environments.sealed(value, _vault(dialect)), dialect)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return environments.opened(super().process_result_value(value, dialect), _vault(dialect))


class Secret(sa.types.TypeDecorator[str]):
    """A text that is encrypted always."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else _vault(dialect).encrypt(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else _vault(dialect).decrypt(value)


class Reason(sa.types.TypeDecorator[str]):
    """A sentence for people, that quotes whatever was wrong: cut, and without what a database wouldn't take.

    A failure that can't be written down would never be over.
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
    """Whether a text has no half of a surrogate pair, and so can be written."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False
