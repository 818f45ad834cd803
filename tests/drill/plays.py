"""The plays: for each row of the page how it is broken, and what a person does where the page gives no command.

``breaks`` says whether the fault happened: a fault that doesn't happen shows nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import kombu
import sqlalchemy as sa

from heatlite.cmd.connect import client_of
from heatlite.context import EngineContext
from heatlite.db import models, stacks
from heatlite.rpc import messages
from tests.drill import trouble
from tests.drill.bench import PATIENCE, PROJECT, Bench
from tests.integration import gates
from tests.servers import breakages
from tests.servers.cluster import NODES, RabbitMQCluster
from tests.story import Story, hot, resource
from tests.waiting import wait_until

ACT = Callable[[Bench], object]
POOL = "max_pool_size = 1\nmax_overflow = 0\npool_timeout = 1\n"
LONGEST_WAIT = 5.0
"""Seconds that a client waits which is to wait in vain."""


def nothing(bench: Bench) -> None:
    """Do nothing."""


def under_way(bench: Bench) -> None:
    """Have a stack under way."""
    bench.under_way()


def troubled(kind: str) -> ACT:
    """Have a stack with a plugin that goes wrong."""
    return lambda bench: bench.troubled(kind)


@dataclass(frozen=True)
class Play:
    """How a row is played. ``ends``: how the fault ends where it does so by itself."""

    breaks: ACT
    begins: ACT = under_way
    acts: Mapping[str, ACT] = field(default_factory=dict)
    ends: ACT = nothing
    on_cluster: bool = False


def entered(block: Callable[[Bench], contextlib.AbstractContextManager[None]]) -> ACT:
    """A fault that lasts until it is ended."""

    def breaks(bench: Bench) -> bool:
        bench.fault.enter_context(block(bench))
        return True

    return breaks


def end(bench: Bench) -> None:
    """End the fault."""
    bench.fault.close()


def killed(bench: Bench) -> bool:
    """Kill an engine."""
    bench.worker_of(bench.here).kill()
    return True


def all_killed(bench: Bench) -> bool:
    """Kill both launchers with their engines."""
    return bench.kill_launcher(bench.here) and bench.kill_launcher(bench.elsewhere)


def paused(bench: Bench) -> bool:
    """Stop an engine process, which PID stands for."""
    worker = bench.worker_of(bench.here)
    worker.suspend()
    bench.values["PID"] = str(worker.pid)
    bench.fault.callback(lambda: worker.is_running() and worker.resume())
    return True


def told_to_stop(bench: Bench) -> bool:
    """Have systemd stop the unit."""
    bench.stop_here()
    return bench.here.returncode == 0


def killed_at_a_call(bench: Bench) -> bool:
    """Kill the engine that answers a call, which waits at a constraint."""
    story, held = Story(bench, PROJECT), bench.directory / f"held {bench.gate.name}"
    story.client = client_of(bench.transport, timeout=LONGEST_WAIT)
    bench.values["NAME"] = story.name
    parameters = {
        "p": {"type": "string", "default": str(held), "constraints": [{"custom_constraint": trouble.CONSTRAINT}]}
    }
    answers: list[bool] = []

    def call() -> None:
        with contextlib.suppress(Exception):  # it is to get none
            story.create(hot(parameters, a=resource("1")))
            answers.append(True)

    calls = threading.Thread(target=call)
    calls.start()
    pid = trouble.pid_file(held)
    wait_until(lambda: pid.exists() and pid.read_text(), PATIENCE, "an engine to be at the call", bench.tail)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    calls.join()
    return not answers


def called_again(bench: Bench) -> None:
    """Make the call again, which no constraint holds up now."""
    wait_until(bench.answers, PATIENCE, "an engine to answer", bench.tail)
    story = Story(bench, PROJECT)
    story.name = bench.values["NAME"]
    story.create(hot(a=resource("1")))


def broker_killed(bench: Bench) -> bool:
    """Kill the broker."""
    bench.broker.kill()
    return not bench.broker.alive


def database_killed(bench: Bench) -> bool:
    """Kill the database server."""
    bench.database_server.kill()
    return not bench.database_server.alive


def database_left(bench: Bench) -> bool:
    """Nothing comes from the database for a while, and then the kernel gives the connections up.

    It takes another machine for the kernel to do so: here the proxy cuts them, and lets nobody through.
    """
    proxy = bench.breakable.proxies["database"]
    with proxy.frozen():
        wait_until(lambda: proxy.harm, PATIENCE, "an engine to ask in vain", bench.tail)
        bench.fault.enter_context(proxy.away())
    return True


def commits_lost(bench: Bench) -> bool:
    """Lose the answers to some commits."""
    return breakages.lose_commits(bench.breakable, 3).happened.wait(PATIENCE)


def small_pool(bench: Bench) -> bool:
    """Give the engines a pool of one connection, and have that wait for somebody else's lock."""
    with bench.config.open("a") as config:  # its last section is the database's
        config.write(POOL)
    bench.stop_here()
    bench.start_here()
    bench.kill_launcher(bench.elsewhere)
    bench.begin()
    bench.under_way()
    engine = sa.create_engine(bench.breakable.direct, poolclass=sa.NullPool)
    locks = bench.fault.enter_context(engine.begin())
    return bool(locks.execute(sa.select(models.service).with_for_update()).all())


