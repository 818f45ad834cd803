"""A server whose machine vanishes says no word: a connection to it would be waited on for ever.

The kernel asks after it instead, and gives it up. What then fails is an outage like any other.
"""

from __future__ import annotations

import contextlib
import os
import socket

IDLE, BETWEEN, ASKED = 10, 5, 4
"""Seconds of silence before the first question, seconds between two, and how many."""
UNANSWERED_MS = 30_000
"""Milliseconds that something sent may go without the other machine's receipt."""


def watch(descriptor: int) -> None:
    """Have the kernel give a connection up half a minute after the other machine vanished; sockets of files have none.

    :param descriptor: of the connection's socket, which stays its owner's
    """
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, BETWEEN)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, ASKED)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS)
