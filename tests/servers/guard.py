"""What keeps a test run's servers to itself: ports that are free, and an end that is certain."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess

# Under the ephemeral range: else a client that keeps retrying may be given the very port it waits for.
LOWEST_PORT = 20000
PORTS = 10000

_next_port = itertools.count(os.getpid())
_reservations: list[socket.socket] = []  # open until this process ends


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on, and that no other test run on this machine is given meanwhile.

    :raises RuntimeError: where all of them are taken
    """
    for number in itertools.islice(_next_port, PORTS):
        port = LOWEST_PORT + number % PORTS
        if is_free(port) and reserve(port):
            return port
    raise RuntimeError(f"no free port from {LOWEST_PORT} to {LOWEST_PORT + PORTS - 1}")


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of 127.0.0.1."""
    with contextlib.suppress(OSError), socket.socket() as probe:
        # A process that another thread forks holds the probe until it executes; that must not keep others out.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def reserve(port: int) -> bool:
    """Keep this port for this process until it ends; return False if a process, this one too, has it already.

    The reservation is a name among Linux's abstract sockets: it ends with its process, and it is seen wherever the
    port is, also in another root directory.
    """
    reservation = socket.socket(socket.AF_UNIX)
    try:
        reservation.bind(f"\0heatlite-test-port-{port}")
    except OSError:
        reservation.close()
        return False
    _reservations.append(reservation)
    return True


class Guard:
    """Ends a process and removes its directory as soon as the test run is gone, even by SIGKILL.

    A shell reads a pipe that only the test run holds open. When the run dies the read ends, and the shell acts.
    SIGQUIT is the quick end that all the servers know (and PostgreSQL gives its shared memory back on it).
    """

    SCRIPT = 'read -r _; kill -s QUIT "$1"; sleep 1; kill -s KILL "$1"; rm -rf -- "$2"'

    def __init__(self, pid: int, directory: str) -> None:
        self._shell = subprocess.Popen(
            ["sh", "-c", self.SCRIPT, "guard", str(pid), directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C, which ends the run, must not end its guard
        )

    def release(self) -> None:
        """Let the process be: it has ended, or is about to be ended."""
        self._shell.kill()
        self._shell.communicate()
