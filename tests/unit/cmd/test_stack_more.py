"""Commands of a stack's life beside create, update and delete: dry runs, hooks, cancelling, events as they come."""

import pytest


@pytest.fixture
def web(shell, template):
    shell.run("stack", "create", "--wait", "-t", template(a=1, b=2), "web")
    return shell


def test_a_dry_run_of_a_create_shows_the_stack_and_makes_none(shell, template):
    stack = shell.json("stack", "create", "--dry-run", "-t", template(a=0), "--parameter", "x=1", "web")
    assert (stack["id"], stack["stack_name"], stack["stack_status"]) == ("None", "web", "CREATE_COMPLETE")
    assert stack["resources"] == [{"resource_name": "a"}]
    assert shell.engine.last("preview_stack")["params"]["parameters"] == {"x": "1"}
    assert shell.engine.stacks == {}


def test_a_dry_run_of_an_update_tells_the_changes_and_makes_none(web, template):
    told = web.json("stack", "update", "--dry-run", "-t", template(a=0), "web")
    change = [{"resource_name": "a", "resource_type": "T"}]
    assert told == {"added": [], "deleted": [], "replaced": [], "unchanged": [], "updated": change}
    assert web.run("stack", "update", "--dry-run", "--existing", "--clear-parameter", "x", "web") == 0
    sent = web.engine.last("preview_update_stack")
    assert (sent["template"], sent["args"]["existing"], sent["args"]["clear_parameters"]) == (None, True, ["x"])
    assert web.engine.stacks["web"].action == "CREATE"


def test_pauses_are_asked_for_in_the_environment(web, template):
    hooks = ["--pre-create", "a", "--pre-create", "/nested/b", "--pre-create", "nested"]
    assert web.run("stack", "create", "-t", template(a=0), *hooks, "two") == 0
    sent = web.engine.last("create_stack")["params"]["resource_registry"]["resources"]
    assert sent == {"a": {"hooks": ["pre-create"]}, "nested": {"b": {"hooks": ["pre-create"]}, "hooks": ["pre-create"]}}
    assert web.run("stack", "update", "-t", template(a=0), "--pre-update", "a", "web") == 0
    assert web.engine.last("update_stack")["params"]["resource_registry"]["resources"] == {
        "a": {"hooks": ["pre-update"]}
    }


def test_a_pause_is_added_to_those_that_an_environment_asks_for(shell, template, tmp_path):
    (tmp_path / "env.yaml").write_text("resource_registry: {resources: {a: {hooks: pre-update}}}")
    given = ["-e", str(tmp_path / "env.yaml"), "--pre-create", "a"]
    assert shell.run("stack", "create", "-t", template(a=0), *given, "web") == 0
    registry = shell.engine.last("create_stack")["params"]["resource_registry"]
    assert registry == {"resources": {"a": {"hooks": ["pre-update", "pre-create"]}}}


def test_an_update_that_is_cancelled_returns_to_where_it_began(web, template):
    web.run("stack", "update", "-t", template(a=50), "web")
    [row] = web.json("stack", "cancel", "--wait", "web")
    assert list(row) == ["ID", "Stack Name", "Stack Status", "Creation Time", "Updated Time"]
    assert row["Stack Status"] == "ROLLBACK_COMPLETE"
    assert web.engine.last("stack_cancel_update")["cancel_with_rollback"] is True


def test_an_update_that_is_cancelled_without_rollback_stays_where_it_is(web, template):
    web.run("stack", "update", "-t", template(a=50), "web")
    [row] = web.json("stack", "cancel", "--no-rollback", "--wait", "web")
    assert row["Stack Status"] == "UPDATE_FAILED"
    assert web.engine.last("stack_cancel_update")["cancel_with_rollback"] is False


def test_what_is_not_in_progress_cannot_be_cancelled(web):
    assert web.run("stack", "cancel", "web") == 1
    assert web.err == "ERROR: Cancelling update when stack is CREATE_COMPLETE is not supported.\n"


def test_one_event_is_shown_by_its_id(web):
    event = web.json("stack", "event", "show", "web", "a", "e2")
    assert (event["id"], event["resource_name"], event["resource_status"]) == ("e2", "a", "CREATE_IN_PROGRESS")
    assert list(event) == sorted(event)
    assert web.run("stack", "event", "show", "web", "b", "e2") == 1
    assert web.err == "ERROR: The resource b has no event e2\n"


def test_events_are_followed_each_told_once_until_ctrl_c(web, template):
    web.run("stack", "update", "-t", template(a=3), "web")
    web.clock.interrupt_at = web.clock.now + 10
    assert web.run("stack", "event", "list", "--follow", "web") == 130
    lines = web.out.splitlines()
    assert lines[-1].endswith("[web]: UPDATE_COMPLETE  Stack UPDATE completed successfully")
    assert len(lines) == len(set(lines)) == len(web.engine.stacks["web"].events)


def test_where_the_engine_is_in_this_process_following_ends_with_its_work(shell, template):
    shell.embedded, shell.clock.interrupt_at = True, 2
    shell.run("stack", "create", "-t", template(a=9), "web")
    shell.clock.interrupt_at = None
    assert shell.run("stack", "event", "list", "--follow", "-f", "json", "web") == 0
    assert shell.out.splitlines()[-1].endswith("CREATE_COMPLETE  Stack CREATE completed successfully")
