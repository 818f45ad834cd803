"""Web: read a page, bounded in size and in time. Nothing but HTTP is spoken, also where a page sends on to another."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib import request
from urllib.error import HTTPError, URLError

CHUNK = 64 * 1024
SCHEMES = ("http", "https")


class CannotRead(Exception):
    """Why a page or file can't be had, for people."""


@contextmanager
def readable(url: str, time_limit: float) -> Iterator[None]:
    """Whatever goes wrong within is that this can't be read.

    :raises CannotRead: in its place
    """
    try:
        yield
    except HTTPError as error:
        raise CannotRead(f"{url}: the server answers {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise CannotRead(f"{url}: this takes more than {time_limit:g} seconds") from error
    except OSError as error:
        raise CannotRead(f"{url}: {reason_of(error)}") from error
    except (http.client.HTTPException, ValueError) as error:
        raise CannotRead(f"{url}: {error or type(error).__name__}") from error


def read_web(url: str, time_limit: float, largest: int) -> bytes:
    """The bytes of a page, however slowly they drip.

    :param time_limit: seconds that it may take in all
    :param largest: bytes
    :raises CannotRead: where it is too large; for what else may go wrong see ``readable``
    """
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
