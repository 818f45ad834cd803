"""The embedded engine's state directory. Only its owner may read it.

    directory                               0700
    heatlite.sqlite3, -wal, -shm, *.lock    0600     SQLite gives its other files the mode of the database's
    auth_encryption_key                     0600

The database holds hidden values in clear text, unless encryption is on. If an earlier version created files with wider
modes, the next start corrects them, even while other commands use them.

The engine creates the encryption key beside its database, so nothing must be configured. A copy of the database without
the key reveals no secrets. If the key is lost, only the secrets are lost.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pathlib
import secrets
import stat
from collections.abc import Callable

from heatlite import exception

LOG = logging.getLogger(__name__)

DATABASE_FILE = "heatlite.sqlite3"
DIRECTORY_MODE, FILE_MODE = 0o700, 0o600
KEY_FILE, KEY_BYTES = "auth_encryption_key", 16
OURS = (f"{DATABASE_FILE}*", "*.lock", f"{KEY_FILE}*")


def prepare(directory: pathlib.Path) -> pathlib.Path:
    """Create the directory and an empty database in it, if they don't exist, and correct the modes of all files.

    :return: the database's file
    """
    directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    _close(directory, DIRECTORY_MODE)  # first, since then no other user can open the files in it
    database = directory / DATABASE_FILE
    os.close(os.open(database, os.O_RDWR | os.O_CREAT, FILE_MODE))
    for file in {file for pattern in OURS for file in directory.glob(pattern)}:
        with contextlib.suppress(FileNotFoundError):  # another command may just have removed it
            _close(file, FILE_MODE)
    return database


def open_private(path: str, flags: int) -> int:
    """Open a file, as an opener for ``open``; a file that is created is readable only by its owner."""
    return os.open(path, flags, FILE_MODE)


def _close(path: pathlib.Path, mode: int) -> None:
    """Remove the rights of other users on a file or a directory, if they have any."""
    if stat.S_IMODE(path.stat().st_mode) & ~mode == 0:
        return
    try:
        path.chmod(mode)
    except PermissionError:
        LOG.warning("Other users may access %s, and only its owner can change that: set its mode to %o", path, mode)


def random_key() -> str:
    """Return a new key: 32 hexadecimal characters."""
    return secrets.token_hex(KEY_BYTES)


def key(directory: pathlib.Path, make: Callable[[], str] = random_key) -> str:
    """Return the key of a state directory; create it if it doesn't exist.

    :raises ConfigurationError: when the file can't be read or is empty
    """
    file = directory / KEY_FILE
    if not file.exists():
        _make_key(file, make())
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


def _make_key(file: pathlib.Path, new: str) -> None:
    """Write the file atomically, unless another process has just created it."""
    draft = file.with_name(f"{KEY_FILE}.{os.getpid()}")
    draft.unlink(missing_ok=True)  # left by a process with the same pid that died here
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "w") as handle:
        handle.write(f"{new}\n")
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(draft, file)  # unlike a rename, this doesn't replace a key that another process has created and uses
    except FileExistsError:
        pass
    finally:
        draft.unlink()
