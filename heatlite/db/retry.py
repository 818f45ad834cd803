"""Run a whole transaction again when the database asks for it.

Only the *outermost* transaction may be run again: an inner one has already been joined to what its caller did. So the
mark goes on functions that open a transaction and are never called within one::

    @retried
    def claim_batch(context, …):
        with context.database.writer(context): …

The first pause is a few milliseconds with jitter (oslo.db's own default is a whole second), since what is asked again
is nearly always a deadlock with a transaction that is over by then.
"""

from __future__ import annotations

import sqlalchemy as sa
from oslo_db import api as oslo_db_api
from oslo_db import exception as db_error

SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"


DATABASE_ERRORS = (db_error.DBError, sa.exc.SQLAlchemyError)
"""All that the database, or the way to it, may raise."""


def is_transient(error: Exception) -> bool:
    """Whether the same transaction may well succeed when run again from its start.

    oslo.db maps the deadlocks of MySQL and PostgreSQL; what it leaves unmapped is named here. An operational error
    that it doesn't know it raises as SQLAlchemy's.
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


retried = oslo_db_api.wrap_db_retry(
    max_retries=50,
    retry_interval=0.005,
    inc_retry_interval=True,
    max_retry_interval=0.5,
    jitter=True,
    exception_checker=is_transient,
)
