"""Key file: the embedded engine's key, which nobody has to configure. It lies beside the database that it is for.

Whoever copies the database without it has copied no secrets; whoever loses it has lost those, and nothing else.
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
    """A new key: 32 characters, hexadecimal."""
    return secrets.token_hex(BYTES)


def key(directory: pathlib.Path, make: Callable[[], str] = random_key) -> str:
    """The key of a state directory, which is made if it isn't there.

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
            reason=f"{file} is empty, and should have the key that the database's secrets were encrypted with; "
            "where there were none, remove it, and a new one is made"
        )
    return found


def _make(file: pathlib.Path, new: str) -> None:
    """Write the file whole, or find that another process just has."""
    draft = file.with_name(f"{NAME}.{os.getpid()}")
    draft.unlink(missing_ok=True)  # of a process that had this number and died here
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as handle:
        handle.write(f"{new}\n")
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(draft, file)  # unlike a rename, it doesn't replace what another process has made, and uses
    except FileExistsError:
        pass
    finally:
        draft.unlink()
