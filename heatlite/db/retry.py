"""Retry of whole transactions when the database asks for it.

This is one of four kinds of database error; the table at the top of ``refusals`` has all. A lost connection isn't
retried here: ``outage`` recognizes it, and the caller gives its work back or waits. After a COMMIT without an answer,
``engine.operations.idempotent_start`` looks up whether it was carried out.

Only the *outermost* transaction may be retried: an inner one belongs to the transaction of its caller. So the mark goes
on functions that open a transaction and are never called within one::

    @retried
    def claim_batch(context, …):
        with context.database.writer(context): …

The first pause is a few milliseconds with jitter, because most retries follow a deadlock with a transaction that is
over by then. (oslo.db's default is a whole second.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from oslo_db import api as oslo_db_api
from oslo_db import exception as db_error

SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"


DATABASE_ERRORS = (db_error.DBError, sa.exc.SQLAlchemyError)
"""All exceptions that the database, or the connection to it, may raise."""


def is_transient(error: Exception) -> bool:
    """Tell whether the same transaction may well succeed when it is run again from its start.

    oslo.db maps the deadlocks of MySQL and PostgreSQL. The errors that it doesn't map are named here. oslo.db raises an
    operational error that it doesn't know as SQLAlchemy's.
    """
    if isinstance(error, db_error.DBDeadlock):
        return True
    if not isinstance(error, db_error.DBError | sa.exc.DBAPIError):
        return False
    inner = error.inner_exception if isinstance(error, db_error.DBError) else error
    original = getattr(inner, "orig", inner)
    if getattr(original, "sqlstate", None) in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED):
        return True
    return "database is locked" in str(original) or "Record has changed since last read" in str(original)


_RETRY = oslo_db_api.wrap_db_retry(
    max_retries=50,
    retry_interval=0.005,
    inc_retry_interval=True,
    max_retry_interval=0.5,
    jitter=True,
    exception_checker=is_transient,
)
Transaction = TypeVar("Transaction", bound=Callable[..., Any])


def retried(transaction: Transaction) -> Transaction:
    """Mark a function that opens a transaction: it is run again from its start when the database asks for it."""
    return _RETRY(transaction)
