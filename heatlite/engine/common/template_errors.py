"""Mistakes: all that is wrong with a template is told at once, each mistake with its place from the root on.

    collected   one part's mistake is noted, and the next part is looked at
    raise_all   one mistake is raised as it is, several as one error with a line for each
    in_region   the same, in Heat's words, where the parent names a region
    within      the place of a nested template's mistakes in its parent's: ``resources.group<nested_stack>.resources.3``

A limit that is exceeded is told by itself, and at once: what has taken too long, or is too much, isn't looked at again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from heatlite import exception

MOST_TOLD = 20
"""Mistakes that one error tells of."""
LONGEST_TOLD = 50_000
"""Characters of an error that a client is told. What an error quotes is the client's own, and may be as large as all
that the client sent."""
LIMITS = (exception.RequestLimitExceeded, exception.StackResourceLimitExceeded)


class SeveralMistakes(exception.StackValidationFailed):
    """{error}: {path}: {message}"""

    def __init__(self, mistakes: Sequence[exception.HeatliteError]) -> None:
        told = [str(mistake) for mistake in mistakes[:MOST_TOLD]]
        more = len(mistakes) - len(told)
        super().__init__(message="\n".join([*told, *([f"and {more} more"] if more else [])]))
        self.mistakes = mistakes


def cut_short(text: str, longest: int = LONGEST_TOLD) -> str:
    """A text as a client is told it, once nothing in it is to be masked any more: the mask looks for whole values."""
    return text if len(text) <= longest else f"{text[:longest]}… and {len(text) - longest} characters more"


def in_short(several: SeveralMistakes) -> exception.StackValidationFailed:
    """Several mistakes as one error of a class that heat-api knows, each with as much of the room as any other."""
    told = [cut_short(str(mistake), LONGEST_TOLD // MOST_TOLD) for mistake in several.mistakes[:MOST_TOLD]]
    more = len(several.mistakes) - len(told)
    return exception.StackValidationFailed(message="\n".join([*told, *([f"and {more} more"] if more else [])]))


@contextlib.contextmanager
def collected(mistakes: list[exception.HeatliteError]) -> Iterator[None]:
    """Note what is wrong with one part, and go on with the next.

    :raises RequestLimitExceeded: at once
    :raises StackResourceLimitExceeded: at once
    """
    try:
        yield
    except LIMITS:
        raise
    except SeveralMistakes as several:
        mistakes.extend(several.mistakes)
    except exception.HeatliteError as error:
        mistakes.append(error)


def raise_all(mistakes: Sequence[exception.HeatliteError]) -> None:
    """Raise a single mistake as it is, and several as one error that tells each, a line for each.

    :raises HeatliteError: when there are any
    """
    if len(mistakes) == 1:
        raise mistakes[0]
    if mistakes:
        raise SeveralMistakes(mistakes)


@contextlib.contextmanager
def within(name: str, place: str) -> Iterator[None]:
    """Give what is wrong with a nested template its place in the parent's: ``resources.name<place>``."""
    path = f"resources.{name}<{place}>"
    try:
        yield
    except SeveralMistakes as several:
        raise SeveralMistakes([placed(path, mistake) for mistake in several.mistakes]) from None
    except exception.HeatliteError as error:
        raise placed(path, error) from None


@contextlib.contextmanager
def in_region(region: str) -> Iterator[None]:
    """Tell what is wrong with a nested template as Heat does where the parent names a region for it."""
    try:
        yield
    except LIMITS:
        raise
    except exception.HeatliteError as error:
        told = f'Failed validating stack template using Heat endpoint at region "{region}" due to "ERROR: {error}"'
        raise exception.StackValidationFailed(message=told) from None


def placed(path: str, error: exception.HeatliteError) -> exception.HeatliteError:
    """The same mistake, seen from one level further up."""
    match error:
        case exception.ErrorWithPath():
            inner = f"{path}.{error.path}" if error.path else path
            return exception.StackValidationFailed(error=error.error, path=inner, message=error.message)
        case exception.RequestLimitExceeded():
            said = str(error.kwargs["message"])
            return exception.RequestLimitExceeded(
                message=f"{path}{'.' if said.startswith('resources.') else ': '}{said}"
            )
        case exception.StackResourceLimitExceeded():
            return exception.RequestLimitExceeded(message=f"{path}: {error}")
        case _:
            return exception.StackValidationFailed(path=path, message=error)
