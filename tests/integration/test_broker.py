"""What heatlite needs of its broker: which queues, what becomes of them, and what is said where it can't have them."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.cmd.connect import client_of
from heatlite.context import EngineContext
from heatlite.db import services
from heatlite.rpc import broker, messages, transport
from tests.deployment import Daemons, conf, quiet
from tests.servers.guard import free_port
from tests.servers.rabbitmq import QUORUM, PermissiveRabbitMQ, RabbitMQ, denies, vhost_of
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

OWN = tuple(f"{topic}." for topic in messages.TOPICS)


@pytest.fixture
def made(request: pytest.FixtureRequest, mariadb: Any, tmp_path: pathlib.Path) -> Iterator[Any]:
    """Makes deployments of one engine, none of which is started, and stops them."""
    all_of_them: list[Daemons] = []

    def make(bus: str, **options: Any) -> Daemons:
        directory = tmp_path / str(len(all_of_them))
        directory.mkdir()
        all_of_them.append(Daemons(directory, mariadb.fresh_database(), bus, workers=1, **options))
        return all_of_them[-1]

    yield make
    for deployment in all_of_them:
        deployment.stop()


def of_engines(rabbitmq: RabbitMQ, vhost: str) -> dict[str, dict[str, Any]]:
    """The queues that are named by one engine."""
    return {name: it for name, it in rabbitmq.queues(vhost).items() if name.startswith(OWN)}


def lives_through_a_story(deployment: Daemons) -> None:
    story = Story(deployment)
    story.create(hot(a=resource("1"), b=resource("2")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource("3")))
    story.settle("UPDATE_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")


def serving(deployment: Daemons) -> list[bool | None]:
    return [it.serving for it in services.listed(EngineContext(deployment.database)) if it.deleted_at is None]


def said(deployment: Daemons, words: str) -> bool:
    return words in deployment.log.read_text(errors="replace")


# --- the queues of the documented configuration ---------------------------------------------------------------------


def test_every_queue_of_the_documented_configuration_is_one_that_all_brokers_take(
    made: Any, rabbitmq: RabbitMQ
) -> None:
    """Where this machine's RabbitMQ is 3.12 or later, it denies all others."""
    deployment = made(f"{rabbitmq.bare_vhost()}?{QUORUM}")
    deployment.launch()
    lives_through_a_story(deployment)
    vhost = vhost_of(deployment.bus)
    queues = rabbitmq.queues(vhost)
    assert {it["type"] for it in queues.values()} == {"quorum"}
    assert {name.split(".")[0].split("_fanout")[0].split("_")[0] for name in queues} == {
        *("engine", "heat-engine-listener", "reply")
    }
    assert rabbitmq.exchanges(vhost)["heat"]["durable"]
    assert serving(deployment) == [True]


def test_an_engine_removes_its_own_queues_as_it_leaves_and_they_would_expire(made: Any, rabbitmq: RabbitMQ) -> None:
    deployment = made(f"{rabbitmq.bare_vhost()}?{QUORUM}")
    launcher, vhost = deployment.launch(), vhost_of(deployment.bus)
    (engine_id,) = deployment.engines()
    own = of_engines(rabbitmq, vhost)
    assert set(own) == {messages.own_queue(topic, engine_id) for topic in messages.TOPICS}
    assert {it["arguments"]["x-expires"] for it in own.values()} == {1_800_000}
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(PATIENCE) == 0
    assert not of_engines(rabbitmq, vhost)
    assert "engine" in rabbitmq.queues(vhost), "what all engines share stays"
    assert not [name for name in rabbitmq.queues(vhost) if "_fanout_" in name]
    broker.close(deployment.transport)
    assert not [name for name in rabbitmq.queues(vhost) if name.startswith("reply_")]
    deployment.transport = transport.get(conf(), deployment.bus)  # for whoever stops the deployment


