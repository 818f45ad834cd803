"""Limit the size of replies. The engine asks the database for the size of a reply's rows before it reads them.

A database driver delivers all rows of a statement at once, and each may hold megabytes. So the engine would have them
in memory before it could count them.
"""

from __future__ import annotations

from heatlite import exception

LARGEST_REPLY = 32 * 1024 * 1024
"""Bytes of values that one reply may hold."""


def check_read(size: int, less: str) -> None:
    """Refuse a reply that would be too large.

    :param size: the stored bytes that the reply would hold
    :param less: a sentence for the message: how to ask for less
    :raises RequestLimitExceeded: when it is too large; it names both sizes
    """
    if size > LARGEST_REPLY:
        message = f"The reply would hold {size} bytes, and may hold at most {LARGEST_REPLY}: {less}"
        raise exception.RequestLimitExceeded(message=message)
