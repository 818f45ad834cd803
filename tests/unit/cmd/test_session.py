"""The engine inside the process and the one elsewhere: who waits, and what Ctrl-C means."""

import logging
from types import SimpleNamespace

import pytest

from heatlite import exception
from heatlite.cmd import session

PAUSED = "Paused. Nothing is lost: any later heatlite command continues from here."


def test_an_embedded_create_waits_without_being_asked(shell, template):
    shell.embedded = True
    assert shell.run("stack", "create", "-t", template(a=3), "web") == 0
    assert "CREATE_COMPLETE" in shell.out


def test_a_long_embedded_operation_is_looked_at_every_second(shell, template):
    shell.embedded = True
    assert shell.run("stack", "create", "--poll", "60", "-t", template(a=100.1), "web") == 0
    assert shell.clock.now <= 101.2


def test_sleeping_follows_a_later_switch_to_green_threads(monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    session.REAL_CLOCK.sleep(3)
    assert slept == [3]


def test_ctrl_c_pauses_an_embedded_operation(shell, template):
    shell.embedded, shell.clock.interrupt_at = True, 2
    assert shell.run("stack", "create", "-t", template(a=9), "web") == 130
    assert shell.err.splitlines()[-1] == PAUSED
    assert shell.sessions[-1].closed


def test_a_later_embedded_command_goes_on_with_what_is_unfinished(shell, template):
    shell.embedded, shell.clock.interrupt_at = True, 2
    shell.run("stack", "create", "-t", template(a=9), "web")
    shell.clock.interrupt_at = None
    assert shell.run("stack", "list", "-f", "value", "-c", "Stack Status") == 0
    assert shell.out == "CREATE_IN_PROGRESS\n"
    assert "Continuing 1 unfinished operation; Ctrl-C pauses." in shell.err
    assert shell.engine.stacks["web"].status == "COMPLETE"


def test_going_on_can_be_paused_too(shell, template):
    shell.embedded, shell.clock.interrupt_at = True, 2
    shell.run("stack", "create", "-t", template(a=9), "web")
    shell.clock.interrupt_at = 5
    assert shell.run("stack", "list") == 130
    assert shell.err.splitlines()[-1] == PAUSED


def test_an_embedded_command_that_fails_still_goes_on_and_ends_with_1(shell, template):
    shell.embedded, shell.clock.interrupt_at = True, 2
    shell.run("stack", "create", "-t", template(a=9), "web")
    shell.clock.interrupt_at = None
    assert shell.run("stack", "show", "nope") == 1
    assert shell.engine.stacks["web"].status == "COMPLETE"


def test_ctrl_c_while_waiting_for_daemons_says_that_the_stack_goes_on(shell, template):
    shell.clock.interrupt_at = 2
    assert shell.run("stack", "create", "--wait", "-t", template(a=9), "web") == 130
    assert shell.err.splitlines()[-1] == "Interrupted; the engines continue with the stack."
    assert shell.sessions[-1].closed


def test_a_session_that_cannot_be_opened_is_one_error_line(shell):
    def refuse(config_files):
        raise exception.ConfigurationError(reason="transport_url is empty")

    shell.connect = refuse
    assert shell.run("stack", "list") == 1
    assert shell.err == "ERROR: transport_url is empty\n"


def test_an_error_nobody_foresaw_is_named_by_its_class(shell):
    def break_down(config_files):
        raise KeyError("x")

    shell.connect = break_down
    assert shell.run("stack", "list") == 1
    assert shell.err == "ERROR: KeyError: 'x' (--debug shows where)\n"


@pytest.mark.parametrize("words", [["--debug"], ["-vvv"]])
def test_no_bodies_of_requests_are_logged_to_services(shell, words, monkeypatch):
    """An embedded engine sends hidden values in them: a user's password, the data of a server."""
    for logger in logging.getLogger("keystoneauth"), logging.getLogger():
        monkeypatch.setattr(logger, "level", logging.DEBUG)
    logging.getLogger().manager._clear_cache()
    assert shell.run(*words, "stack", "list") == 0
    assert not logging.getLogger("keystoneauth.session").isEnabledFor(logging.DEBUG)


def test_the_context_has_heats_keys_and_the_users_project():
    options = SimpleNamespace(os_project_id="p", os_username="u", os_token=None, os_auth_url=None)
    context = session.request_context(options, "req-1")
    keys = """auth_token auth_token_info auth_url aws_creds domain global_request_id is_admin is_admin_project
        password project project_domain project_id project_name read_only region_name request_id
        resource_uuid roles show_deleted system_scope tenant tenant_id trust_id trustor_user_id user
        user_domain user_id user_identity username"""
    assert set(context) == set(keys.split())
    assert (context["project_id"], context["user"], context["request_id"]) == ("p", "u", "req-1")
    assert context["roles"] == ["admin", "member"]
    assert context["is_admin"] is False


def test_project_and_user_come_from_options_or_the_environment(shell, template, monkeypatch):
    monkeypatch.setenv("OS_PROJECT_ID", "from-environment")
    shell.run("--os-username", "me", "stack", "create", "-t", template(a=0), "web")
    assert shell.engine.context["project_id"] == "from-environment"
    assert shell.engine.context["username"] == "me"


def test_configuration_is_read_from_the_files_named(tmp_path):
    path = tmp_path / "heatlite.conf"
    path.write_text("[DEFAULT]\n")
    assert session.read_configuration([str(path)]).config_file == [str(path)]


def test_a_configuration_file_that_is_missing_is_named(tmp_path):
    missing = str(tmp_path / "missing.conf")
    with pytest.raises(exception.ConfigurationError, match=r"missing\.conf"):
        session.read_configuration([missing])
