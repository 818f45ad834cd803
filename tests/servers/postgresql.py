"""PostgreSQL for tests: durable, so that what is committed outlives a kill of the server."""

from __future__ import annotations

import glob
import os
import signal
from typing import Any

import psutil
import psycopg
from pifpaf.drivers import postgresql

from tests.servers.guard import free_port
from tests.servers.private import PrivateDriver
from tests.servers.server import Server


def debian_programs() -> list[str]:
    """The directory of the newest PostgreSQL that Debian installed: its servers aren't on the PATH."""
    return sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: (len(path), path))[-1:]


class PostgreSQLDriver(postgresql.PostgreSQLDriver, PrivateDriver):
    """pifpaf's driver, with the server in the foreground, so that its pid and last words are known."""

    account = "postgres"
    program = "pg_ctl"
    programs_in = debian_programs()
    stop_signal = signal.SIGINT  # on SIGTERM it would wait for its clients to go

    def __init__(self) -> None:
        super().__init__(port=free_port(), sync=True)  # the port only names the socket

    def environment(self) -> dict[str, str]:
        return {"LC_ALL": "C.UTF-8", "LANGUAGE": "C"}  # else encoding and messages would be the user's

    def _exec(self, command: list[str], **options: Any) -> tuple[psutil.Popen | None, bytes | None]:
        if command[-1] == "stop" and not self.alive():
            return None, None
        if command[-1] == "start":
            server = os.path.join(os.path.dirname(command[0]), "postgres")
            command = [server, "-k", self.tempdir, "-p", str(self.port), "-h", self.host]
            options["wait_for_line"] = "ready to accept connections"
        return super()._exec(command, **options)


class PostgreSQL(Server):
    """A PostgreSQL server: ``fresh_database()`` for each test."""

    name = "PostgreSQL"
    package = "postgresql"
    driver_class = PostgreSQLDriver

    @property
    def url(self) -> str:
        return self._url("postgres")

    def fresh_database(self) -> str:
        """The SQLAlchemy URL of a new, empty database (UTF-8)."""
        name = f"heatlite_{next(self._numbers)}"
        address = self._url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._url(name)

    def _url(self, database: str) -> str:
        driver = self.driver
        user = driver.user().pw_name
        return f"postgresql+psycopg://{user}@/{database}?host={driver.tempdir}&port={driver.port}"
