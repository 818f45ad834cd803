"""The ``openstack`` client, many times over: what it imports takes seconds, so it does that once, and commands fork.

::

    cloud ──{"words": […]}──▶ this process ──fork──▶ a child is the client ──▶ {"status", "stdout", "stderr"} ──▶ cloud

It is run by the Python that the client is installed for, and knows nothing of heatlite. One line of JSON a command.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import sys
import tempfile
from typing import Any

PACKAGES = ("heatclient.osc", "heatclient.v1", "openstackclient.common", "openstackclient.identity", "keystoneauth1")


def load() -> Any:
    """Import what commands will need; what can't be imported without a service is left out."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".tests" not in module.name and "fixture" not in module.name:
                with contextlib.suppress(ImportError):
                    importlib.import_module(module.name)
    return importlib.import_module("openstackclient.shell")


def run(shell: Any, words: list[str]) -> dict[str, Any]:
    """Run one command in a child: its exit status and what it wrote."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            status = 1
            try:
                status = shell.main(words) or 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status & 0xFF)
        _, ended = os.waitpid(child, 0)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
        return {"status": os.waitstatus_to_exitcode(ended), "stdout": said[0], "stderr": said[1]}


def main() -> None:
    """Serve until the input ends."""
    shell, answers = load(), os.fdopen(os.dup(1), "w")
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(run(shell, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
