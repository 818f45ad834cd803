"""``tools/heat-api``: bring the small cloud up, and drive it.

run.py                    the pass over the client's commands, then the functional tests of ids.txt
run.py --commands         the commands only
run.py --signed           signals by signed URLs only; with --cloud, also an alarm of Aodh's, where the cloud has it
run.py --ids FILE         the tests of another list
run.py --cloud            the functional tests of cloud_ids.txt, beside the cloud that HEATLITE_CLOUD tells of
run.py --by-heat          with the functional tests: heat-engine answers them, to see which of them pass on it here
run.py --cloud --beside-heat     stacks of the cloud's types by both, and what then exists at the services
run.py --beside-heat      the same commands and stories to heat-engine and to heatlite, and what differs
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)  # before oslo.messaging is imported, or it would pick another

from tests.cloud.reached import Reached  # noqa: E402
from tests.cloud.run import VARIABLE  # noqa: E402
from tests.heat_api import alarm, beside, beside_services, cloud, commands, functional, signed  # noqa: E402
from tests.servers import ServerUnavailable  # noqa: E402

SKIPPED = 77
IDS = pathlib.Path(__file__).parent / "ids.txt"
CLOUD_IDS = pathlib.Path(__file__).parent / "cloud_ids.txt"


def main() -> int:
    """The exit status: 0 where all went well, 77 where it can't be tried on this machine."""
    parser = argparse.ArgumentParser(prog="heat-api", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commands", action="store_true", help="only the pass over the client's commands")
    parser.add_argument("--cloud", action="store_true", help="beside a cloud: the functional tests that use it")
    parser.add_argument("--signed", action="store_true", help="only signals by signed URLs")
    parser.add_argument("--by-heat", action="store_true", help="the functional tests on heat-engine")
    parser.add_argument("--ids", type=pathlib.Path, help="file with ids of functional tests, one a line")
    parser.add_argument("--stories", action="store_true", help="with --beside-heat: the stories only")
    parser.add_argument("--beside-heat", action="store_true", help="compare with heat-engine, command by command")
    parser.add_argument("--only", default="", help="with --cloud --beside-heat: lives of these names, by comma")
    parser.add_argument("--notes", type=pathlib.Path, help="folder to leave the notes of both engines' stories in")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what is up is taken down then, too
    try:
        with (
            tempfile.TemporaryDirectory(prefix="heat-api-") as directory,
            ground(pathlib.Path(directory), of_services=arguments.cloud) as here,
        ):
            print(f"the cloud is up in {directory}", flush=True)
            wrong = beside_heat(here, arguments) if arguments.beside_heat else drive(here, arguments)
    except ServerUnavailable as reason:
        print(f"heat-api isn't tried here: {reason}", flush=True)
        return SKIPPED
    return int(wrong > 0)


def ground(directory: pathlib.Path, *, of_services: bool) -> contextlib.AbstractContextManager[cloud.Cloud]:
    """What the engines stand on."""
    if of_services:
        return cloud.ground_beside(Reached(json.loads(pathlib.Path(os.environ[VARIABLE]).read_text())), directory)
    return cloud.ground(directory)


def beside_heat(here: cloud.Cloud, arguments: argparse.Namespace) -> int:
    """Have both do the same; in how much they differ."""
    if here.services is not None:
        differing = beside_services.run(here, arguments.only)
    else:
        differing = beside.run(here, with_commands=not arguments.stories)
    if arguments.notes:
        arguments.notes.mkdir(parents=True, exist_ok=True)
        for notes in here.directory.glob("notes-*.json"):
            shutil.copy(notes, arguments.notes)
    return differing


def drive(here: cloud.Cloud, arguments: argparse.Namespace) -> int:
    """Have heatlite do all of it; how much went wrong."""
    if arguments.by_heat:
        with here.served_by(cloud.Engine.HEAT):
            return functional.run(here, arguments.ids or (CLOUD_IDS if here.services is not None else IDS))
    with here.served_by(cloud.Engine.HEATLITE):
        if here.services is not None and not arguments.signed:
            return functional.run(here, arguments.ids or CLOUD_IDS)
        wrong = signed.run(here)
        if here.services is not None and here.services.has(alarm.NEEDED):
            wrong += alarm.run(here, here.services)
        if arguments.signed:
            return wrong
        wrong += commands.run(here)
        if not arguments.commands:
            wrong += functional.run(here, arguments.ids or IDS)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
