"""``tools/heat-api``: bring the small cloud up, and drive it.

run.py                    the pass over the client's commands, then the functional tests of ids.txt
run.py --commands         the commands only
run.py --ids FILE         the tests of another list
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)  # before oslo.messaging is imported, or it would pick another

from tests.heat_api import cloud, commands, functional  # noqa: E402

IDS = pathlib.Path(__file__).parent / "ids.txt"


def main() -> int:
    """The exit status: 0 where all went well."""
    parser = argparse.ArgumentParser(prog="heat-api", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commands", action="store_true", help="only the pass over the client's commands")
    parser.add_argument("--ids", type=pathlib.Path, default=IDS, help="file with ids of functional tests, one a line")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heat-api-") as directory, cloud.up(pathlib.Path(directory)) as here:
        print(f"the cloud is up in {directory}", flush=True)
        wrong = commands.run(here)
        if not arguments.commands:
            wrong += functional.run(here, arguments.ids)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
