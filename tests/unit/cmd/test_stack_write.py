"""Creating, updating and deleting stacks, and what the exit status says."""

import pytest

from tests.unit.cmd.conftest import Answer


def test_create_without_wait_returns_while_the_stack_is_in_progress(shell, template):
    stack = shell.json("stack", "create", "-t", template(a=30), "web")
    assert stack["stack_name"] == "web"
    assert stack["stack_status"] == "CREATE_IN_PROGRESS"
    assert shell.clock.now == 0
    assert shell.sessions[-1].closed


def test_create_sends_what_heats_clients_send(shell, template):
    options = ["--timeout", "7", "--tags", "x, y", "--enable-rollback", "--parameter", "a=1;b=2;b=3"]
    assert shell.run("stack", "create", *options, "-t", template(a=0), "web") == 0
    sent = shell.engine.last("create_stack")
    assert sent["args"] == {"timeout_mins": 7, "tags": ["x", "y"], "disable_rollback": False}
    assert sent["params"] == {
        "parameters": {"a": "1", "b": ["2", "3"]},
        "parameter_defaults": {},
        "resource_registry": {},
        "encrypted_param_names": [],
        "event_sinks": [],
    }
    assert sent["template"]["heat_template_version"] == "2021-04-16"
    assert not {"owner_id", "nested_depth", "template_id"} & sent.keys()  # which are for engines to say


def test_create_with_wait_ends_when_the_stack_is_complete(shell, template):
    assert shell.run("stack", "create", "--wait", "-t", template(a=30), "web") == 0
    assert "CREATE_COMPLETE" in shell.out
    assert 30 <= shell.clock.now <= 35


def test_a_short_operation_is_noticed_quickly_though_the_poll_interval_is_long(shell, template):
    assert shell.run("stack", "create", "--wait", "--poll", "60", "-t", template(a=1), "web") == 0
    assert shell.clock.now < 1.3


def test_a_failed_create_is_one_error_line_with_its_reason_and_status_1(shell, template):
    path = template({"b": "Conflict: resources.b: no luck"}, a=1)
    assert shell.run("stack", "create", "--wait", "-t", path, "web") == 1
    assert shell.err.splitlines()[-1] == "ERROR: Stack web CREATE_FAILED: Conflict: resources.b: no luck"
    assert shell.out == ""
    assert "Traceback" not in shell.err


def test_waiting_without_a_terminal_prints_each_event_once_and_then_the_outcome(shell, template):
    assert shell.run("stack", "create", "--wait", "-t", template(a=2, b=9), "web") == 0
    lines = shell.err.splitlines()
    assert lines[0] == "2026-11-20 22:00:00Z e1 [web]: CREATE_IN_PROGRESS  Stack CREATE started"
    assert "[web.b]: CREATE_COMPLETE  state changed" in lines[-3]
    assert lines[-1] == "Stack web CREATE_COMPLETE"
    assert len(lines) == len(set(lines)) == len(shell.engine.stacks["web"].events) + 1


@pytest.mark.parametrize(("terminal", "live"), [("xterm", True), ("dumb", False)])
def test_progress_is_live_on_a_terminal_that_can_show_it(shell, template, monkeypatch, terminal, live):
    monkeypatch.setenv("TERM", terminal)
    shell.terminal = True
    assert shell.run("stack", "create", "--wait", "-t", template(a=3), "web", "-f", "value") == 0
    assert ("  0:02   " in shell.err and "1 in progress" in shell.err) is live
    assert ("[web.a]: CREATE_COMPLETE" in shell.err) is not live
    assert "CREATE_COMPLETE" in shell.out


def test_waiting_for_an_update_leaves_out_the_events_before_it(shell, template):
    shell.run("stack", "create", "--wait", "-t", template(a=1), "web")
    assert shell.run("stack", "update", "--wait", "-t", template(a=2), "web") == 0
    assert "UPDATE_COMPLETE" in shell.err
    assert "CREATE" not in shell.err


def test_an_engine_that_does_not_answer_for_a_while_is_asked_again(shell, template):
    shell.run("stack", "create", "-t", template(a=3), "web")
    shell.embedded = False
    path = template(a=4)
    before = shell.engine.call

    def call(context, method, version, timeout, **arguments):
        if method == "update_stack":
            shell.engine.silent = 0
            reply = before(context, method, version, timeout, **arguments)
            shell.engine.silent = 3
            return reply
        return before(context, method, version, timeout, **arguments)

    shell.engine.call = call
    assert shell.run("stack", "update", "--wait", "-t", path, "web") == 0
    assert shell.err.count("Still waiting: No engine answered show_stack in time: nobody is there") == 1
    assert shell.err.splitlines()[-1] == "Stack web UPDATE_COMPLETE"


