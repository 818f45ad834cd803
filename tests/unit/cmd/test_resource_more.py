"""Commands that tell a resource something, and the metadata that come of it."""

from __future__ import annotations

import pytest


@pytest.fixture
def web(shell, template):
    shell.run("stack", "create", "--wait", "-t", template(a=1), "web")
    return shell


def test_metadata_are_shown_as_json(web):
    assert web.run("stack", "resource", "metadata", "web", "a") == 0
    assert web.out.strip() == '{\n  "tier": "db"\n}'


@pytest.mark.parametrize("option", ["--data", "--data-file"])
def test_a_signal_carries_its_data(web, tmp_path, option):
    text = '{"status": "SUCCESS"}'
    path = tmp_path / "data.json"
    path.write_text(text)
    given = {"--data": text, "--data-file": str(path)}[option]
    assert web.run("stack", "resource", "signal", "web", "a", option, given) == 0, web.err
    assert web.engine.last("resource_signal")["details"] == {"status": "SUCCESS"}


def test_a_signal_without_data_carries_none(web):
    assert web.run("stack", "resource", "signal", "web", "a") == 0
    sent = web.engine.last("resource_signal")
    assert (sent["resource_name"], sent["details"], sent["sync_call"]) == ("a", None, False)


def test_data_that_are_not_json_are_refused(web):
    assert web.run("stack", "resource", "signal", "web", "a", "--data", "{status") == 1
    assert web.err.startswith("ERROR: Data should be in JSON format: ")
    with pytest.raises(SystemExit):
        web.run("stack", "resource", "signal", "web", "a", "--data", "1", "--data-file", "x")


def test_a_resource_is_marked_unhealthy_with_a_reason_and_the_mark_is_taken_back(web):
    assert web.run("stack", "resource", "mark", "unhealthy", "web", "a", "it smokes") == 0
    sent = web.engine.last("resource_mark_unhealthy")
    assert (sent["mark_unhealthy"], sent["resource_status_reason"]) == (True, "it smokes")
    assert web.run("stack", "resource", "mark", "unhealthy", "--reset", "web", "a") == 0
    sent = web.engine.last("resource_mark_unhealthy")
    assert (sent["resource_name"], sent["mark_unhealthy"], sent["resource_status_reason"]) == ("a", False, "")


def test_a_resource_is_moved_to_a_stack_and_a_name(web, template):
    web.run("stack", "create", "--wait", "-t", template(b=1), "shop")
    assert web.run("stack", "resource", "move", "web", "a", "--to", "shop", "--name", "c") == 0, web.err
    sent = web.engine.last("heatlite.move_resource")
    assert (sent["stack_identity"]["stack_name"], sent["resource_name"]) == ("web", "a")
    assert (sent["target_identity"]["stack_name"], sent["new_name"]) == ("shop", "c")
    assert "Moved to shop: c." in web.err
    assert web.run("stack", "resource", "move", "web", "a", "--name", "c") == 0
    assert web.engine.last("heatlite.move_resource")["target_identity"] is None


def test_a_move_to_nowhere_is_refused(web):
    assert web.run("stack", "resource", "move", "web", "a") == 1
    assert "--to" in web.err
