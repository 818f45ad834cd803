"""``heatlite-manage import-from-heat`` on a real deployment: two engines, RabbitMQ and MariaDB, and Heat's database."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.deployment import Daemons, running
from tests.imports.conftest import FIXTURE, HEATS_KEY
from tests.imports.heat_stacks import DEMO, OTHER
from tests.story import Story, hot, resource


@pytest.fixture
def heat_conf(mariadb: Any, tmp_path: pathlib.Path) -> pathlib.Path:
    """The configuration of a Heat, whose database is what a real one filled."""
    url = mariadb.fresh_database()
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'")
        for statement in FIXTURE.read_text().splitlines():
            connection.exec_driver_sql(statement.removesuffix(";").replace("%", "%%"))
    engine.dispose()
    path = tmp_path / "heat.conf"
    path.write_text(f"[DEFAULT]\nauth_encryption_key = {HEATS_KEY}\n[database]\nconnection = {url}\n")
    return path


@pytest.fixture
def daemons(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    with running(Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost())) as deployment:
        yield deployment


def taken_over(daemons: Daemons, project: str, name: str) -> Story:
    """The story of a stack that was taken over."""
    story = Story(daemons, project)
    story.name, story.identity = name, daemons.client.identify_stack(story.context, name)
    return story


def test_an_operator_looks_takes_over_and_goes_on(daemons: Daemons, heat_conf: pathlib.Path) -> None:
    asked = ("import-from-heat", "--source-config", str(heat_conf))
    dry = daemons.manage(*asked, "--all", "--dry-run")
    assert "27 of 30 stacks would be taken over" in dry, dry
    assert "    resources.a is CREATE_IN_PROGRESS (state changed)" in dry
    assert "the first update of no stacks would do something" in dry, dry
    assert daemons.client.list_stacks({"project_id": DEMO}) == []
    assert "2 of 2 stacks taken over" in daemons.manage(*asked, "--project", OTHER)
    with pytest.raises(subprocess.CalledProcessError) as left:
        daemons.manage(*asked, "--all", "--events")
    assert "25 of 30 stacks taken over" in left.value.stdout
    assert left.value.stdout.count("heatlite has this stack already") == 2
    a_change_replaces_what_it_must_and_keeps_the_rest(taken_over(daemons, DEMO, "replaced"))
    for name in ("two-levels", "cfn-group", "conditional-nested"):
        a_nested_stack_goes_on(taken_over(daemons, DEMO, name))


def a_change_replaces_what_it_must_and_keeps_the_rest(story: Story) -> None:
    before = story.physical_ids()
    story.update(hot(a=resource("3", update_replace=True), b=resource("other")))
    story.settle("UPDATE_COMPLETE")
    after = story.physical_ids()
    assert after["b"] == before["b"]
    assert after["a"] != before["a"]
    story.delete()
    story.settle("DELETE_COMPLETE")


def a_nested_stack_goes_on(story: Story) -> None:
    story.check()
    story.settle("CHECK_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")