def test_the_queues_of_an_engine_that_died_are_removed_by_who_declares_it_dead(made: Any, rabbitmq: RabbitMQ) -> None:
    deployment = made(rabbitmq.fresh_vhost())
    deployment.launch()
    deployment.launch()
    vhost = vhost_of(deployment.bus)
    assert len(of_engines(rabbitmq, vhost)) == 2 * len(messages.TOPICS)
    victim, before = deployment.launchers[0], set(deployment.engines())
    worker = deployment.workers()[0]
    victim.kill()
    worker.kill()
    wait_until(
        lambda: len(of_engines(rabbitmq, vhost)) == len(messages.TOPICS), PATIENCE, "its queues to go", deployment.tail
    )
    (survivor,) = before & set(deployment.engines())
    assert set(of_engines(rabbitmq, vhost)) == {messages.own_queue(topic, survivor) for topic in messages.TOPICS}


def test_an_engine_that_was_declared_dead_listens_under_its_new_id(made: Any, rabbitmq: RabbitMQ) -> None:
    deployment = made(rabbitmq.fresh_vhost())
    deployment.launch()
    (former,) = deployment.engines()
    context = EngineContext(deployment.database)
    now = services.listed(context)[0].created_at
    assert now is not None
    assert services.declare_dead(context, former, None, now)
    vhost = vhost_of(deployment.bus)

    def listens() -> bool:
        (engine_id,) = deployment.engines() or [former]
        return set(of_engines(rabbitmq, vhost)) == {messages.own_queue(topic, engine_id) for topic in messages.TOPICS}

    wait_until(lambda: former not in deployment.engines() and listens(), PATIENCE, "its new queues", deployment.tail)
    lives_through_a_story(deployment)


# --- a broker that refuses ------------------------------------------------------------------------------------------


@pytest.fixture
def refusing(rabbitmq: RabbitMQ) -> str:
    """The URL of a broker that refuses the queues: the defaults' as RabbitMQ 4 can, or all by the user's rights."""
    return rabbitmq.bare_vhost() if denies() else rabbitmq.powerless_vhost()


def reason_of(rabbitmq: RabbitMQ) -> str:
    return "the broker denies transient queues for requests" if denies() else "the broker makes no queues for requests"


def test_an_engine_that_is_refused_its_queues_says_so_first_and_is_not_up(
    made: Any, rabbitmq: RabbitMQ, refusing: str
) -> None:
    deployment = made(refusing)
    deployment.spawn()
    wait_until(lambda: said(deployment, "This engine can't serve"), PATIENCE, "it to say so", deployment.tail)
    first = next(line for line in deployment.log.read_text().splitlines() if " heatlite." in line)
    assert f"This engine can't serve: {reason_of(rabbitmq)}" in first
    assert serving(deployment) == [False]
    assert "not serving" in deployment.manage("service", "list")
    check = lambda *more: deployment.manage("service", "check", "--any", *more)  # noqa: E731
    assert "lives" in check()
    with pytest.raises(subprocess.CalledProcessError):
        check("--serving")
    assert deployment.log.read_text().count("This engine can't serve") == 1


def test_a_client_gives_up_after_its_time_limit_and_says_why(made: Any, rabbitmq: RabbitMQ, refusing: str) -> None:
    deployment = made(refusing)
    with pytest.raises(exception.NoAnswer, match=reason_of(rabbitmq)):
        client_of(deployment.transport, timeout=3).list_services({"project_id": "nobody"})


def test_a_command_that_no_engine_answers_ends_and_says_why(made: Any, rabbitmq: RabbitMQ, refusing: str) -> None:
    deployment = made(refusing, rpc_response_timeout=2)
    command = [sys.executable, "-m", "heatlite.cmd.cli", "--config-file", str(deployment.config), "service", "list"]
    done = subprocess.run(command, capture_output=True, text=True, env=quiet(), timeout=PATIENCE)
    assert done.returncode != 0
    assert reason_of(rabbitmq) in " ".join(done.stderr.split())


