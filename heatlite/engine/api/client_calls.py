"""The decorator of every client method. It checks the arguments' types, and turns errors into those clients know.

    arguments ──▶ of the right types? ──▶ the method ──▶ a reply
                                             │
        HeatliteError                        ├──▶ the same, or a class that heat-api knows: ``in_clients_words``
        the database is unreachable          ├──▶ ``Error``, which says whether the call was carried out
        the database refuses a value         ├──▶ ``Invalid``, with the kind of reason
        any other error                      └──▶ ``Error`` without its text; the log has the traceback

heat-api chooses the HTTP status by an error's class name; a class that it doesn't list becomes a 500. Heat raises a few
classes only inside its engine and sends others in their place; so does heatlite.

An unexpected error may quote anything: a hidden value, an SQL statement. So its text goes neither to the client nor to
the log. Its class and the lines of its traceback hold no values, and are enough to find the fault.
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
from heatlite.engine.api import arguments, repeated
from heatlite.engine.common.template_errors import SeveralMistakes, cut_short, in_short
from heatlite.engine.definitions import log_context
from heatlite.engine.operations.idempotent_start import unavailable
from heatlite.rpc.client_methods import METHODS
from heatlite.schema.child_process import allowed, on_behalf_of
from heatlite.template import making_at_most
from heatlite.template.mask import masked_value

LOG = logging.getLogger(__name__)

MOST_SECONDS = 30.0
"""Seconds that all patterns and expressions of one call may take together, since a client waits for the reply."""

TOO_LONG = (
    "The database took longer than a call may take (option read_time_limit). Ask for less: a page of a list by "
    "limit and marker, fewer filters, or a filter by name or id."
)

Method = TypeVar("Method", bound=Callable[..., Any])


def client_call(method: Method) -> Method:
    """Mark a method of the client API: a HeatliteError is a reply to the client, not a crash to be logged."""
    line = METHODS[method.__name__]
    signature = line.signature(line.arguments)

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            endpoint, context, given = _bound(signature, method.__name__, args, kwargs)
            arguments.check_context(context.wire)
            arguments.check(given)
            return _answered(functools.partial(method, endpoint), method.__name__, context, given)
        except exception.HeatliteError as error:
            raise _expected(error) from None

    return call  # type: ignore[return-value]


def _bound(signature: inspect.Signature, name: str, args: Any, kwargs: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Return the endpoint, the request's context, and the client's arguments by name.

    :raises Invalid: when an argument is missing or unknown
    """
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise exception.Invalid(reason=f"{name}: {error}") from None
    return given.pop("self"), given.pop("context"), given


def _answered(method: Callable[..., Any], name: str, context: Any, given: Mapping[str, Any]) -> Any:
    """Call the method, and return its reply.

    :raises HeatliteError: when the method raises anything; other errors are turned into one for the client
    """
    try:
        logged, reads = log_context.asked(context, name, given), context.database.settings.read_time_limit
        with logged, read_limits.limited(reads), _bounded(context.project_id), noting_commits() as commits:
            return method(context, **given)
    except exception.HeatliteError as error:
        if begun := repeated.begun_before(context):
            return repeated.reply(context, name, begun)
        raise in_clients_words(error, METHODS[name].namespace) from None
    except REFUSING as error:
        if read_limits.exceeded(error):
            raise exception.RequestLimitExceeded(message=TOO_LONG) from None
        if is_refusal(error):
            raise exception.Invalid(
                reason=f"the database refuses a value of this call: {refusals.reason(error)}"
            ) from None
        if is_outage(error):
            raise unavailable(error, in_doubt=bool(commits)) from None
        raise unforeseen(name, context.request_id, error) from None
    except Exception as error:
        raise unforeseen(name, context.request_id, error) from None


@contextlib.contextmanager
def _bounded(project: str) -> Iterator[None]:
    """Limit the time and memory that the patterns, expressions and functions of one call may take together."""
    with on_behalf_of(project), allowed(MOST_SECONDS), making_at_most():
        yield


def in_clients_words(error: exception.HeatliteError, namespace: str = "") -> exception.HeatliteError:
    """Return the error as a class that heat-api knows.

    :param namespace: of the method; heat-api calls only methods without one
    """
    match error:
        case exception.OwnError() if not namespace:
            return exception.Error(message=str(error))
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
    """Log where an unexpected error was raised, and build the error for the client; the caller raises it."""
    kind, lines = type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
    LOG.error("%s failed with an unexpected error, a %s, raised at\n%s", method, kind, lines)
    where = f" under {request_id}" if request_id else ""
    return exception.Error(
        message=f"{method} failed with an internal error ({kind}). The engine's log has more{where}: ask the operator"
    )


def _expected(error: exception.HeatliteError) -> oslo_messaging.ExpectedException:
    """Wrap an error so that oslo.messaging sends it as a reply and doesn't log it. The traceback isn't sent."""
    expected = oslo_messaging.ExpectedException()
    bare = masked_value(error, cut_short).with_traceback(None)
    bare.__cause__ = bare.__context__ = None
    expected.exc_info = (type(bare), bare, None)
    return expected
