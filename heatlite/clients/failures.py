"""Translation of client libraries' exceptions to heatlite's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from heatlite import exception


@contextmanager
def as_cloud_errors() -> Iterator[None]:
    """Raise CloudError in place of exceptions of keystoneauth: login, network or service errors."""
    from keystoneauth1 import exceptions

    try:
        yield
    except exceptions.ClientException as error:
        status = getattr(error, "http_status", None) or "nothing"
        raise exception.CloudError(service="Keystone", status=status, message=str(error)) from None
