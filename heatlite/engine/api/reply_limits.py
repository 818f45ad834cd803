"""Limits of replies: the size of what a reply would tell is asked for before it is read.

A database hands over the rows of a statement all at once, and each may hold megabytes: an engine would have them in its
memory before it could count them.
"""

from __future__ import annotations

from heatlite import exception

LARGEST_REPLY = 32 * 1024 * 1024
"""Bytes of values that one reply may be made of."""


def check_read(size: int, less: str) -> None:
    """Refuse a reply that would be made of too much.

    :param size: bytes, as they are stored
    :param less: what to do in place of it, for the message
    :raises RequestLimitExceeded: naming both sizes
    """
    if size > LARGEST_REPLY:
        message = f"The reply would be made of {size} bytes, and may be made of {LARGEST_REPLY} at most; {less}"
        raise exception.RequestLimitExceeded(message=message)