def test_a_client_of_a_broker_that_is_away_gives_up_and_sends_nothing_later(made: Any, rabbitmq: RabbitMQ) -> None:
    from tests.servers.proxy import Proxy, to_port

    proxy = Proxy(to_port(rabbitmq.driver.port))
    bus = rabbitmq.fresh_vhost().replace(f":{rabbitmq.driver.port}/", f":{proxy.port}/")
    deployment = made(bus)
    deployment.launch()
    with proxy.away():
        deployment.client = client_of(deployment.transport, timeout=3)
        story = Story(deployment)
        with pytest.raises(
            exception.NoAnswer, match=r"create_stack in time: the broker at 127.0.0.1:\d+ can't be reached"
        ):
            story.create(hot(a=resource("1")))
    deployment.client = client_of(deployment.transport)
    wait_until(deployment.answers, PATIENCE, "engines to answer", deployment.tail)
    lives_through_a_story(deployment)
    with pytest.raises(exception.EntityNotFound):
        deployment.client.identify_stack(story.context, story.name)
    deployment.stop()
    proxy.close()


def test_the_upgrade_check_says_what_the_broker_refuses(made: Any, rabbitmq: RabbitMQ, refusing: str) -> None:
    deployment = made(refusing)
    command = [sys.executable, "-m", "heatlite.cmd.status", "--config-file", str(deployment.config), "upgrade", "check"]
    done = subprocess.run(command, capture_output=True, text=True, env=quiet())
    words = " ".join(done.stdout.replace("|", " ").split())
    assert done.returncode == 2, done.stdout
    assert reason_of(rabbitmq) in words


def test_options_that_heatlite_does_not_work_with_are_refused_at_the_start(made: Any, rabbitmq: RabbitMQ) -> None:
    deployment = made(rabbitmq.fresh_vhost())
    with deployment.config.open("a") as file:
        file.writelines(["[oslo_messaging_rabbit]\n", *(f"{option} = true\n" for option in transport.REFUSED)])
    launcher = deployment.spawn()
    assert launcher.wait(PATIENCE) == 1
    assert "heatlite-engine: heatlite doesn't work with these options of [oslo_messaging_rabbit]" in deployment.tail()
    assert all(f"{option}: {reason}" in deployment.tail() for option, reason in transport.REFUSED.items())


@pytest.mark.parametrize("option", sorted(transport.REFUSED))
def test_a_client_refuses_such_an_option_in_the_url_too(option: str) -> None:
    with pytest.raises(exception.ConfigurationError, match=option):
        transport.get(conf(), f"rabbit://guest:guest@127.0.0.1:5672/?{option}=true")


# --- from one kind of queues to the other ---------------------------------------------------------------------------


@pytest.fixture
def permissive(request: pytest.FixtureRequest) -> Iterator[RabbitMQ]:
    """A server that takes both kinds: the one that all tests share, where that denies nothing."""
    if not denies():
        yield request.getfixturevalue("rabbitmq")
        return
    server = PermissiveRabbitMQ()
    server.start()
    yield server
    server.stop()


def test_a_running_deployment_is_switched_to_quorum_queues_as_documented(permissive: RabbitMQ, made: Any) -> None:
    rabbitmq = permissive
    bare = rabbitmq.bare_vhost()
    deployment, vhost = made(bare), vhost_of(bare)
    deployment.launch()
    lives_through_a_story(deployment)
    story = Story(deployment)
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")
    deployment.stop()

    switched = f"{bare}?{QUORUM}"
    deployment.config.write_text(deployment.config.read_text().replace(bare, switched))
    deployment.switch_to(switched)
    deployment.spawn()
    wait_until(lambda: said(deployment, "of another kind than this configuration's"), PATIENCE, "a complaint")
    assert "doc/deployment.md" in deployment.tail()
    rabbitmq.delete_queues(vhost)
    rabbitmq.delete_exchange(vhost, messages.EXCHANGE)
    wait_until(deployment.answers, PATIENCE, "engines to answer", deployment.tail)
    wait_until(lambda: serving(deployment) == [True], PATIENCE, "its row to say so", deployment.tail)
    story.client = deployment.client
    story.update(hot(a=resource("2")))
    story.settle("UPDATE_COMPLETE")
    lives_through_a_story(deployment)
    assert {it["type"] for it in rabbitmq.queues(vhost).values()} == {"quorum"}


def test_a_broker_that_is_away_is_no_refusal(rabbitmq: RabbitMQ) -> None:
    bus = transport.get(conf(), f"rabbit://guest:guest@127.0.0.1:{free_port()}/")
    found = broker.examine(bus)
    assert found is not None
    assert not found.is_refused
    assert "can't be reached" in found.reason
    bus.cleanup()
