"""``stack generate``: where template and data go, what is selected, and what is told."""

import json

import pytest
import yaml


def test_the_template_is_printed_and_notes_are_told_apart_from_it(shell):
    assert shell.run("stack", "generate", "--from-project") == 0, shell.err
    template = yaml.safe_load(shell.out)
    assert template["resources"]["net"]["properties"] == {"name": "größe"}
    assert "Note: server web (s-1): its status is ERROR." in shell.err
    assert "1 resources, 0 parameters." in shell.err
    sent = shell.engine.last("heatlite.generate_stack")
    assert sent == {"names": None, "tags": None, "ids": None, "needed": False}


def test_files_get_template_and_data_that_adopt_reads(shell, tmp_path):
    template, data = tmp_path / "web.yaml", tmp_path / "web.json"
    files = "--template-file", str(template), "--adopt-file", str(data)
    assert shell.run("stack", "generate", "--from-project", *files) == 0, shell.err
    assert yaml.safe_load(template.read_text())["heat_template_version"] == "2021-04-16"
    assert json.loads(data.read_text())["resources"]["net"]["resource_id"] == "n-1"
    assert "resources" not in shell.out
    assert shell.run("stack", "adopt", "web", "--adopt-file", str(data)) == 0, shell.err
    sent = shell.engine.last("create_stack")
    assert sent["template"] == yaml.safe_load(template.read_text())
    assert sent["args"]["adopt_stack_data"] == json.loads(data.read_text())


def test_names_tags_and_ids_are_sent_as_they_are_given(shell):
    selected = "--name", "web-*", "--name", "db", "--tag", "front", "--id", "i-1", "--with-needed"
    assert shell.run("stack", "generate", "--from-project", *selected) == 0, shell.err
    sent = shell.engine.last("heatlite.generate_stack")
    assert sent == {"names": ["web-*", "db"], "tags": ["front"], "ids": ["i-1"], "needed": True}


def test_nothing_is_generated_unless_it_is_said_from_what(shell):
    with pytest.raises(SystemExit):
        shell.run("stack", "generate")


FACTS = {"project_id": "p-1", "user_id": "u-1", "user": "u-1", "project": "p-1", "roles": ["member"]}


def test_a_token_decides_project_user_and_roles(shell, monkeypatch):
    asked = []

    def facts_of(token, url):
        asked.append((token, url))
        return {**FACTS, "auth_token": token}

    monkeypatch.setattr("heatlite.cmd.token_facts.facts_of", facts_of)
    monkeypatch.delenv("OS_TOKEN", raising=False)
    shell.run("stack", "list")
    assert (shell.engine.contexts[-1]["auth_token"], asked) == (None, [])
    shell.run("--os-token", "t-1", "--os-auth-url", "http://keystone", "stack", "list")
    context = shell.engine.contexts[-1]
    assert {name: context[name] for name in FACTS} == FACTS
    assert (context["auth_token"], context["user_identity"]) == ("t-1", "u-1 p-1 - - -")
    monkeypatch.setenv("OS_TOKEN", "t-2")
    monkeypatch.setenv("OS_AUTH_URL", "http://other/v3")
    shell.run("stack", "list")
    assert asked == [("t-1", "http://keystone"), ("t-2", "http://other/v3")]


def test_a_token_that_nobody_can_read_is_an_error(shell, monkeypatch):
    monkeypatch.delenv("OS_AUTH_URL", raising=False)
    assert shell.run("--os-token", "t-1", "stack", "list") == 1
    assert "--os-auth-url" in shell.err
    assert shell.run("--os-token", "t-1", "--os-auth-url", "http://127.0.0.1:1", "stack", "list") == 1
    assert "Keystone doesn't say whose the token is" in shell.err
