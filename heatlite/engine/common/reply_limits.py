"""Limit what one read may bring: a reply, an export, the values of a nested stack. Ask for the size before reading.

A database driver delivers all rows of a statement at once, and each may hold megabytes. So the engine would have them
in memory before it could count them.
"""

from __future__ import annotations

from heatlite import exception

LARGEST_REPLY = 32 * 1024 * 1024
"""Bytes of values that one reply, or another read, may hold."""


def check_read(size: int, less: str, what: str = "The reply") -> None:
    """Refuse a read that would be too large.

    :param size: the stored bytes that it would bring
    :param less: a sentence for the message: how to ask for less
    :param what: what would hold these bytes
    :raises RequestLimitExceeded: when it is too large; it names both sizes
    """
    if size > LARGEST_REPLY:
        message = f"{what} would hold {size} bytes, and may hold at most {LARGEST_REPLY}: {less}"
        raise exception.RequestLimitExceeded(message=message)
