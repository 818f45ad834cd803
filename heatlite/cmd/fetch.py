"""Read what a name stands for: a file of this machine, or a page of the web. Bounded in size and in time.

Only ``file:``, ``http:`` and ``https:`` are spoken, and the web may send on to the web alone: what comes from
elsewhere never gets to name a file here (``files`` sees to the other half of that).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib import request
from urllib.parse import urlsplit

from heatlite.resources.web import SCHEMES as WEB
from heatlite.resources.web import CannotRead, read_web, readable, within

__all__ = ["LARGEST_FILE", "WEB", "CannotRead", "Read", "read"]

LARGEST_FILE = 16 * 1024 * 1024  # bytes; only a stop for mistakes, the engine has the limit that counts
TIME_LIMIT = 30.0  # seconds for one file
SCHEMES = ("file", *WEB)

Read = Callable[[str], bytes]


def read(url: str, time_limit: float = TIME_LIMIT, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file.

    :param time_limit: seconds that the web may take for it in all
    :param largest: bytes
    :raises CannotRead: where it can't be had, is too large or takes too long
    """
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise CannotRead(f"{url}: files are named by a path or by a URL of {', '.join(SCHEMES)}")
    with readable(url, time_limit):
        return read_web(url, time_limit, largest) if scheme in WEB else read_local(url, largest)


def read_local(url: str, largest: int) -> bytes:
    """The bytes of a file of this machine, which may be a pipe, or endless."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise CannotRead(f"{url}: a file of the machine {parts.netloc} can't be read; write file:///path")
    with Path(request.url2pathname(parts.path)).open("rb") as file:
        return within(file.read(largest + 1), url, largest)
