"""Keys and the encryption of texts. Pure: other modules decide which texts are secret.

::

    auth_encryption_key   new  ──▶ encrypts, decrypts
                          old  ──▶         decrypts        so old tokens stay readable while keys change

    text ──encrypt──▶ token ──decrypt──▶ text
    text ──sealed───▶ ["cryptography_decrypt_v1","token"] ──opened──▶ text     a whole JSON column, in either form

A key has the form that Heat requires, and gives the same Fernet key in both programs, so that each can read the other's
tokens.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from heatlite.exception import ConfigurationError, InvalidEncryptionKey

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

METHOD = "cryptography_decrypt_v1"
SEAL = f'["{METHOD}",'
HEATS_LENGTHS = (16, 24, 32)
RAW_LENGTH = 32
FERNETS_LENGTH = 44
OPTION = "auth_encryption_key"
HOW_TO_MAKE_ONE = "make one of 32 characters, for example with `openssl rand -hex 16`"


@dataclass(frozen=True)
class Vault:
    """The keys, of which the first encrypts, and whether parameters and properties are encrypted.

    Even when ``encrypts`` is False, existing tokens are decrypted, and credentials are encrypted.

    :raises ConfigurationError: when a key isn't valid, or ``encrypts`` is True without a key
    """

    keys: tuple[str, ...] = field(default=(), repr=False)
    encrypts: bool = False

    def __post_init__(self) -> None:
        for place, key in enumerate(self.keys):
            raw_key(key, place)
        if self.encrypts and not self.keys:
            raise ConfigurationError(reason=f"{OPTION} isn't set: {HOW_TO_MAKE_ONE}")

    @cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet  # imported only when needed: it takes a while to load

        if not self.keys:
            raise ConfigurationError(reason=f"{OPTION} isn't set, but there are secrets to store: {HOW_TO_MAKE_ONE}")
        return MultiFernet([Fernet(base64.urlsafe_b64encode(raw_key(key))) for key in self.keys])

    def check(self) -> None:
        """Check that the vault can encrypt.

        :raises ConfigurationError: when there is no key
        """
        self._fernet  # noqa: B018 - the access makes the keys, which is the check

    def encrypt(self, text: str) -> str:
        """Encrypt a text. Each call returns a different token.

        :raises ConfigurationError: when there is no key
        """
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Decrypt a token, with any of the keys.

        :raises InvalidEncryptionKey: when none of the keys made the token
        """
        from cryptography.fernet import InvalidToken

        if not self.keys:
            raise InvalidEncryptionKey()
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            raise InvalidEncryptionKey() from None

    def sealed(self, text: str) -> str:
        """Return a JSON text as it is stored: a token in Heat's form when ``encrypts`` is True, or the text itself."""
        return json.dumps([METHOD, self.encrypt(text)], separators=(",", ":")) if self.encrypts else text

    def opened(self, text: str) -> str:
        """Return the JSON text that ``sealed`` stored, in either form."""
        return self.decrypt(json.loads(text)[1]) if text.startswith(SEAL) else text

    def digest(self, text: str) -> str:
        """Return a hash of 64 characters. Without the key nobody can check a guess of the text against it."""
        return hmac.new(raw_key(self.keys[0]), text.encode(), hashlib.sha256).hexdigest()


def raw_key(key: str, place: int = 0) -> bytes:
    """Return the 32 bytes of a key: of 16, 24 or 32 characters as in Heat, or of 44 characters as in Fernet.

    :param place: the key's position among several, from 0; only for the error, which never shows a key
    :raises ConfigurationError: when the length is wrong, or a character isn't ASCII
    """
    if len(key) == FERNETS_LENGTH:
        try:
            decoded = base64.b64decode(key, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            decoded = b""
        if len(decoded) == RAW_LENGTH:
            return decoded
    if len(key) not in HEATS_LENGTHS or not key.isascii():
        which = f" number {place + 1}" if place else ""
        raise ConfigurationError(
            reason=f"{OPTION}{which} must have 32 ASCII characters (16 or 24 are accepted too), "
            f"not {len(key)}: {HOW_TO_MAKE_ONE}"
        )
    return (key * 2 if len(key) < RAW_LENGTH else key)[:RAW_LENGTH].encode()


def required(keys: Sequence[str] | None, encrypts: bool) -> Vault:
    """Return the vault of a daemon, which must have a key.

    :raises ConfigurationError: when there is none, or one isn't valid
    """
    if not keys:
        raise ConfigurationError(reason=f"{OPTION} isn't set: {HOW_TO_MAKE_ONE}, the same for every engine")
    return Vault(tuple(keys), encrypts)
