"""The commands by which a stack is seen: graph, plan, drift and watch. The timeline needs a real engine's history."""

from __future__ import annotations

import json
import os
import stat

import pytest

from heatlite.cmd.plans import Plan
from tests.unit.cmd.fake_insight import CHANGE, PROPERTY, FakeInsight


@pytest.fixture
def web(shell, template):
    """The shell, and a stack ``web`` of a and b."""
    assert shell.run("stack", "create", "-t", template(a=0, b=0), "web", "--wait") == 0
    shell.engine.stacks["web"].resources["a"]["required_by"] = ["b"]
    return shell


# --- graph ----------------------------------------------------------------------------------------------------------


def test_a_graph_is_dot_unless_asked_otherwise(web):
    assert web.run("stack", "graph", "web") == 0
    assert '"web/a" -> "web/b"' in web.out
    assert web.err == ""


@pytest.mark.parametrize(("kind", "begins"), [("svg", "<svg "), ("html", "<!DOCTYPE html>")])
def test_a_graph_is_written_to_a_file(web, tmp_path, kind, begins):
    file = tmp_path / "graph"
    assert web.run("stack", "graph", "web", "--format", kind, "--output", str(file)) == 0
    assert file.read_text().startswith(begins)
    assert web.out == ""
    assert str(file) in web.err


def test_resources_of_a_nested_stack_are_a_section_of_their_own(web):
    inner = {"tenant": "p", "stack_name": "web-a", "stack_id": "n-1", "path": ""}
    outer = web.engine.stacks["web"].resources
    outer["a"]["nested_stack_id"] = inner
    outer["z"] = {**outer["b"], "resource_name": "z", "stack_identity": inner}
    assert web.run("stack", "graph", "web", "-f", "svg") == 0
    assert "web › a" in web.out
    assert web.engine.last("list_stack_resources")["nested_depth"] == 5


def test_a_file_that_can_not_be_written_is_one_line(web, tmp_path):
    assert web.run("stack", "graph", "web", "-o", str(tmp_path / "no" / "file")) == 1
    assert len(web.err.splitlines()) == 1


# --- plan -----------------------------------------------------------------------------------------------------------


def test_a_plan_is_told_with_its_reasons(web, template):
    assert web.run("stack", "plan", "-t", template(a=1), "web") == 0
    first, reason, _, summary = web.out.splitlines()
    assert first.split() == ["±", "web", "T", "replace"]
    assert reason.strip() == 'flavor: "small" → "large"  forces the replacement'
    assert summary == "1 to replace; 0 unchanged."


def test_the_exit_status_tells_whether_there_is_anything_to_do(web, template):
    assert web.run("stack", "plan", "-t", template(a=1), "web", "--detailed-exitcode") == 2
    web.engine.changes = [{**CHANGE, "fate": "may change", "properties": []}]
    assert web.run("stack", "plan", "-t", template(a=1), "web", "--detailed-exitcode") == 0
    assert "1 may change; 0 unchanged." in web.out


def test_a_plan_that_looks_tells_what_was_changed_outside_and_what_could_not_be_seen(web, template):
    ssh, ping = {"protocol": "tcp", "port": 22, "remote": None}, {"protocol": "icmp"}
    rules = {"name": "rules", "before": [ping], "after": [ssh, ping], "forces_replacement": False, "drifted": True}
    size = {"name": "size", "before": 2, "after": 1, "forces_replacement": True, "drifted": True}
    web.engine.changes = [{**CHANGE, "fate": "updated", "properties": [rules, size]}]
    web.engine.looked = {"seen": 7, "unseen": [{"resource_name": "db", "reason": "Nova answered 403"}]}
    assert web.run("stack", "plan", "--existing", "--refresh", "web") == 0
    assert web.engine.last("heatlite.plan_update")["args"] == {"existing": True, "refresh": True}
    assert 'rules[]: ∅ → {"protocol": "tcp", "port": 22}  changed outside' in web.out
    assert "size: 2 → 1  changed outside  forces the replacement" in web.out
    assert "7 real resources were looked at.\ndb can't be looked at: Nova answered 403" in web.err


