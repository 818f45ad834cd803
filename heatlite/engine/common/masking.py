"""Remove the values of hidden parameters from errors, before they reach clients, rows or logs.

    error ──▶ a copy of its fields, each masked ──▶ the same class, created without its constructor
                     └── anything goes wrong ──▶ ``Error``, which holds nothing of the original

A copy of the fields works for an error of any class, whatever arguments its constructor takes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from heatlite import exception
from heatlite.template.mask import MASKED

CANT_BE_SHOWN = "It failed; the reason can't be shown, because hidden values couldn't be removed from it"


@contextlib.contextmanager
def masked(mask: Callable[[str], str]) -> Iterator[None]:
    """Mask hidden values in every error that the block raises, and drop the error's cause.

    :raises StackValidationFailed: in place of an error that isn't heatlite's own and holds a hidden value
    :raises Error: in place of an error that can't be masked
    """
    try:
        yield
    except Exception as error:
        hidden = without_secrets(error, mask)
        if hidden is error:
            raise
        raise hidden from None


def without_secrets(error: Exception, mask: Callable[[str], str]) -> Exception:
    """Return the error without hidden values; the same object if it holds none."""
    try:
        if not isinstance(error, exception.HeatliteError):
            return _of_strangers(error, mask)
        hidden = _copy(error, mask)
        is_same = str(hidden) == str(error) and hidden.kwargs == error.kwargs
        return error if is_same and not _is_hidden(str(error), mask) else hidden
    except Exception:
        return exception.Error(message=CANT_BE_SHOWN)


def _of_strangers(error: Exception, mask: Callable[[str], str]) -> Exception:
    text = str(error)
    if not _is_hidden(text, mask) and not _is_hidden(repr(error), mask):
        return error
    return exception.StackValidationFailed(message=f"{type(error).__name__}: {mask(text)}")


def _copy(error: exception.HeatliteError, mask: Callable[[str], str]) -> exception.HeatliteError:
    """Create an error of the same class with masked fields, without calling its constructor."""
    hidden = type(error).__new__(type(error))
    hidden.args = tuple(masked_value(argument, mask) for argument in error.args)
    vars(hidden).update({name: masked_value(value, mask) for name, value in vars(error).items()})
    return hidden


def masked_value(value: Any, mask: Callable[[str], str]) -> Any:
    """Mask each text in a value of any structure."""
    match value:
        case str():
            return mask(value)
        case None | bool():
            return value
        case exception.HeatliteError():
            return _copy(value, mask)
        case Mapping():
            return {masked_value(key, mask): masked_value(item, mask) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return type(value)(masked_value(item, mask) for item in value)
    return (MASKED if isinstance(value, int | float) else mask(str(value))) if _is_hidden(str(value), mask) else value


def _is_hidden(text: str, mask: Callable[[str], str]) -> bool:
    return mask(text) != text
