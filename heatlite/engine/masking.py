"""Masking: errors and tracebacks without the values of hidden parameters, on their way to clients, rows and logs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from heatlite import exception
from heatlite.template import Mask


@contextlib.contextmanager
def masked(mask: Mask) -> Iterator[None]:
    """Whatever is raised within tells no hidden value, nor does what it was caused by.

    :raises StackValidationFailed: in place of an error that isn't heatlite's own and would tell one
    """
    try:
        yield
    except exception.HeatliteError as error:
        hidden = without_secrets(error, mask)
        if hidden is error:
            raise
        raise hidden from None
    except Exception as error:
        if mask(text := str(error)) == text:
            raise
        raise exception.StackValidationFailed(message=f"{type(error).__name__}: {mask(text)}") from None


def without_secrets(error: exception.HeatliteError, mask: Mask) -> exception.HeatliteError:
    """The same error with its words masked; the very same where nothing in it is hidden."""
    if mask(str(error)) == str(error):
        return error
    return type(error)(**{name: mask(str(value)) for name, value in error.kwargs.items()})
