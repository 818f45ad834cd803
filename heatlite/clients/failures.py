"""Failures: what libraries raise of a service that can't be asked, as an error of the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from heatlite import exception


@contextmanager
def told(service: str = "Keystone") -> Iterator[None]:
    """Raise CloudError in place of keystoneauth's exceptions: of the login, of the network, of the service."""
    from keystoneauth1 import exceptions

    try:
        yield
    except exceptions.ClientException as error:
        status = getattr(error, "http_status", None) or "nothing"
        raise exception.CloudError(service=service, status=status, message=str(error)) from None
