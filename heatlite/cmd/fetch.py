"""Reading of local files and web pages by URL, with limits of size and time.

Only ``file:``, ``http:`` and ``https:`` are supported, and a web page may redirect to the web only: a document from
another place can never name a local file (``files`` ensures the other half of that).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib import request
from urllib.parse import urlsplit

from heatlite.resources.web import SCHEMES as WEB
from heatlite.resources.web import CannotRead, read_web, readable, within

__all__ = ["LARGEST_FILE", "WEB", "CannotRead", "Read", "read"]

LARGEST_FILE = 16 * 1024 * 1024  # bytes; only a guard against mistakes, because the engine has the real limit
TIME_LIMIT = 30.0  # seconds for one file
SCHEMES = ("file", *WEB)

Read = Callable[[str], bytes]


def read(url: str, time_limit: float = TIME_LIMIT, largest: int = LARGEST_FILE) -> bytes:
    """Return the bytes of a file.

    :param time_limit: seconds for the whole transfer from the web
    :param largest: bytes
    :raises CannotRead: when it can't be read, is too large or takes too long
    """
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise CannotRead(f"{url}: name a file by its path, or by a URL with {', '.join(SCHEMES)}")
    with readable(url, time_limit):
        return read_web(url, time_limit, largest) if scheme in WEB else read_local(url, largest)


def read_local(url: str, largest: int) -> bytes:
    """Return the bytes of a local file, which may be a pipe, or endless."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise CannotRead(f"{url}: a file of the machine {parts.netloc} can't be read; write file:///path")
    with Path(request.url2pathname(parts.path)).open("rb") as file:
        return within(file.read(largest + 1), url, largest)
