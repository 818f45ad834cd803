"""A longer run, with servers of its own: what ``tools/chaos`` does."""

from __future__ import annotations

import argparse
import contextlib
import logging
import pathlib
import tempfile
from collections.abc import Iterator, Sequence

from tests.chaos.cloud import of_heat
from tests.chaos.cloud.faults import CLOUD_WEIGHTS
from tests.chaos.cloud.fleet import CloudFleet
from tests.chaos.cloud.ground import CloudGround
from tests.chaos.faults import WEIGHTS
from tests.chaos.fleet import Fleet
from tests.chaos.ground import Ground
from tests.chaos.run import Plan, play
from tests.cloud.cloud import Cloud
from tests.servers import MariaDB, PostgreSQL, RabbitMQ

SERVICES = "nova neutron cinder"
DATABASES = {"mariadb": MariaDB, "postgresql": PostgreSQL}


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="tools/chaos", description="Break things under real engines, under load.")
    parser.add_argument("--minutes", type=float, default=5, help="how long faults go on (default: 5)")
    parser.add_argument("--seed", default="0", help="what load and faults follow from (default: 0)")
    parser.add_argument("--every", type=float, default=4, metavar="SECONDS", help="between two faults (default: 4)")
    parser.add_argument("--clients", type=int, default=6, help="who each have one stack at a time (default: 6)")
    parser.add_argument("--engines", type=int, default=3, help="launchers with an engine each (default: 3)")
    parser.add_argument("--database", choices=sorted(DATABASES), default="mariadb", help="which (default: mariadb)")
    parser.add_argument("--only", metavar="FAULTS", help="these faults alone, with commas between them")
    parser.add_argument("--no-broker", action="store_true", help="leave the broker's process alone")
    parser.add_argument("--cloud", action="store_true", help="stacks of servers, ports, volumes on a cloud")
    parser.add_argument("--heat", action="store_true", help="with --cloud: play it to a real Heat, and count")
    parser.add_argument("--log", type=pathlib.Path, help="keep the engines' log there")
    return parser.parse_args(given)


@contextlib.contextmanager
def running_cloud() -> Iterator[Cloud]:
    """A cloud that is up.

    :raises ServerUnavailable: where it can't be had
    """
    cloud = Cloud(lambda text: print(f"cloud: {text}", flush=True))
    try:
        cloud.start(SERVICES)
        yield cloud
    finally:
        cloud.stop()


def main(given: Sequence[str] | None = None) -> int:
    """The command: 0 where nothing was violated."""
    wanted = arguments(given)
    logging.disable(logging.CRITICAL)  # that its own connections break is what the client is here for
    broker = not wanted.no_broker
    weights = CLOUD_WEIGHTS if wanted.cloud else WEIGHTS
    if unknown := set(filter(None, (wanted.only or "").split(","))) - set(weights):
        print(f"no such fault: {', '.join(sorted(unknown))}. There are: {', '.join(weights)}")
        return 2
    only = tuple(filter(None, (wanted.only or "").split(",")))
    plan = Plan(wanted.seed, wanted.minutes * 60, wanted.every, wanted.clients, wanted.engines, broker, only)
    servers = DATABASES[wanted.database](), RabbitMQ()
    with contextlib.ExitStack() as stack:
        for server in servers:
            stack.callback(server.stop)
            server.begin()
        for server in servers:
            server.start()
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heatlite-chaos-")))
        cloud = stack.enter_context(running_cloud()) if wanted.cloud else None
        if cloud and wanted.heat:
            for line in of_heat.played(directory, *servers, cloud, plan):
                print(line, flush=True)
            return 0
        fleet = CloudFleet(directory, *servers, cloud) if cloud else Fleet(directory, *servers)
        stack.callback(fleet.stop)
        fleet.begin(plan.launchers)
        ground = CloudGround(fleet, plan.clients) if isinstance(fleet, CloudFleet) else Ground(fleet)
        report = play(fleet, plan, ground)
        print(report, flush=True)
        if wanted.log is not None:
            wanted.log.write_bytes(fleet.log.read_bytes())
    return bool(report.violations)
