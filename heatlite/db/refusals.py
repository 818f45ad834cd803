"""Refusals: the database works, but will never accept a given value or statement.

outage       the database can't be used now   ``outage.is_outage``      a later try succeeds
transient    two transactions conflicted      ``retry.is_transient``    an immediate retry succeeds
refusal      a value is too long, too large,
             out of range or no text;
             a constraint is violated         ``is_refusal``            the operation fails with this reason
the rest     a missing table, a bug           none of these             it is logged, and tried again

One refusal looks like an outage: a statement that is larger than ``max_allowed_packet``. MariaDB closes the connection,
often before it has read the whole statement, and the driver sees a broken pipe. So each new connection reads its own
limit, and a connection that broke during a larger statement counts as refusing it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_error
from sqlalchemy import event

from heatlite.db.outage import PSYCOPG_REFUSES, brief
from heatlite.db.retry import DATABASE_ERRORS

MYSQL_REFUSES = {
    *(1048, 1062, 1364, 1451, 1452, 3819, 4025),  # constraints: NULL, a duplicate, no default, foreign keys, CHECK
    *(1118, 1153, 1301, 1390, 1406, 1436),  # a row, packet or text too large; too many parameters, deep expressions
    *(1264, 1265, 1292, 1366, 1367, 1441, 1690, 3156, 3988),  # out of range, or of another type
    *(1267, 1300, 1977, 3854),  # not a text of that character set
}
PACKET_TOO_LARGE = 1153
SQLSTATES_REFUSED = ("22", "23", "54")
"""PostgreSQL: invalid data, violated constraints, program limits exceeded."""
REFUSING = (*DATABASE_ERRORS, UnicodeEncodeError, db_error.DBInvalidUnicodeParameter)
"""The exceptions to catch where refusals are handled. In oslo.db the last one isn't a DBError."""
OF_VALUES = (
    db_error.DBConstraintError,
    db_error.DBDataError,
    db_error.DBDuplicateEntry,
    db_error.DBReferenceError,
    sa.exc.DataError,
    sa.exc.IntegrityError,
)
BY_WORDS = (
    *PSYCOPG_REFUSES,
    "too many SQL variables",
    "string or blob too big",
    "string longer than INT_MAX bytes",
)
NO_UNICODE = (UnicodeEncodeError, db_error.DBInvalidUnicodeParameter)
"""Half a surrogate pair, which the driver detects."""
IN_WORDS: dict[str, tuple[int | str, ...]] = {
    "a text is longer than its column": (1406, "22001"),
    "a number is out of range": (1264, 1690, "22003"),
    "a value is missing": (1048, 1364, "23502"),
    "something with this name or id is there already": (1062, "23505"),
    "what it refers to is not there, or is still referred to": (1451, 1452, "23503"),
    "a statement is larger than max_allowed_packet": (PACKET_TOO_LARGE, 1301),
    "a text has characters that are none there": (1300, 1366, "22021", "22P05"),
}
ESCAPED = "\0\n\r\x1a\"'\\"
"""Characters that take two in a statement's text, as MariaDB's drivers write it."""
MARK = 8
"""Extra characters for each value in a statement's text: quotes, a comma, a number."""


class StatementTooLarge(db_error.DBError):
    """A statement that is larger than the server accepts. Its connection is gone."""


def is_refusal(error: BaseException) -> bool:
    """Tell whether the database will never accept the value or statement."""
    if isinstance(error, StatementTooLarge):
        return True
    if isinstance(error, db_error.DBError | sa.exc.SQLAlchemyError):
        return _says_refused(error)
    return isinstance(error, NO_UNICODE)


def reason(error: BaseException) -> str:
    """Describe why the database refuses it, without quoting a value or statement, as the database's own text may."""
    if isinstance(error, StatementTooLarge):
        return brief(error)
    if isinstance(error, NO_UNICODE):
        return "a text in it can't be encoded: it holds half a surrogate pair"
    original = _original(error)
    arguments = getattr(original, "args", ())
    code = arguments[0] if arguments and isinstance(arguments[0], int) else getattr(original, "sqlstate", None)
    for words, codes in IN_WORDS.items():
        if code in codes:
            return f"{words} ({code})"
    return f"{type(original).__name__} {code or ''}".rstrip()


def _original(error: BaseException) -> BaseException:
    inner = error.inner_exception if isinstance(error, db_error.DBError) else error
    return getattr(inner, "orig", None) or inner or error


def _says_refused(error: db_error.DBError | sa.exc.SQLAlchemyError) -> bool:
    original = _original(error)
    if any(words in str(original) for words in BY_WORDS):
        return True
    if isinstance(error, OF_VALUES):
        return True
    arguments = getattr(original, "args", ())
    if arguments and isinstance(arguments[0], int):
        return arguments[0] in MYSQL_REFUSES
    sqlstate = getattr(original, "sqlstate", None)
    if sqlstate:
        return str(sqlstate).startswith(SQLSTATES_REFUSED)
    return isinstance(original, UnicodeEncodeError | OverflowError) or type(original).__name__ == "DataError"


def tell_large_statements(engine: sa.Engine) -> None:
    """Raise ``StatementTooLarge`` when a connection to MariaDB or MySQL broke over too large a statement."""
    limit: dict[str, int] = {}

    def connected(connection: Any, record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@max_allowed_packet")
            limit["bytes"] = int(cursor.fetchone()[0])

    def failed(context: sa.engine.ExceptionContext) -> db_error.DBError | None:
        most = limit.get("bytes")
        if PACKET_TOO_LARGE in getattr(context.original_exception, "args", ()):
            context.is_disconnect = True  # the server closes the connection after this
            return None
        if most is None or not context.is_disconnect or context.statement is None:
            return None
        size = len(context.statement) + largest(context.parameters)
        if size <= most:
            return None
        message = f"a statement of about {size} bytes is more than max_allowed_packet ({most} bytes)"
        return StatementTooLarge(sa.exc.OperationalError("", None, Exception(message)))

    event.listen(engine, "connect", connected)
    event.listen(engine, "handle_error", failed, retval=True)


def largest(parameters: Any) -> int:
    """Estimate the bytes that a statement's values take in its text; for many executions, those of the largest."""
    if isinstance(parameters, Mapping):
        parameters = list(parameters.values())
    if isinstance(parameters, list | tuple):
        if parameters and isinstance(parameters[0], Mapping | list | tuple):
            return max(map(largest, parameters))
        return written(parameters)
    return 0


def written(values: Sequence[Any]) -> int:
    """Estimate the bytes that these values take in a statement's text."""
    return sum(MARK + (_in_quotes(value) if isinstance(value, str) else 0) for value in values)


def _in_quotes(text: str) -> int:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return size + sum(map(text.count, ESCAPED))
