"""Translation of client libraries' exceptions to heatlite's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from heatlite import exception

LATER = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may be answered later."""
NO_ANSWER = "no answer"
LONGEST_MESSAGE = 1000


@contextmanager
def as_cloud_errors(service: str = "Keystone") -> Iterator[None]:
    """Raise heatlite's errors in place of exceptions of keystoneauth.

    :raises CloudUnavailable: when there was no whole answer, or one that may be another later
    :raises CloudError: when the login or the request was refused
    """
    from keystoneauth1 import exceptions

    try:
        yield
    except exceptions.ClientException as error:
        status, message = getattr(error, "http_status", None), str(error)[:LONGEST_MESSAGE]
        if status in LATER or has_no_answer(error):
            raise exception.CloudUnavailable(service=service, status=status or NO_ANSWER, message=message) from None
        raise exception.CloudError(service=service, status=status or "nothing", message=message) from None


def has_no_answer(error: Exception) -> bool:
    """Tell whether an exception of keystoneauth says that no answer came, or only its first part.

    The service may have carried out the request. What can't be sent at all, such as a malformed address, has no answer
    later either: that isn't meant.
    """
    import requests
    from keystoneauth1 import exceptions

    if isinstance(error, exceptions.UnknownConnectionError):
        return isinstance(
            error.original, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError
        )
    return isinstance(error, exceptions.ConnectFailure | exceptions.ConnectTimeout | exceptions.DiscoveryFailure)
