"""Detection of vanished database servers: when a machine vanishes, a connection to it would wait forever.

TCP keepalive makes the kernel check the other machine and close the connection. The error is then an ordinary outage.
"""

from __future__ import annotations

import contextlib
import os
import socket

IDLE, BETWEEN, ASKED = 10, 5, 4
"""Seconds of silence before the first probe, seconds between two probes, and their number."""
UNANSWERED_MS = 30_000
"""Milliseconds that sent data may stay unacknowledged."""


def watch(descriptor: int) -> None:
    """Make the kernel close a connection half a minute after the other machine vanished. Unix sockets are left alone.

    :param descriptor: of the connection's socket, which stays its owner's
    """
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, BETWEEN)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, ASKED)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS)
