"""Suspending, resuming and checking several stacks; finding what waits at a hook, and letting it go on."""

import pytest

from heatlite.cmd.hook import pending


@pytest.fixture
def waiting(shell, template):
    """A stack whose resources wait at hooks, ``b``'s of which has been cleared."""
    shell.run("stack", "create", "-t", template(a=50, b=50, c=50), "web")
    stack = shell.engine.stacks["web"]
    for name, hook in (("a", "pre-create"), ("b", "pre-create"), ("c", "pre-update")):
        shell.engine.event(stack, name, "INIT", "COMPLETE", f"CREATE paused until Hook {hook} is cleared")
    shell.engine.event(stack, "b", "INIT", "COMPLETE", "Hook pre-create is cleared")
    return shell


def signals(shell):
    """Which hooks of which resources were cleared."""
    sent = [arguments for method, _, arguments in shell.engine.calls if method == "resource_signal"]
    return [(it["resource_name"], it["details"]["unset_hook"]) for it in sent]


@pytest.mark.parametrize("verb", ["suspend", "resume", "check"])
def test_several_stacks_are_begun_before_the_first_is_waited_for(shell, template, verb):
    for name in ("one", "two"):
        shell.run("stack", "create", "--wait", "-t", template(a=1), name)
    listed = shell.json("stack", verb, "--wait", "one", "two")
    assert [(it["Stack Name"], it["Stack Status"]) for it in listed] == [
        ("one", f"{verb.upper()}_COMPLETE"),
        ("two", f"{verb.upper()}_COMPLETE"),
    ]
    methods = [method for method, _, _ in shell.engine.calls]
    last_begun = len(methods) - methods[::-1].index(f"stack_{verb}")
    assert "show_stack" not in methods[methods.index(f"stack_{verb}") : last_begun]


def test_what_waits_is_what_was_paused_and_not_cleared_since(waiting):
    listed = waiting.json("stack", "hook", "poll", "web")
    assert [it["Resource Name"] for it in listed] == ["a", "c"]
    assert listed[0]["Resource Status Reason"] == "CREATE paused until Hook pre-create is cleared"


def test_nothing_waits_in_a_stack_at_rest(waiting):
    waiting.clock.sleep(60)
    assert waiting.json("stack", "hook", "poll", "web") == []


def test_hooks_are_cleared_by_name_by_pattern_and_by_kind(waiting):
    assert waiting.run("stack", "hook", "clear", "web", "a") == 0
    assert signals(waiting) == [("a", "pre-create")]
    assert waiting.run("stack", "hook", "clear", "--pre-update", "web", "*") == 0
    assert signals(waiting)[1:] == [("c", "pre-update")]


def test_clearing_what_does_not_wait_is_an_error_that_names_it(waiting):
    assert waiting.run("stack", "hook", "clear", "web", "b", "c") == 1
    assert "No resource named b waits at a hook" in waiting.err
    assert signals(waiting) == [("c", "pre-update")]


def test_a_hook_that_is_reached_again_waits_again():
    told = ["x paused until Hook pre-update is cleared", "Hook pre-update is cleared", "state changed"]
    events = [{"stack_id": "s", "resource_name": "a", "resource_status_reason": text} for text in (*told, told[0])]
    assert [it["hook"] for it in pending(events)] == ["pre-update"]
    assert pending(events[:3]) == []
