"""Column types: JSON, secrets, and reasons of any length.

A type decides whether its column is encrypted. The key comes from the vault that ``dialects.prepare`` gave the dialect.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from heatlite.db.crypt import METHOD, Vault
from heatlite.exception import StoredValueUnreadable

LargeText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Uuid = sa.String(36)

LONGEST_REASON = 10_000
"""Characters. MariaDB's TEXT holds 65,535 bytes, and a character may take four."""


class Json(sa.types.TypeDecorator[Any]):
    """A value stored as JSON text: the same on all three databases, and readable with any client.

    Reading what isn't JSON any more raises StoredValueUnreadable, so that it counts as any template that can't be read.
    """

    impl = LargeText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        # JSON text in a property may spell half a surrogate pair; a database stores it only as an escape
        return text if is_unicode(text) else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        try:
            return None if value is None else json.loads(value)
        except ValueError:
            raise StoredValueUnreadable() from None  # its text would quote what may be secret


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
    """An environment whose secret values are encrypted: see ``sealed``."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return super().process_bind_param(sealed(value, _vault(dialect)), dialect)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return opened(super().process_result_value(value, dialect), _vault(dialect))


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


SEALED = "sealed"
NAMES = "encrypted_param_names"
SECTIONS = ("parameters", "parameter_defaults")
HIDING = (("parameters", "hidden"), ("Parameters", "NoEcho"))
"""How each dialect of the template language hides a parameter: the section, and the key in a declaration."""
PLAIN = ("false", "f", "no", "n", "off", "0", "none", "null", "")
"""Values of ``hidden`` that mean False. Any other value hides the parameter: to encrypt too much does no harm."""


def hidden_parameters(template: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the parameters that a raw template declares as hidden."""
    return frozenset(
        str(name)
        for section, keyword in HIDING
        if isinstance(declared := template.get(section), Mapping)
        for name, schema in declared.items()
        if isinstance(schema, Mapping) and str(schema.get(keyword, "")).strip().lower() not in PLAIN
    )


def sealing(environment: Mapping[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    """Return the environment with a list of its secret values: those of ``hidden`` and ``encrypted_param_names``.

    The row's ``encrypted_param_names`` lists all of them, as in Heat. An environment without secrets is returned as it
    is.
    """
    wanted = {*hidden, *_names(environment.get(NAMES))}
    found = {section: sorted(wanted & _keys(environment.get(section))) for section in SECTIONS}
    if not any(found.values()):
        return dict(environment)
    sent = {NAMES: list(environment[NAMES])} if NAMES in environment else {}
    return {**environment, SEALED: {**found, **sent}}


def sealed(environment: Any, vault: Vault) -> Any:
    """Return an environment from ``sealing`` in the form that the row stores."""
    if not (isinstance(environment, Mapping) and SEALED in environment):
        return environment
    encrypted = _each(environment, lambda value: [METHOD, vault.encrypt(json.dumps(value))])
    names = {name for section in SECTIONS for name in environment[SEALED][section]}
    return {**encrypted, NAMES: sorted({*names, *_names(environment.get(NAMES))})}


def opened(stored: Any, vault: Vault) -> Any:
    """Return a stored environment with every value decrypted.

    :raises InvalidEncryptionKey: when no key fits
    """
    if not (isinstance(stored, Mapping) and SEALED in stored):
        return stored
    plain = _each(stored, lambda pair: json.loads(vault.decrypt(pair[1])))
    mark = plain.pop(SEALED)
    del plain[NAMES]
    return plain | ({NAMES: mark[NAMES]} if NAMES in mark else {})


def _each(environment: Mapping[str, Any], change: Any) -> dict[str, Any]:
    """Apply a function to every value that ``sealed`` lists."""
    changed = dict(environment)
    for section in SECTIONS:
        values = dict(changed.get(section) or {})
        values |= {name: change(values[name]) for name in environment[SEALED][section]}
        changed |= {section: values} if section in changed else {}
    return changed


def _keys(section: Any) -> set[str]:
    return {name for name in section if isinstance(name, str)} if isinstance(section, Mapping) else set()


def _names(written: Any) -> Iterable[str]:
    return [name for name in written if isinstance(name, str)] if isinstance(written, list | tuple) else ()
