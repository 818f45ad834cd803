"""Report every mistake in a template at once, each with its full place from the root template on.

    collected   record the mistake of one part, and go on with the next part
    raise_all   raise one mistake as it is, several as one error with a line for each
    within      prefix a nested template's mistakes with its place: ``resources.group<nested_stack>.resources.3``
    in_region   wrap a nested template's mistake in Heat's words for a stack in another region

An exceeded limit is raised alone, and at once, since validating the rest would cost too much.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from heatlite import exception

MOST_TOLD = 20
"""Number of mistakes that one error lists."""
LONGEST_TOLD = 50_000
"""Characters of an error that a client gets. An error may quote parts of the request, which can be large."""
LIMITS = (exception.RequestLimitExceeded, exception.StackResourceLimitExceeded)


class SeveralMistakes(exception.StackValidationFailed):
    """{error}: {path}: {message}"""

    def __init__(self, mistakes: Sequence[exception.HeatliteError]) -> None:
        lines = [str(mistake) for mistake in mistakes[:MOST_TOLD]]
        more = len(mistakes) - len(lines)
        super().__init__(message="\n".join([*lines, *([f"and {more} more"] if more else [])]))
        self.mistakes = mistakes


def cut_short(text: str, longest: int = LONGEST_TOLD) -> str:
    """Cut a text for the client. Mask hidden values before this: the mask finds only whole values."""
    return text if len(text) <= longest else f"{text[:longest]}… and {len(text) - longest} characters more"


def in_short(several: SeveralMistakes) -> exception.StackValidationFailed:
    """Turn several mistakes into one error of a class that heat-api knows, each cut to an equal share of its length."""
    lines = [cut_short(str(mistake), LONGEST_TOLD // MOST_TOLD) for mistake in several.mistakes[:MOST_TOLD]]
    more = len(several.mistakes) - len(lines)
    return exception.StackValidationFailed(message="\n".join([*lines, *([f"and {more} more"] if more else [])]))


@contextlib.contextmanager
def collected(mistakes: list[exception.HeatliteError]) -> Iterator[None]:
    """Add the mistake of one part to ``mistakes``, so that the caller can go on with the next part.

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
    """Raise a single mistake as it is, and several as one error with a line for each.

    :raises HeatliteError: when there are any
    """
    if len(mistakes) == 1:
        raise mistakes[0]
    if mistakes:
        raise SeveralMistakes(mistakes)


@contextlib.contextmanager
def within(name: str, place: str) -> Iterator[None]:
    """Prefix the mistakes of a nested template with its place in the parent: ``resources.name<place>``."""
    path = f"resources.{name}<{place}>"
    try:
        yield
    except SeveralMistakes as several:
        raise SeveralMistakes([placed(path, mistake) for mistake in several.mistakes]) from None
    except exception.HeatliteError as error:
        raise placed(path, error) from None


@contextlib.contextmanager
def in_region(region: str) -> Iterator[None]:
    """Wrap the mistake of a nested template as Heat does when the parent names a region for it."""
    try:
        yield
    except LIMITS:
        raise
    except exception.HeatliteError as error:
        message = f'Failed validating stack template using Heat endpoint at region "{region}" due to "ERROR: {error}"'
        raise exception.StackValidationFailed(message=message) from None


def placed(path: str, error: exception.HeatliteError) -> exception.HeatliteError:
    """Return the same mistake with its place one level further up."""
    match error:
        case exception.ErrorWithPath(error="Property error"):
            return as_heat_places(path, error)
        case exception.ErrorWithPath():
            inner = f"{path}.{error.path}" if error.path else path
            return exception.StackValidationFailed(error=error.error, path=inner, message=error.message)
        case exception.RequestLimitExceeded():
            text = str(error.kwargs["message"])
            return exception.RequestLimitExceeded(
                message=f"{path}{'.' if text.startswith('resources.') else ': '}{text}"
            )
        case exception.StackResourceLimitExceeded():
            return exception.RequestLimitExceeded(message=f"{path}: {error}")
        case _:
            return exception.StackValidationFailed(path=path, message=error)


def as_heat_places(path: str, error: exception.ErrorWithPath) -> exception.HeatliteError:
    """Return the mistake of a property's value in a nested template.

    Heat names the resource, and leaves the kind of the error empty: ``resources.web: : Value 'x' is not an integer``.
    The place of the value follows.
    """
    resource, found, place = error.path.partition(".properties.")
    where = f"{path}.{resource}: " if found else f"{path}.{error.path}"
    told = f"{error.message} (properties.{place})" if found else error.message
    return exception.StackValidationFailed(path=where, message=told)
