"""The servers' logic that needs no server: ports, states, reasons, and what a test run makes of a missing one."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest

from tests import conftest
from tests.servers import Server, ServerUnavailable
from tests.servers.cluster import NODES, configuration
from tests.servers.guard import LOWEST_PORT, PORTS, Guard, free_port, is_free, reserve
from tests.servers.private import PrivateDriver
from tests.servers.rabbitmq import published
from tests.servers.server import root_cause
from tests.waiting import PATIENCE


class NowhereDriver(PrivateDriver):
    program = "no-such-program-anywhere"


class BrokenDriver(PrivateDriver):
    program = "sh"

    def prepare(self) -> None:
        self._exec(["sh", "-c", "echo no space left; exit 3"], wait_for_line="ready")


class SleepingDriver(PrivateDriver):
    program = "sleep"

    def prepare(self) -> None:
        self._exec(["sh", "-c", "echo ready; exec sleep 600"], wait_for_line="ready")


def make_server(driver_class: type[PrivateDriver]) -> Server:
    class Example(Server):
        name = "Example"
        package = "example-server"

    server = Example()
    server.driver_class = driver_class
    return server


def test_a_free_port_can_be_listened_on_and_is_given_once() -> None:
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == 20
    for port in ports:
        assert LOWEST_PORT <= port < LOWEST_PORT + PORTS
        socket.create_server(("127.0.0.1", port)).close()


def test_a_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        taken = free_port()
        listener.bind(("127.0.0.1", taken))
        assert not is_free(taken)
        monkeypatch.setattr("tests.servers.guard.reserve", lambda port: True)
        monkeypatch.setattr("tests.servers.guard._next_port", iter(range(taken - LOWEST_PORT, taken - LOWEST_PORT + 4)))
        assert free_port() != taken


def test_a_port_that_another_run_was_given_is_passed_over_until_that_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "from tests.servers.guard import free_port; print(free_port(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", given], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        port = int(other.stdout.readline())
        monkeypatch.setattr("tests.servers.guard._next_port", iter(range(port - LOWEST_PORT, port - LOWEST_PORT + 4)))
        assert is_free(port)
        assert free_port() != port
        other.stdin.close()
        other.wait()
        assert reserve(port)


def test_a_server_that_is_not_installed_says_what_to_install() -> None:
    with pytest.raises(ServerUnavailable, match=r"Example isn't installed: apt-get install example-server"):
        make_server(NowhereDriver).start()


def test_a_server_that_does_not_start_says_what_it_printed_each_time_it_is_asked() -> None:
    server = make_server(BrokenDriver)
    for _ in range(2):
        with pytest.raises(ServerUnavailable, match=r"Example doesn't start: .*no space left"):
            server.start()


def test_a_server_that_is_not_started_has_no_pid() -> None:
    server = make_server(SleepingDriver)
    assert not server.alive
    with pytest.raises(ServerUnavailable, match="call start"):
        _ = server.pid


def test_a_started_server_is_started_once_and_leaves_nothing_when_stopped() -> None:
    server = make_server(SleepingDriver)
    server.begin()
    server.start()
    pid, directory = server.pid, pathlib.Path(server.driver.tempdir)
    server.start()
    assert (server.pid, server.alive, directory.exists()) == (pid, True, True)
    server.stop()
    server.stop()
    assert not server.alive
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_killed_server_comes_back_in_the_same_directory() -> None:
    server = make_server(SleepingDriver)
    server.start()
    first, directory = server.pid, server.driver.tempdir
    server.kill()
    assert not server.alive
    server.restart()
    assert server.alive
    assert server.pid != first
    assert server.driver.tempdir == directory
    server.stop()


def test_a_server_is_up_again_after_a_test_that_failed_while_it_was_down() -> None:
    server = make_server(SleepingDriver)
    server.start()
    with pytest.raises(AssertionError), server.down():
        assert server.alive
    assert server.alive
    server.stop()


def test_a_server_that_runs_is_ended_before_it_is_restarted() -> None:
    server = make_server(SleepingDriver)
    server.start()
    first = server.pid
    server.restart()
    assert server.alive
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    server.stop()


def test_starting_a_server_leaves_the_environment_of_the_tests_alone() -> None:
    before = dict(os.environ)
    server = make_server(SleepingDriver)
    server.start()
    assert dict(os.environ) == before
    server.stop()


def test_a_guard_ends_its_process_when_the_run_that_holds_it_is_killed(tmp_path: pathlib.Path) -> None:
    stored = tmp_path / "stored"
    stored.mkdir()
    victim = subprocess.Popen(["sleep", "600"])
    program = (
        f"from tests.servers.guard import Guard; Guard({victim.pid}, {str(stored)!r}); print(1, flush=True); input()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=conftest_root()
    )
    assert run.stdout is not None
    run.stdout.readline()
    assert victim.poll() is None
    run.kill()
    assert victim.wait(timeout=PATIENCE) == -signal.SIGQUIT
    run.communicate()


def test_a_guard_that_is_released_ends_nothing(tmp_path: pathlib.Path) -> None:
    victim = subprocess.Popen(["sleep", "600"])
    Guard(victim.pid, str(tmp_path)).release()
    assert victim.poll() is None
    victim.kill()
    victim.wait()
    assert tmp_path.exists()


def test_the_reason_is_dug_out_of_nested_errors() -> None:
    true = RuntimeError("the port is\n taken")
    nested = Exception((Exception, Exception((RuntimeError, true, None)), None), (OSError, OSError("later"), None))
    assert root_cause(nested) == "the port is taken"


@pytest.mark.parametrize(
    ("value", "expected"), [("", False), ("0", False), ("false", False), ("true", True), ("1", True)]
)
def test_ci_is_what_the_environment_says(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", value)
    assert conftest.in_ci() is expected


def test_a_missing_server_skips_at_home_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="isn't installed"):
        next(conftest.served(make_server(NowhereDriver)))


def test_a_missing_server_fails_in_ci_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="isn't installed"):
        next(conftest.served(make_server(NowhereDriver)))


def test_a_suite_that_a_script_runs_in_its_background_heeds_ctrl_c_and_so_do_its_children() -> None:
    for name in ("INT", "QUIT"):
        child = ["sh", "-c", f"kill -s {name} $$"]
        program = f"import subprocess; from tests import conftest; print(subprocess.run({child}).returncode)"
        command = ["sh", "-c", "trap '' INT QUIT; exec \"$@\"", "sh", sys.executable, "-W", "ignore", "-c", program]
        printed = subprocess.run(command, cwd=conftest_root(), capture_output=True, text=True, check=True).stdout
        assert int(printed) == -getattr(signal, f"SIG{name}")


def test_counts_of_messages_are_read_as_whole_numbers_and_as_floats() -> None:
    lines = (
        'rabbitmq_global_messages_received_total{protocol="amqp091"} 17',
        'rabbitmq_global_messages_received_total{protocol="amqp10"} 1.2e3',
        'rabbitmq_global_messages_delivered_total{protocol="amqp10"} 5',
    )
    assert published("\n".join(lines)) == 1217


def test_no_node_of_a_cluster_waits_for_one_that_is_started_after_it() -> None:
    named = [[node for node in NODES if f" = {node}\n" in configuration(node_of)] for node_of in NODES]
    assert named == [[*NODES[:1]], [*NODES[:2]], [*NODES]]


def conftest_root() -> pathlib.Path:
    return pathlib.Path(conftest.__file__).parent.parent
