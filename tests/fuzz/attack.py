"""A run against the RPC of real engines, with servers of its own: what ``tools/fuzz --rpc`` does."""

from __future__ import annotations

import argparse
import contextlib
import logging
import pathlib
import tempfile
from collections.abc import Sequence

from tests.fuzz.strangers import Report, deployment, play
from tests.servers import MariaDB, PostgreSQL, RabbitMQ

DATABASES = {"mariadb": MariaDB, "postgresql": PostgreSQL}


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="tools/fuzz --rpc", description="Call every method as a stranger would.")
    parser.add_argument("--minutes", type=float, default=5, help="how long (default: 5)")
    parser.add_argument("--calls", type=int, help="how many calls at most")
    parser.add_argument("--seed", default="0", help="what the calls follow from (default: 0)")
    parser.add_argument("--database", choices=sorted(DATABASES), action="append", help="which (default: both)")
    parser.add_argument("--log", type=pathlib.Path, help="keep the engines' logs in this directory")
    return parser.parse_args(given)


def so_far(report: Report) -> None:
    """Print a long run's report at times, should nobody wait for its end."""
    print(f"so far: {report}\n", flush=True)


def main(given: Sequence[str] | None = None) -> int:
    """The command: 0 where nothing was violated."""
    wanted = arguments(given)
    logging.disable(logging.CRITICAL)  # that calls are refused is what this is here for
    servers = {name: DATABASES[name]() for name in wanted.database or sorted(DATABASES)}
    rabbitmq = RabbitMQ()
    with contextlib.ExitStack() as stack:
        for server in (rabbitmq, *servers.values()):
            stack.callback(server.stop)
            server.begin()
        for server in (rabbitmq, *servers.values()):
            server.start()
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heatlite-fuzz-")))
        deployments = {}
        for name, server in servers.items():
            deployments[name] = deployment(directory / name, server.fresh_database(), rabbitmq.fresh_vhost())
            stack.callback(deployments[name].stop)
            deployments[name].launch()
        report = play(deployments, wanted.seed, wanted.minutes * 60, wanted.calls, so_far)
        print(report, flush=True)
        if wanted.log is not None:
            wanted.log.mkdir(parents=True, exist_ok=True)
            for name, daemons in deployments.items():
                (wanted.log / f"{name}.log").write_bytes(daemons.log.read_bytes())
    return bool(report.violations)
