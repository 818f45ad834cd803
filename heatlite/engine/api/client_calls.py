"""What every method of the client API has in common: its errors travel, and are ones that heat-api has an answer for.

heat-api turns an error into an HTTP status by its class name; one that it doesn't list is a 500. So the few classes
that Heat raises inside its engine alone go out as those that it sends in their place.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import oslo_messaging

from heatlite import exception
from heatlite.db.outage import is_outage, noting_commits
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.engine import edges
from heatlite.engine.api import repeated
from heatlite.engine.certainty import unavailable
from heatlite.engine.mistakes import SeveralMistakes
from heatlite.schema.child_process import allowed
from heatlite.template import making_at_most

MOST_SECONDS = 30.0
"""What the patterns and expressions of one call may take together: nobody waits for its answer for long."""

Method = TypeVar("Method", bound=Callable[..., Any])


def client_call(method: Method) -> Method:
    """Mark a method of the client API: a named error is an answer to the client, not a crash to be logged."""

    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            bound = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise exception.Invalid(reason=f"{method.__name__}: {error}") from None
        try:
            said = edges.asked(bound["context"], method.__name__, bound)
            with said, allowed(MOST_SECONDS), making_at_most(), noting_commits() as commits:
                return method(*args, **kwargs)
        except exception.HeatliteError as error:
            if begun := repeated.begun_before(bound["context"]):
                return repeated.reply(bound["context"], method.__name__, begun)
            raise in_clients_words(error) from error.__cause__
        except DATABASE_ERRORS as error:
            if not is_outage(error):
                raise
            raise unavailable(error, in_doubt=bool(commits)) from None
        except UnicodeEncodeError:
            raise exception.Invalid(reason="a text in it is not Unicode: it holds half a surrogate pair") from None

    expected: Callable[[Any], Method] = oslo_messaging.expected_exceptions(exception.HeatliteError)
    return expected(call)


def in_clients_words(error: exception.HeatliteError) -> exception.HeatliteError:
    """The same error, as a class that heat-api knows."""
    match error:
        case exception.PropertyError() | SeveralMistakes():
            return exception.StackValidationFailed(error.error, error.path, error.message)
        case exception.InvalidTemplateAttribute() | exception.InvalidTemplateParameter():
            return exception.StackValidationFailed(message=error)
        case exception.StackResourceLimitExceeded():
            return exception.RequestLimitExceeded(message=str(error))
        case _:
            return error
