"""State directory: what the embedded engine keeps is for its owner's eyes only.

    directory                               0700
    heatlite.sqlite3, -wal, -shm, *.lock    0600     SQLite gives its other files the mode of the database's
    auth_encryption_key                     0600

The database holds hidden values in clear unless they are encrypted. What an earlier version left open is closed at the
next start, also while other commands use it.
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
    """Make the directory and an empty database in it if they aren't there, and close what is open to others.

    :return: the database's file
    """
    directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    _close(directory, DIRECTORY_MODE)  # first: then nobody else gets at the files in it
    database = directory / DATABASE_FILE
    os.close(os.open(database, os.O_RDWR | os.O_CREAT, FILE_MODE))
    for file in {file for pattern in OURS for file in directory.glob(pattern)}:
        with contextlib.suppress(FileNotFoundError):  # another command has just removed it
            _close(file, FILE_MODE)
    return database


def open_private(path: str, flags: int) -> int:
    """An opener for ``open``: a file that it makes is its owner's alone."""
    return os.open(path, flags, FILE_MODE)


def _close(path: pathlib.Path, mode: int) -> None:
    """Take away what others may do with a file or a directory, unless they may nothing already."""
    if stat.S_IMODE(path.stat().st_mode) & ~mode == 0:
        return
    try:
        path.chmod(mode)
    except PermissionError:
        LOG.warning("%s can be used by others, and isn't yours to close: have its owner set its mode to %o", path, mode)
