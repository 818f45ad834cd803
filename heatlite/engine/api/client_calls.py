"""What every method of the client API has in common: its arguments have types, and its errors have names.

    arguments ──▶ of the right types? ──▶ the method ──▶ a reply
                                             │
        HeatliteError                        ├──▶ as it is, or as a class that heat-api knows
        the database is away                 ├──▶ ``Error``: whether the call was carried out
        the database never takes a value     ├──▶ ``Invalid``, with the kind of reason
        anything else                        └──▶ ``Error`` without a word of it; the log has where it was raised

heat-api turns an error into an HTTP status by its class name; one that it doesn't list is a 500. So the few classes
that Heat raises inside its engine alone go out as those that it sends in their place.

What nobody foresaw may quote anything: a hidden value, an SQL statement. Neither client nor log is told its text. Its
class and the lines of code that it came through are enough to find it, and neither holds a value.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import oslo_messaging

from heatlite import exception
from heatlite.db import read_limits, refusals
from heatlite.db.outage import is_outage, noting_commits
from heatlite.db.refusals import REFUSING, is_refusal
from heatlite.engine.api import argument_types, repeated
from heatlite.engine.common.commit_retry import unavailable
from heatlite.engine.common.masking import shown
from heatlite.engine.common.template_errors import SeveralMistakes, cut_short, in_short
from heatlite.engine.definitions import log_context
from heatlite.schema.child_process import allowed, on_behalf_of
from heatlite.template import making_at_most

LOG = logging.getLogger(__name__)

MOST_SECONDS = 30.0
"""What the patterns and expressions of one call may take together: nobody waits for its answer for long."""

TOO_LONG = (
    "The database took longer for this than a call may (option read_time_limit). Ask for less: a page of a list by "
    "limit and marker, fewer filters, or a filter by name or id."
)

Method = TypeVar("Method", bound=Callable[..., Any])


def client_call(method: Method) -> Method:
    """Mark a method of the client API: a named error is an answer to the client, not a crash to be logged."""
    signature = inspect.signature(method)
    rest = {it.name for it in signature.parameters.values() if it.kind is inspect.Parameter.VAR_KEYWORD}

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            bound = _bound(signature, method.__name__, args, kwargs)
            context, said = bound["context"], _by_name(bound, rest)
            argument_types.check_context(context.wire)
            argument_types.check(said)
            return _answered(method, context, said, args, kwargs)
        except exception.HeatliteError as error:
            raise _expected(error) from None

    return call  # type: ignore[return-value]


def _bound(signature: inspect.Signature, name: str, args: Any, kwargs: Any) -> dict[str, Any]:
    try:
        return signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise exception.Invalid(reason=f"{name}: {error}") from None


def _by_name(bound: Mapping[str, Any], rest: set[str]) -> dict[str, Any]:
    """What a client gave, also what a method takes without naming it."""
    given = {name: value for name, value in bound.items() if name not in (*rest, "self", "context")}
    return {**given, **{name: value for more in rest for name, value in bound.get(more, {}).items()}}


def _answered(method: Method, context: Any, said: Mapping[str, Any], args: Any, kwargs: Any) -> Any:
    """The method's reply.

    :raises HeatliteError: whatever else it raises, in words that are for its client
    """
    name = method.__name__
    try:
        said_of, reads = log_context.asked(context, name, said), context.database.settings.read_time_limit
        with said_of, read_limits.limited(reads), _bounded(context.project_id), noting_commits() as commits:
            return method(*args, **kwargs)
    except exception.HeatliteError as error:
        if begun := repeated.begun_before(context):
            return repeated.reply(context, name, begun)
        raise in_clients_words(error) from None
    except REFUSING as error:
        if read_limits.exceeded(error):
            raise exception.RequestLimitExceeded(message=TOO_LONG) from None
        if is_refusal(error):
            raise exception.Invalid(
                reason=f"the database does not take what was sent: {refusals.reason(error)}"
            ) from None
        if is_outage(error):
            raise unavailable(error, in_doubt=bool(commits)) from None
        raise unforeseen(name, context.request_id, error) from None
    except Exception as error:
        raise unforeseen(name, context.request_id, error) from None


@contextlib.contextmanager
def _bounded(project: str) -> Iterator[None]:
    """What patterns, expressions and functions of one call may take together."""
    with on_behalf_of(project), allowed(MOST_SECONDS), making_at_most():
        yield


def in_clients_words(error: exception.HeatliteError) -> exception.HeatliteError:
    """The same error, as a class that heat-api knows."""
    match error:
        case SeveralMistakes():
            return in_short(error)
        case exception.PropertyError():
            return exception.StackValidationFailed(error.error, error.path, error.message)
        case exception.InvalidTemplateAttribute() | exception.InvalidTemplateParameter():
            return exception.StackValidationFailed(message=error)
        case exception.StackResourceLimitExceeded():
            return exception.RequestLimitExceeded(message=str(error))
        case _:
            return error


def unforeseen(method: str, request_id: str | None, error: BaseException) -> exception.Error:
    """What a client is told of an error that nobody foresaw, to be raised by the caller; the log is told where."""
    kind, lines = type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
    LOG.error("%s ended in an error that nobody foresaw, a %s, raised at\n%s", method, kind, lines)
    where = f" under {request_id}" if request_id else ""
    return exception.Error(
        message=f"{method} ended in an error of the engine's own ({kind}). Its log tells more{where}: ask the operator"
    )


def _expected(error: exception.HeatliteError) -> oslo_messaging.ExpectedException:
    """What oslo.messaging sends as an answer and doesn't log; without the traceback, which it would send, too."""
    expected = oslo_messaging.ExpectedException()
    bare = shown(error, cut_short).with_traceback(None)
    bare.__cause__ = bare.__context__ = None
    expected.exc_info = (type(bare), bare, None)
    return expected
