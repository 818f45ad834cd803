"""The embedded engine's state directory. Only its owner may read it.

    directory                               0700
    heatlite.sqlite3, -wal, -shm, *.lock    0600     SQLite gives its other files the mode of the database's
    auth_encryption_key                     0600

The database holds hidden values in clear text, unless encryption is on. If an earlier version created files with wider
modes, the next start corrects them, even while other commands use them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pathlib
import stat

LOG = logging.getLogger(__name__)

DATABASE_FILE = "heatlite.sqlite3"
DIRECTORY_MODE, FILE_MODE = 0o700, 0o600
OURS = (f"{DATABASE_FILE}*", "*.lock", "auth_encryption_key*")


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
