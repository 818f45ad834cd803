"""Run a command beside a cloud of its own: ``python -m tests.cloud.run COMMAND …``. What ``tools/cloud`` runs.

The command finds ``HEATLITE_CLOUD`` in its environment: a file of JSON that says how the cloud is reached. Without a
command, everything is only installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from tests.cloud.cloud import Cloud, install
from tests.cloud.services import chosen
from tests.servers import ServerUnavailable

VARIABLE = "HEATLITE_CLOUD"
SERVICES = "SERVICES"
"""The variable with the services that the run needs; ``all``: those that are only there on request, too."""
CANNOT = 77
"""The exit status that says that a cloud can't be had here."""


def main() -> int:
    """Bring the cloud up, run the command, take the cloud down."""
    begun = time.monotonic()

    def told(text: str) -> None:
        print(f"[cloud {time.monotonic() - begun:4.0f} s] {text}", file=sys.stderr, flush=True)

    command, cloud = sys.argv[1:], Cloud(told)
    try:
        if not command:
            install(chosen(os.environ.get(SERVICES, "")))
            return 0
        cloud.start(os.environ.get(SERVICES, ""))
        with tempfile.NamedTemporaryFile("w", suffix=".json", prefix="heatlite-cloud-") as file:
            json.dump(cloud.described(), file)
            file.flush()
            return subprocess.run(command, env={**os.environ, VARIABLE: file.name}).returncode
    except ServerUnavailable as error:
        told(str(error))
        return CANNOT
    finally:
        cloud.stop()


if __name__ == "__main__":
    sys.exit(main())