def test_an_update_looks_when_it_is_asked_to_and_a_dry_run_never_does(web):
    assert web.run("stack", "update", "--existing", "--refresh", "web") == 0
    assert web.engine.last("update_stack")["args"] == {"existing": True, "refresh": True}
    assert web.run("stack", "update", "--existing", "--refresh", "--dry-run", "web") == 1
    assert "heatlite stack plan --refresh" in web.err


def test_a_plan_that_was_kept_is_done_as_it_was_sent(web, template, tmp_path):
    file = str(tmp_path / "plan")
    assert web.run("stack", "plan", "-t", template(a=1), "--parameter", "k=v", "--out", file, "web") == 0
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert web.run("stack", "update", "--plan", file, "web", "--wait") == 0
    sent = web.engine.last("heatlite.update_as_planned")
    assert (sent["digest"], sent["params"]["parameters"]) == ("d-1", {"k": "v"})
    assert sent["template"]["resources"]["a"]["properties"] == {"seconds": 1}


def test_a_plan_that_no_longer_holds_is_refused(web, template, tmp_path):
    file = str(tmp_path / "plan")
    web.run("stack", "plan", "-t", template(a=1), "--out", file, "web")
    web.engine.digest = "d-2"
    assert web.run("stack", "update", "--plan", file, "web") == 1
    assert "no longer holds" in web.err


def test_a_plan_is_for_one_stack_and_takes_no_other_options(web, template, tmp_path):
    file = str(tmp_path / "plan")
    web.run("stack", "plan", "-t", template(a=1), "--out", file, "web")
    web.run("stack", "create", "-t", template(a=0), "other", "--wait")
    assert web.run("stack", "update", "--plan", file, "other") == 1
    assert "plan for stack web" in web.err
    assert web.run("stack", "update", "--plan", file, "-t", template(a=1), "web") == 1
    assert "no other option" in web.err
    assert web.run("stack", "update", "--plan", file, "--existing", "web") == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "another"}', '{"format": "heatlite plan 1"}'])
def test_a_file_that_is_no_plan_is_told_so(web, tmp_path, content):
    file = tmp_path / "plan"
    file.write_text(content)
    assert web.run("stack", "update", "--plan", str(file), "web") == 1
    assert "is not a plan" in web.err


def test_a_value_that_is_long_or_would_move_the_cursor_is_told_on_one_short_line():
    change = {**PROPERTY, "before": None, "after": "\x1b[2J" + "x" * 500}
    text = Plan({}, {}, [{**CHANGE, "resource_name": "we\x1bb", "properties": [change]}], "").text()
    assert "\x1b" not in text
    assert "∅ →" in text
    assert max(map(len, text.splitlines())) < 120


# --- drift ----------------------------------------------------------------------------------------------------------


def test_only_what_differs_is_listed(web):
    web.engine.looks = {"a": [{"finding": "differs", "attributes": {"ip": ["1", "2"]}}]}
    found = web.json("stack", "drift", "web")
    assert [(it["resource_name"], it["details"]) for it in found] == [("a", 'attribute ip: "1" → "2"')]
    assert "2 resources checked, 1 without differences." in web.err


def test_properties_and_attributes_that_differ_are_told_apart(web):
    look = {"finding": "differs", "properties": {"name": ["a", "b"]}, "attributes": {"name": ["a", "b"]}}
    web.engine.looks = {"a": [look]}
    [found] = web.json("stack", "drift", "web")
    assert found["details"] == 'name: "a" → "b"; attribute name: "a" → "b"'


def test_a_check_of_several_steps_is_gone_on_with(web):
    web.engine.looks = {
        "a": [
            {"finding": "waiting", "progress": {"n": 1}, "poll_after": 2.0},
            {"finding": "differs", "reason": "it is gone"},
        ]
    }
    assert web.run("stack", "drift", "web", "--detailed-exitcode") == 2
    asked = [it["going_on"] for name, _, it in web.engine.calls if name == "heatlite.look_for_drift"]
    assert asked == [None, [{"n": 1}], None]
    assert "it is gone" in web.out


