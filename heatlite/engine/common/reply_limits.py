"""Limit what one read may bring: a reply, an export, the values of a nested stack. Ask for the size before reading.

A database driver delivers all rows of a statement at once, and each may hold megabytes. So the engine would have them
in memory before it could count them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from heatlite import exception
from heatlite.schema.sizes import weight

Part = TypeVar("Part", bound=dict[str, Any])

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


@dataclass
class ReplyBudget:
    """The bytes that a reply may still take whose parts are built one after another.

    :param what: what the reply holds
    :param less: a sentence for the message: how to ask for less
    """

    what: str
    less: str
    left: int = field(default_factory=lambda: LARGEST_REPLY)

    def counted(self, part: Part) -> Part:
        """Count the bytes of a part of the reply, and return the part.

        :raises RequestLimitExceeded: when the whole reply would be too large to send
        """
        self.left -= weight(part)
        if self.left < 0:
            message = f"{self.what} would take more than {LARGEST_REPLY} bytes; {self.less}"
            raise exception.RequestLimitExceeded(message=message)
        return part