def test_update_sends_only_what_is_asked_for(shell, template):
    shell.run("stack", "create", "-t", template(a=0), "web")
    assert shell.run("stack", "update", "-t", template(a=0), "web") == 0
    assert shell.engine.last("update_stack")["args"] == {}
    flags = ["--existing", "--converge", "--rollback", "disabled"]
    assert shell.run("stack", "update", *flags, "--clear-parameter", "p", "web") == 0
    sent = shell.engine.last("update_stack")
    assert sent["template"] is None
    assert sent["args"] == {
        "existing": True,
        "converge": True,
        "disable_rollback": True,
        "clear_parameters": ["p"],
    }


def test_update_needs_a_template_or_the_existing_one(shell):
    assert shell.run("stack", "update", "web") == 1
    assert shell.err == "ERROR: Name a template with -t, or keep the present one with --existing\n"
    assert shell.engine.calls == []


def test_a_wait_that_ends_in_another_operation_is_a_failure(shell, template):
    shell.run("stack", "create", "-t", template(a=3), "web")
    path = template(a=5)
    before = shell.clock.sleep

    def sleep(seconds):
        before(seconds)
        stack = shell.engine.stacks["web"]
        if stack.action == "UPDATE" and shell.clock.now > 1:
            shell.engine.event(stack, None, "SUSPEND", "COMPLETE", "suspended")

    shell.clock.sleep = sleep
    assert shell.run("stack", "update", "--wait", "-t", path, "web") == 1
    assert shell.err.splitlines()[-1] == "ERROR: Stack web SUSPEND_COMPLETE instead of UPDATE: suspended"


def test_delete_waits_until_every_stack_is_gone(shell, template):
    for name in ("web", "db"):
        shell.run("stack", "create", "--wait", "-t", template(a=1), name)
    assert shell.run("stack", "delete", "-y", "--wait", "web", "db") == 0
    assert shell.engine.stacks == {}
    assert "Stack web DELETE_COMPLETE" in shell.err
    assert "Stack db DELETE_COMPLETE" in shell.err


def test_delete_goes_on_past_a_stack_that_is_not_there_and_ends_with_1(shell, template):
    shell.run("stack", "create", "-t", template(a=0), "web")
    assert shell.run("stack", "delete", "-y", "--wait", "nope", "web") == 1
    assert "web" not in shell.engine.stacks
    assert "ERROR: The Stack (nope) could not be found." in shell.err
    assert shell.err.splitlines()[-1] == "ERROR: Unable to delete 1 of the 2 stacks."


def test_delete_asks_on_a_terminal_and_takes_no_for_an_answer(shell, template):
    shell.run("stack", "create", "-t", template(a=0), "web")
    for answer in ("n\n", "\n", ""):
        shell.stdin = Answer(answer)
        assert shell.run("stack", "delete", "web") == 0
        assert shell.err == "Delete web? [y/N] Nothing is deleted.\n"
    assert "web" in shell.engine.stacks


def test_delete_on_a_terminal_goes_on_after_yes(shell, template):
    shell.run("stack", "create", "-t", template(a=0), "web")
    shell.stdin = Answer("Yes\n")
    assert shell.run("stack", "delete", "--wait", "web") == 0
    assert shell.engine.stacks == {}


def test_the_engines_refusal_is_the_error_line(shell, template):
    shell.run("stack", "create", "-t", template(a=0), "web")
    assert shell.run("stack", "create", "-t", template(a=0), "web") == 1
    assert shell.err == "ERROR: The Stack (web) already exists.\n"


def test_debug_shows_the_traceback_of_an_error(shell):
    assert shell.run("--debug", "stack", "show", "nope") == 1
    assert "Traceback" in shell.err
    assert shell.err.splitlines()[-1] == "ERROR: The Stack (nope) could not be found."


def test_a_parameter_that_is_not_key_and_value_is_refused_before_anything_is_sent(shell, template):
    assert shell.run("stack", "create", "-t", template(a=0), "--parameter", "oops", "web") == 1
    assert shell.err == 'ERROR: --parameter "oops": write it as key=value\n'
    assert shell.engine.calls == []