def test_a_check_that_takes_too_long_is_given_up(web):
    web.engine.looks = {"a": [{"finding": "waiting", "poll_after": 4.0} for _ in range(9)]}
    found = web.json("stack", "drift", "web", "--time-limit", "10")
    assert found[0]["finding"] == "not looked at"
    assert "10 seconds" in found[0]["details"]


def test_where_nothing_differs_the_status_is_0(web):
    assert web.run("stack", "drift", "web", "--detailed-exitcode", "--all", "-f", "value") == 0
    assert len(web.out.splitlines()) == 2


def recorded(**changed):
    drift = {"stack_id": "s", "resource_name": "a", "resource_type": "T", "since": "2026-12-01T09:00:00Z"}
    return {**FakeInsight.recorded, "drift": [{**drift, "details": "it doesn't exist any more"}], **changed}


def test_what_the_observer_has_recorded_is_shown_without_a_look(web):
    web.engine.recorded = recorded(left_alone="a would be replaced", unseen=1)
    [found] = web.json("stack", "drift", "web", "--recorded")
    assert (found["resource_name"], found["finding"], found["details"], found["since"], found["stack_id"]) == (
        "a", "differs", "it doesn't exist any more", "2026-12-01T09:00:00Z", "s"
    )  # fmt: skip
    assert "2 resources seen at 2026-12-01T10:00:00Z, 1 couldn't be seen." in web.err
    assert "isn't repaired: a would be replaced" in web.err
    assert not [name for name, _, _ in web.engine.calls if name == "heatlite.look_for_drift"]
    assert web.run("stack", "drift", "web", "--recorded", "--detailed-exitcode") == 2


def test_that_the_observer_has_not_looked_or_found_nothing_is_told(web):
    web.engine.recorded = {**FakeInsight.recorded, "looked_at": None}
    assert web.run("stack", "drift", "web", "--recorded", "--detailed-exitcode") == 0
    assert "The observer hasn't looked at this stack." in web.err


def test_stacks_with_drift_are_listed(web):
    assert web.json("stack", "list", "--drifted") == []
    web.engine.recorded = recorded()
    [found] = web.json("stack", "list", "--drifted")
    assert (found["Stack Name"], found["Drifted"]) == ("web", 1)
    [name] = {name for name, _, _ in web.engine.calls if "drifted" in name}
    assert name == "heatlite.list_drifted"


# --- watch ----------------------------------------------------------------------------------------------------------


def test_what_goes_on_is_watched_to_its_end(shell, template):
    shell.run("stack", "create", "-t", template(old=0), "web", "--wait")
    shell.run("stack", "update", "-t", template(a=3), "web")
    assert shell.run("stack", "watch", "web") == 0
    assert "[web.a]: UPDATE_COMPLETE" in shell.err
    assert "Stack web UPDATE_COMPLETE" in shell.err


def test_a_failure_is_status_1(shell, template):
    shell.run("stack", "create", "-t", template(a=3, failures={"b": "no luck"}), "web")
    assert shell.run("stack", "watch", "web") == 1


def test_where_nothing_goes_on_that_is_told(web):
    assert web.run("stack", "watch", "web") == 0
    assert "no operation is running" in web.err


def test_on_a_terminal_it_is_live(shell, template, monkeypatch):
    shell.terminal = True
    shell.run("stack", "create", "-t", template(a=3), "web")
    monkeypatch.setenv("TERM", "xterm")
    assert shell.run("stack", "watch", "web") == 0
    assert "1 in progress" in shell.err


def test_what_is_nested_is_named_by_where_it_is(shell, template, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    shell.terminal = True
    shell.run("stack", "create", "-t", template(a=3), "web")
    shell.engine.stacks["web"].resources["a"]["parent_resource"] = "group"
    assert shell.run("stack", "watch", "--nested-depth", "2", "web") == 0
    assert "a (in group)" in shell.err
    assert shell.engine.last("list_stack_resources")["nested_depth"] == 2


def test_json_of_a_plan_file_can_be_read_by_others(web, template, tmp_path):
    file = tmp_path / "plan"
    web.run("stack", "plan", "-t", template(a=1), "--out", str(file), "web")
    assert json.loads(file.read_text())["changes"] == [CHANGE]
