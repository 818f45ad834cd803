"""The embedded engine's encryption key. The engine creates it beside its database, so nothing must be configured.

A copy of the database without the key reveals no secrets. If the key is lost, only the secrets are lost.
"""

from __future__ import annotations

import os
import pathlib
import secrets
from collections.abc import Callable

from heatlite import exception

NAME = "auth_encryption_key"
BYTES = 16
OWNER_ONLY = 0o600


def random_key() -> str:
    """Return a new key: 32 hexadecimal characters."""
    return secrets.token_hex(BYTES)


def key(directory: pathlib.Path, make: Callable[[], str] = random_key) -> str:
    """Return the key of a state directory; create it if it doesn't exist.

    :raises ConfigurationError: when the file can't be read or is empty
    """
    file = directory / NAME
    if not file.exists():
        _make(file, make())
    try:
        found = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise exception.ConfigurationError(reason=f"{file} can't be read: {error}") from error
    if not found:
        raise exception.ConfigurationError(
            reason=f"{file} is empty, and should hold the key that the database's secrets were encrypted with. Restore "
            "it; or, if the database holds no secrets, remove the file, and a new key is created"
        )
    return found


def _make(file: pathlib.Path, new: str) -> None:
    """Write the file atomically, unless another process has just created it."""
    draft = file.with_name(f"{NAME}.{os.getpid()}")
    draft.unlink(missing_ok=True)  # left by a process with the same pid that died here
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as handle:
        handle.write(f"{new}\n")
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(draft, file)  # unlike a rename, this doesn't replace a key that another process has created and uses
    except FileExistsError:
        pass
    finally:
        draft.unlink()
