"""Web: read a page within limits of size and time. Only HTTP is allowed, also after a redirect."""

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
    """A page or file can't be read; the text tells the user why."""


@contextmanager
def readable(url: str, time_limit: float) -> Iterator[None]:
    """Turn each error of reading into CannotRead.

    :raises CannotRead: in place of the error
    """
    try:
        yield
    except HTTPError as error:
        raise CannotRead(f"{url}: the server answers {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise CannotRead(f"{url}: no complete answer within {time_limit:g} seconds") from error
    except OSError as error:
        raise CannotRead(f"{url}: {reason_of(error)}") from error
    except (http.client.HTTPException, ValueError) as error:
        raise CannotRead(f"{url}: {error or type(error).__name__}") from error


def read_web(url: str, time_limit: float, largest: int) -> bytes:
    """Read a page, even if its bytes arrive slowly.

    :param time_limit: seconds that it may take in all
    :param largest: most bytes
    :raises CannotRead: if it is too large; for other errors use ``readable``
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
    """Return an opener that speaks only HTTP, through the proxy that the environment names, if any."""
    opener = request.OpenerDirector()
    kinds: list[Any] = [request.ProxyHandler, request.HTTPHandler, request.HTTPSHandler, request.HTTPRedirectHandler]
    kinds += [request.HTTPErrorProcessor, request.HTTPDefaultErrorHandler, request.UnknownHandler]
    for kind in kinds:
        opener.add_handler(kind())
    return opener


def within(content: Any, url: str, largest: int) -> Any:
    """Return the content if it isn't too large.

    :raises CannotRead: if it is
    """
    if len(content) > largest:
        raise CannotRead(f"{url}: the file is larger than {largest} bytes")
    return content


def reason_of(error: OSError) -> str:
    """Return the message of a system error, without its number."""
    inner = error.reason if isinstance(error, URLError) else error
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    return str(getattr(inner, "strerror", None) or inner)
