"""Read what a name stands for: a file of this machine, or a page of the web. Bounded in size and in time.

Only ``file:``, ``http:`` and ``https:`` are spoken, and the web may send on to the web alone: what comes from
elsewhere never gets to name a file here (``files`` sees to the other half of that).
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

LARGEST_FILE = 16 * 1024 * 1024  # bytes; only a stop for mistakes, the engine has the limit that counts
TIME_LIMIT = 30.0  # seconds for one file
CHUNK = 64 * 1024
WEB = ("http", "https")
SCHEMES = ("file", *WEB)

Read = Callable[[str], bytes]


class CannotRead(Exception):
    """Why a file can't be had, for people."""


def read(url: str, time_limit: float = TIME_LIMIT, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file.

    :param time_limit: seconds that the web may take for it in all
    :param largest: bytes
    :raises CannotRead: where it can't be had, is too large or takes too long
    """
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise CannotRead(f"{url}: files are named by a path or by a URL of {', '.join(SCHEMES)}")
    try:
        return read_web(url, time_limit, largest) if scheme in WEB else read_local(url, largest)
    except HTTPError as error:
        raise CannotRead(f"{url}: the server answers {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise CannotRead(f"{url}: this takes more than {time_limit:g} seconds") from error
    except OSError as error:
        raise CannotRead(f"{url}: {reason_of(error)}") from error
    except (http.client.HTTPException, ValueError) as error:
        raise CannotRead(f"{url}: {error or type(error).__name__}") from error


def read_local(url: str, largest: int) -> bytes:
    """The bytes of a file of this machine, which may be a pipe, or endless."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise CannotRead(f"{url}: a file of the machine {parts.netloc} can't be read; write file:///path")
    with Path(request.url2pathname(parts.path)).open("rb") as file:
        return within(file.read(largest + 1), url, largest)


def read_web(url: str, time_limit: float, largest: int) -> bytes:
    """The bytes of a page, however slowly they drip."""
    ends = time.monotonic() + time_limit
    found = bytearray()
    with web().open(url, timeout=time_limit) as page:
        while piece := page.read1(CHUNK):
            within(found := found + piece, url, largest)
            if time.monotonic() > ends:
                raise TimeoutError
    return bytes(found)


def web() -> request.OpenerDirector:
    """What opens a page, by way of a proxy where the environment names one; it speaks nothing but HTTP."""
    opener = request.OpenerDirector()
    kinds: list[Any] = [request.ProxyHandler, request.HTTPHandler, request.HTTPSHandler, request.HTTPRedirectHandler]
    kinds += [request.HTTPErrorProcessor, request.HTTPDefaultErrorHandler, request.UnknownHandler]
    for kind in kinds:
        opener.add_handler(kind())
    return opener


def within(content: Any, url: str, largest: int) -> Any:
    """The content, if it isn't too large.

    :raises CannotRead: where it is
    """
    if len(content) > largest:
        raise CannotRead(f"{url}: a file may have {largest} bytes, and this has more")
    return content


def reason_of(error: OSError) -> str:
    """What an error of the system says, without its number."""
    inner = error.reason if isinstance(error, URLError) else error
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    return str(getattr(inner, "strerror", None) or inner)
