"""What servers' user data would do in them: one line of a script that tells heat-api that its server is up.

The cloud's servers have nothing in them, so no script runs there. This runs the line for all servers of all projects::

    curl -i -X POST -H 'X-Auth-Token: …' … http://heat-api/…/signal --data-binary '{"status": "SUCCESS"}'
"""

from __future__ import annotations

import base64
import shlex
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from heatlite.exception import HeatliteError
from tests.cloud.reached import Reached

PAUSE = 1.0
"""Seconds between two looks at Nova."""
TELLS = "--data-binary"
SHOWS_USER_DATA = "2.3"
USER_DATA = "OS-EXT-SRV-ATTR:user_data"


def telling(script: str) -> list[list[str]]:
    """Return the commands in a script by which its server tells that it is up."""
    lines = (line.strip() for line in script.splitlines())
    return [shlex.split(line) for line in lines if line.startswith("curl ") and TELLS in line]


@contextmanager
def obeyed(reached: Reached) -> Iterator[None]:
    """Have servers tell that they are up, while the block runs."""
    is_over = threading.Event()
    guests = threading.Thread(target=_obey, args=(reached, is_over), daemon=True)
    guests.start()
    try:
        yield
    finally:
        is_over.set()
        guests.join()


def _obey(reached: Reached, is_over: threading.Event) -> None:
    have_told: set[str] = set()
    compute = reached.services("admin", "admin").api("compute")
    asked: dict[str, Any] = {"params": {"all_tenants": "1"}, "microversion": SHOWS_USER_DATA}
    while not is_over.wait(PAUSE):
        try:
            servers = list(compute.listed("/servers/detail", "servers", **asked))
        except HeatliteError:  # Nova is busy
            continue
        for server in servers:
            if server["status"] == "ACTIVE" and server["id"] not in have_told:
                have_told.add(server["id"])
                script = base64.b64decode(server.get(USER_DATA) or "").decode(errors="replace")
                for command in telling(script):
                    subprocess.run(command, capture_output=True, timeout=60)
