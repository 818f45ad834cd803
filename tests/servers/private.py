"""The base of pifpaf's drivers, made private: a server that is this run's own and leaves nothing behind.

pifpaf knows how to set a server up. What it leaves to chance is decided in one class, which stands between
pifpaf's base and its drivers, so that it sees every command they run::

    MariaDBDriver  ->  pifpaf's MySQLDriver  ->  PrivateDriver                 ->  pifpaf's Driver
    (what differs)     (set-up of a server)      (account, directory, guard)       (commands, clean-up)

No server runs as root (PostgreSQL refuses it): where root starts it, it has its Debian package's account.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import signal
from collections.abc import Callable
from typing import Any

import psutil
from pifpaf import drivers

from tests.servers.guard import Guard

CHOSEN = list(filter(None, os.environ.get("HEATLITE_SERVER_PROGRAMS", "").split(os.pathsep)))
"""Directories that are searched first for a server's programs, to test with another release than the installed one."""

DAEMONS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]  # a plain user's PATH on Debian lacks the first
ROOT_DIRECTORY = "/tmp"  # every account can enter it, and a socket's path in it stays under its 107 bytes


class PrivateDriver(drivers.Driver):
    """What every server needs before pifpaf's own driver sets it up."""

    account = "nobody"
    program = ""
    programs_in: list[str] = []
    stop_signal = signal.SIGTERM  # ends it in peace

    def __init__(self, **options: Any) -> None:
        super().__init__(tmp_rootdir=ROOT_DIRECTORY, **options)
        self.process: psutil.Popen | None = None
        self.launch: Callable[[], Any] = lambda: None
        self._guards: dict[int, Guard] = {}

    @classmethod
    def executable(cls) -> str | None:
        """Where the server's program is; None where it isn't installed."""
        places = [*CHOSEN, *cls.programs_in, *os.get_exec_path(), *DAEMONS]
        return shutil.which(cls.program, path=os.pathsep.join(places))

    @classmethod
    def user(cls) -> pwd.struct_passwd:
        """The account that the server has: for root the package's or else nobody, for others their own."""
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        try:
            return pwd.getpwnam(cls.account)
        except KeyError:
            return pwd.getpwnam("nobody")

    def environment(self) -> dict[str, str]:
        """What the server finds in its environment besides the test run's own."""
        return {}

    def prepare(self) -> None:
        """Write configuration into ``self.tempdir``, before pifpaf starts anything."""

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ended(self) -> None:
        """Note that the server has ended: its number may be another process's by the time the guard acts."""
        if self.process is not None and self.process.pid in self._guards:
            self._guards.pop(self.process.pid).release()

    def putenv(self, key: str, value: str, raw: bool = False) -> None:
        """Set a variable for the server; pifpaf would set it in the test run, for all tests."""
        self.env[key if raw else f"{self.env_prefix}_{key}"] = value

    def _setUp(self) -> None:
        super()._setUp()
        self.addCleanup(self._release_guards)
        self.prepare()

    def _exec(self, command: list[str], **options: Any) -> tuple[psutil.Popen | None, bytes | None]:
        """Run a command of pifpaf's under the server's account; one with ``wait_for_line`` is the server."""
        again = functools.partial(self._exec, command, **options)
        options["env"] = {**(options.get("env") or {}), **self.env, **self.environment()}
        options["path"] = [*CHOSEN, *options.get("path", []), *self.programs_in, *DAEMONS]
        process, output = super()._exec([*self._as_account(), *command], **options)
        if options.get("wait_for_line"):
            self.process, self.launch = process, again
            self._guards[process.pid] = Guard(process.pid, self.tempdir)
        return process, output

    def _as_account(self) -> list[str]:
        """The words before a command that run it in the private directory and, for root, as the account."""
        prefix = ["env", f"--chdir={self.tempdir}"]  # the present directory may be closed to the account
        if os.geteuid() != 0:
            return prefix
        user = self.user()
        self._give_files_to(user)
        return [*prefix, "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def _give_files_to(self, user: pwd.struct_passwd) -> None:
        for directory, _, files in os.walk(self.tempdir):
            for path in (directory, *(os.path.join(directory, name) for name in files)):
                with contextlib.suppress(FileNotFoundError):  # a running server removes files of its own
                    os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)

    def _kill(self, parent: psutil.Popen) -> None:
        if parent.poll() is None:  # pifpaf would end whatever has the number of a process that is long gone
            super()._kill(parent)

    def _release_guards(self) -> None:
        for pid in list(self._guards):
            self._guards.pop(pid).release()
