"""``heatlite-manage`` on a real deployment: two engines, RabbitMQ and MariaDB."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.context import EngineContext
from heatlite.db import services, stacks
from tests.deployment import Daemons, cfg_value, running
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def daemons(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    deployment = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), host="node-1")
    deployment.environment = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        with running(deployment):
            systemd.settimeout(PATIENCE)
            assert systemd.recv(100) == b"READY=1"
            yield deployment


def refused(daemons: Daemons, *arguments: str) -> tuple[int, str]:
    """The exit status of what is to fail, and what it says."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        daemons.manage(*arguments)
    return caught.value.returncode, caught.value.stdout + caught.value.stderr


def test_an_operator_looks_resets_repairs_encrypts_purges_and_cleans(daemons: Daemons) -> None:
    """One deployment for all of it: starting one takes longer than each of these."""
    engines_are_listed_and_checked(daemons)
    story = an_operation_is_reset_and_repaired(daemons)
    secrets_are_written_anew_while_engines_run(daemons, story)
    what_is_deleted_is_purged(daemons, story)
    dead_engines_are_cleaned_away(daemons)


def engines_are_listed_and_checked(daemons: Daemons) -> None:
    engines = daemons.engines()
    assert len(engines) == 2
    listed = daemons.manage("service", "list")
    assert all(engine_id in listed for engine_id in engines)
    assert daemons.manage("service", "check").split()[1] in engines
    assert daemons.manage("service", "check", "--any").endswith("lives\n")
    status, said = refused(daemons, "service", "check", "--host", "node-2", "--wait", "0.5")
    assert (status, said) == (1, "No engine on node-2 has renewed its lease within 0.5 s\n")


def an_operation_is_reset_and_repaired(daemons: Daemons) -> Story:
    story = Story(daemons)
    hooks = {"resources": {"b": {"hooks": "pre-create"}}}
    story.create(hot(a=resource("1"), b=resource("2", depends_on="a")), registry=hooks)
    assert "CREATE has ended, FAILED" in daemons.manage("reset_stack_status", story.identity["stack_id"])
    story.settle("CREATE_FAILED")
    assert "no operation is in progress that could be reset" in refused(daemons, "reset_stack_status", story.name)[1]
    assert "UPDATE has begun" in daemons.manage("stack", "repair", story.name)
    wait_until(
        lambda: "pre-create" in daemons.manage("stack", "explain", story.name), PATIENCE, "the hook", story.explain
    )
    daemons.client.resource_signal(story.context, story.identity, "b", {"unset_hook": "pre-create"})
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    return story


def secrets_are_written_anew_while_engines_run(daemons: Daemons, story: Story) -> None:
    assert "resource: 2 rows written" in daemons.manage("update_params", "encrypt")
    story.update(hot(a=resource("3"), b=resource("2", depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    assert "resource: 2 rows written" in daemons.manage("update_params", "decrypt", "--verbose-update-params")
    kept = sorted(daemons.manage("resource_data_list", each).split()[1] for each in ("1", "2"))
    assert kept == ["2", "3"]
    assert "Resource (4711) could not be found" in refused(daemons, "resource_data_list", "4711")[1]


def what_is_deleted_is_purged(daemons: Daemons, story: Story) -> None:
    stack_id = story.identity["stack_id"]
    assert "stacks: 0 rows purged" in daemons.manage("purge_deleted", "0", "-g", "seconds")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert "stacks: 0 rows purged" in daemons.manage("purge_deleted")
    assert "stacks: 0 rows purged" in daemons.manage("purge_deleted", "0", "-p", "another")
    moment = lambda: "stacks: 1 rows" in daemons.manage("purge_deleted", "0", "-g", "seconds", "-b", "1")  # noqa: E731
    wait_until(moment, PATIENCE, "a second to be over", daemons.tail)
    assert stacks.get(EngineContext(daemons.database), stack_id) is None
    assert "should be a positive integer" in refused(daemons, "purge_deleted", "many")[1]
    assert "There is nothing to migrate" in daemons.manage("migrate_convergence_1", stack_id)


def dead_engines_are_cleaned_away(daemons: Daemons) -> None:
    """All at once, so that no engine is left to notice."""
    (launcher,) = daemons.launchers
    os.killpg(launcher.pid, signal.SIGKILL)
    launcher.wait()
    engines = daemons.engines()
    assert len(engines) == 2
    assert refused(daemons, "service", "check", "--wait", cfg_value(daemons.config, "lease_seconds"))[0] == 1
    cleaned = daemons.manage("service", "clean")
    assert all(f"{engine_id} (node-1." in cleaned for engine_id in engines)
    assert cleaned.endswith("Dead engines are removed.\n")
    assert services.listed(EngineContext(daemons.database)) == []
