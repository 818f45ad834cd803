"""Crypt: keys, and what they do to a text. Pure; which texts are secret is for others to say.

::

    auth_encryption_key   new  ──▶ encrypts, decrypts
                          old  ──▶         decrypts        what it encrypted stays readable while keys change

    text ──encrypt──▶ token ──decrypt──▶ text
    text ──sealed───▶ ["cryptography_decrypt_v1","token"] ──opened──▶ text     a whole JSON column, in either form

A key has the form that Heat asks for, and makes the same Fernet key there and here, so that either reads the other's.
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
    """The keys, the first of which encrypts, and whether parameters and properties are to be encrypted.

    Whatever ``encrypts`` says, what is encrypted already is decrypted, and credentials are encrypted always.

    :raises ConfigurationError: where a key isn't one, or there is none and ``encrypts`` asks for it
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
        from cryptography.fernet import Fernet, MultiFernet  # not before it is needed: it takes a while to load

        if not self.keys:
            raise ConfigurationError(reason=f"{OPTION} isn't set, and there are secrets to keep: {HOW_TO_MAKE_ONE}")
        return MultiFernet([Fernet(base64.urlsafe_b64encode(raw_key(key))) for key in self.keys])

    def check(self) -> None:
        """Make sure that something can be encrypted.

        :raises ConfigurationError: where there is no key
        """
        self._fernet  # noqa: B018 - making it is the check

    def encrypt(self, text: str) -> str:
        """The token for a text: another one at each call.

        :raises ConfigurationError: where there is no key
        """
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The text that a token was made of, by whichever key.

        :raises InvalidEncryptionKey: where none of the keys made it
        """
        from cryptography.fernet import InvalidToken

        if not self.keys:
            raise InvalidEncryptionKey()
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            raise InvalidEncryptionKey() from None

    def sealed(self, text: str) -> str:
        """A JSON text as it is stored: a token in Heat's form if that is wanted, else as it is."""
        return json.dumps([METHOD, self.encrypt(text)], separators=(",", ":")) if self.encrypts else text

    def opened(self, text: str) -> str:
        """A JSON text that ``sealed`` stored, in either form."""
        return self.decrypt(json.loads(text)[1]) if text.startswith(SEAL) else text

    def digest(self, text: str) -> str:
        """A hash of 64 characters by which nobody without the key can tell whether he guessed the text."""
        return hmac.new(raw_key(self.keys[0]), text.encode(), hashlib.sha256).hexdigest()


def raw_key(key: str, place: int = 0) -> bytes:
    """The 32 bytes of a key: of 16, 24 or 32 characters, as Heat takes them, or of 44, as Fernet itself has them.

    :param place: which of several keys it is, counted from 0; for the error, which never tells a key
    :raises ConfigurationError: where it is of another length, or not of ASCII
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
            reason=f"{OPTION}{which} must have 32 characters of ASCII (16 or 24 are taken too), "
            f"and has {len(key)}: {HOW_TO_MAKE_ONE}"
        )
    return (key * 2 if len(key) < RAW_LENGTH else key)[:RAW_LENGTH].encode()


def required(keys: Sequence[str] | None, encrypts: bool) -> Vault:
    """The vault of a daemon, which can't do without a key.

    :raises ConfigurationError: where there is none, or one isn't a key
    """
    if not keys:
        raise ConfigurationError(reason=f"{OPTION} isn't set: {HOW_TO_MAKE_ONE}, the same for every engine")
    return Vault(tuple(keys), encrypts)