def larger_pool(bench: Bench) -> None:
    """Give all engines their pool back: the play restarts those elsewhere, the page's command those here."""
    bench.fault.close()
    bench.config.write_text(bench.config.read_text().replace(POOL, ""))
    bench.kill_launcher(bench.elsewhere)


def messages_mixed_up(bench: Bench) -> bool:
    """Lose what queues have, and send each node's message twice, whatever the node's state is."""
    breakages.delete_queues(bench.breakable)
    wait_until(bench.answers, PATIENCE, "the queues to be there again", bench.tail)
    context = EngineContext(bench.database)
    stack = stacks.get(context, bench.values["STACK"])
    assert stack is not None, "it is under way"
    point = models.sync_point.c
    with bench.database.reader(context) as connection:
        nodes = [
            [row.resource_id, int(row.kind)]
            for row in connection.execute(
                sa.select(point.resource_id, point.kind).where(point.traversal_id == stack.current_traversal)
            )
        ]
    call = {"method": "check_resource", "args": {"traversal_id": stack.current_traversal, "nodes": nodes}}
    publish(bench, [{**call, "version": messages.WORKER_VERSION}] * 2)
    return bool(nodes)


def publish(bench: Bench, calls: list[dict[str, object]]) -> None:
    """Send calls to the workers as they stand."""
    bus = bench.bus.split("?")[0].replace("rabbit://", "amqp://")
    with kombu.Connection(bus) as connection, connection.Producer() as producer:
        for call in calls:
            body = json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(call)}).encode()
            kind = {"content_type": "application/json", "content_encoding": "utf-8"}
            producer.publish(body, exchange=messages.EXCHANGE, routing_key=messages.WORKER_TOPIC, **kind)


def malformed(bench: Bench) -> bool:
    """Send a message that no engine would."""
    args = {"traversal_id": 1, "nodes": "x"}
    publish(bench, [{"method": "check_resource", "args": args, "version": messages.WORKER_VERSION}])
    return True


def mended(bench: Bench) -> None:
    """Install a better plugin."""
    (bench.directory / trouble.MENDED).touch()


def template_spoilt(bench: Bench) -> bool:
    """Damage the row of the template, and have engines read it that don't know it yet."""
    context = EngineContext(bench.database)
    stack = stacks.get(context, bench.values["STACK"])
    assert stack is not None, "it is under way"
    statement = sa.text("UPDATE raw_template SET template = :text WHERE id = :id")
    with bench.database.writer(context) as connection:
        spoilt = connection.execute(statement, {"text": "[1]", "id": stack.raw_template_id}).rowcount
    return spoilt == 1 and bench.kill_workers()


