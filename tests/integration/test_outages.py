"""Outages seen from outside: what clients are told, what the log says, and that nobody is declared dead for one."""

from __future__ import annotations

import pathlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from tests.integration.broken import Deployment, begun, broken, completes
from tests.servers import breakages
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

LEASE = 8.0
OURS = ("heatlite.", "oslo_db", "oslo.db", "sqlalchemy", "oslo_messaging.rpc")


@pytest.fixture(scope="module")
def deployment(mariadb: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with broken(tmp_path_factory.mktemp("outages"), mariadb, rabbitmq, lease_seconds=LEASE) as made:
        yield made


@pytest.fixture
def story(deployment: Deployment) -> Story:
    wait_until(deployment.answers, PATIENCE, "engines to answer", deployment.tail)
    return Story(deployment)


def test_a_call_whose_commits_lose_their_answers_is_answered_and_begins_once(
    deployment: Deployment, story: Story
) -> None:
    loss = breakages.lose_commits(deployment.proxied, 6)
    for number in range(4):
        story.name = f"lost-{number}"
        story.create(hot(a=resource("1")))
        story.settle("CREATE_COMPLETE")
        story.update(hot(a=resource("2")))
        story.settle("UPDATE_COMPLETE")
        story.delete()
        story.settle("DELETE_COMPLETE")
    assert loss.happened.is_set()


@pytest.mark.parametrize("outage", ["away", "read-only"])
def test_a_client_is_told_by_name_that_nothing_was_done(deployment: Deployment, story: Story, outage: str) -> None:
    proxied = deployment.proxied
    block = proxied.proxies["database"].away() if outage == "away" else breakages.read_only(proxied)
    with block, pytest.raises(exception.Error) as caught:
        story.create(hot(a=resource("1")))
    assert "The engine's database can't be used now" in str(caught.value)
    assert "was not carried out" in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Traceback", "INSERT", "SELECT", "sqlalche.me"))
    wait_until(lambda: deployment.proxied.proxies["database"].connections, PATIENCE, "engines to reconnect")
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")


def test_an_outage_and_its_end_are_told_once_by_each_engine_and_without_a_traceback(
    deployment: Deployment, tmp_path: pathlib.Path
) -> None:
    gate = tmp_path / "open"
    story, place = begun(deployment, gate), len(deployment.log.read_text(errors="replace"))
    with deployment.proxied.proxies["database"].away():
        told = lambda: deployment.trouble(place)  # noqa: E731
        wait_until(lambda: count(told(), "can't be used") == 2, PATIENCE, "both to notice", deployment.tail)
    gate.touch()
    completes(story)
    wait_until(lambda: count(told(), "can be used again") == 2, PATIENCE, "both to notice the end", deployment.tail)
    lines = [line for line in deployment.trouble(place) if line.split()[4].startswith(OURS)]
    assert count(lines, "can't be used") == 2, lines
    others = Counter(line.split("[-]", 1)[-1].strip() for line in lines if "be used" not in line)
    assert not [line for line in others if "This engine has lost" not in line], others


def count(lines: list[str], words: str) -> int:
    """How many lines say so."""
    return sum(words in line for line in lines)


@pytest.mark.slow
def test_engines_whose_pool_is_small_only_take_longer(
    mariadb: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("pool")
    pool = {"database": "max_pool_size = 1\nmax_overflow = 0\npool_timeout = 1"}
    with broken(directory, mariadb, rabbitmq, lease_seconds=LEASE, more=pool) as made:
        engines = sorted(made.engines())
        completes(begun(made))
        assert sorted(made.engines()) == engines, made.tail()