def stuck(bench: Bench) -> dict[str, object]:
    """A template with a resource that waits for the play's gate."""
    return hot(a=resource("1"), gate={"type": gates.TYPE, "properties": {"path": str(bench.gate)}, "depends_on": "a"})


def at_a_hook(bench: Bench) -> None:
    """Have a stack that waits at a hook."""
    hooks = {"resources": {"b": {"hooks": "pre-create"}}}
    bench.story(hot(a=resource("1"), b=resource("2", depends_on="a")), registry=hooks)
    bench.values["RESOURCE"] = "b"


def node_lost(bench: Bench) -> bool:
    """Kill a node of the broker's cluster: the one that the engines' addresses name first."""
    assert isinstance(bench.broker, RabbitMQCluster), "this play is on a cluster"
    bench.broker.driver.lose(NODES[0])
    return True


def proxy_cut(server: str) -> ACT:
    """Cut all connections to a server."""
    return lambda bench: bench.breakable.proxies[server].cut()


def happened(bench: Bench) -> bool:
    """It is the stack itself that is the fault."""
    return True


MENDING: Mapping[str, ACT] = {"mend the plugin": mended}
PLAYS: Mapping[str, Play] = {
    "an engine is killed": Play(killed),
    "a launcher, or its machine, dies": Play(lambda bench: bench.kill_launcher(bench.here)),
    "every engine dies": Play(all_killed),
    "an engine is paused for less than L": Play(paused, ends=end),
    "an engine is paused for longer than L": Play(paused),
    "an engine is told to stop (SIGTERM)": Play(told_to_stop),
    "an engine is killed while it answers a call": Play(
        killed_at_a_call, begins=nothing, acts={"call again": called_again}
    ),
    "the broker dies": Play(broker_killed),
    "the broker's application is stopped": Play(lambda bench: breakages.control(bench.breakable, "stop_app") is None),
    "the broker is out of memory or disk": Play(
        lambda bench: breakages.control(bench.breakable, "set_vm_memory_high_watermark", "0.000001") is None
    ),
    "connections to the broker are cut": Play(proxy_cut("broker")),
    "queues are deleted under their consumers": Play(lambda bench: breakages.delete_queues(bench.breakable)),
    "a node of a broker's cluster is lost": Play(node_lost, on_cluster=True),
    "the database dies": Play(database_killed),
    "the database takes no writes": Play(entered(lambda bench: breakages.read_only(bench.breakable))),
    "connections to the database are cut": Play(
        lambda bench: bench.breakable.proxies["database"].cut() and breakages.kill_sessions(bench.breakable) + 1
    ),
    "the database's machine vanishes": Play(database_left, acts={"give its address to another": end}),
    "the answer to a COMMIT is lost": Play(commits_lost),
    "a deadlock": Play(lambda bench: breakages.deadlock(bench.breakable)),
    "all connections of an engine's pool are in use": Play(
        small_pool, begins=nothing, acts={"raise `max_pool_size` and `max_overflow` in `[database]`": larger_pool}
    ),
    "a message is lost, doubled or late": Play(messages_mixed_up),
    "a message is malformed": Play(malformed, acts={"find its sender": nothing}),
    "a plugin raises anything": Play(happened, begins=troubled("raises"), acts=MENDING),
    "a plugin returns more than 4 MiB": Play(happened, begins=troubled("large"), acts=MENDING),
    "a plugin's call doesn't return": Play(happened, begins=troubled("hangs"), acts=MENDING),
    "a plugin kills its process": Play(happened, begins=troubled("kills"), acts=MENDING),
    "a stack's template can't be read": Play(template_spoilt),
    "an operation exceeds its time limit": Play(
        happened, begins=lambda bench: bench.story(stuck(bench), timeout_mins=1)
    ),
    "a stack waits at a hook": Play(happened, begins=at_a_hook),
}
