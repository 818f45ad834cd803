"""MariaDB for tests: durable, as by its own defaults, and with exact counts of statements."""

from __future__ import annotations

from typing import Any

import psutil
import pymysql
from pifpaf.drivers import mysql

from tests.servers.private import PrivateDriver
from tests.servers.server import Server

# One statement, so that what it costs itself is in both counts and cancels out.
COUNTS = """
SELECT everyone.variable_name, everyone.variable_value - own.variable_value
FROM information_schema.global_status everyone
JOIN information_schema.session_status own USING (variable_name)
WHERE variable_name = 'QUESTIONS' OR variable_name LIKE 'COM\\_%'
"""


class MariaDBDriver(mysql.MySQLDriver, PrivateDriver):
    """pifpaf's driver for MySQL, for MariaDB; it listens on a socket only."""

    account = "mysql"
    program = "mysqld"
    programs_in = ["/usr/libexec"]
    monitor: pymysql.Connection | None = None  # its own statements are left out of the counts

    def _exec(self, command: list[str], **options: Any) -> tuple[psutil.Popen | None, bytes | None]:
        if options.get("wait_for_line"):
            options["wait_for_line"] = "ready for connections"  # it calls itself mysqld or mariadbd
        words = [word for word in command if not word.startswith("--user=")]  # the account is set already
        return super()._exec(words, **options)


class MariaDB(Server):
    """A MariaDB server: a ``fresh_database()`` for each test, ``statement_counts()`` before and after."""

    name = "MariaDB"
    package = "mariadb-server"
    driver_class = MariaDBDriver

    @property
    def url(self) -> str:
        return self._url("mysql")

    def fresh_database(self) -> str:
        """The SQLAlchemy URL of a new, empty database (utf8mb4)."""
        name = f"heatlite_{next(self._numbers)}"
        self._query(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return self._url(name)

    def statement_counts(self) -> dict[str, int]:
        """How many statements all clients have sent since the server started; this question isn't counted.

        ``{"Questions": 17, "Com_select": 9, "Com_begin": 2, …}``: first all of them, then each kind.
        """
        return {name.capitalize(): int(count) for name, count in self._query(COUNTS)}

    def ask(self, statement: str) -> Any:
        """The rows that a statement finds, by the connection whose statements ``statement_counts`` leaves out."""
        return self._query(statement)

    def _url(self, database: str) -> str:
        return f"mysql+pymysql://root@localhost/{database}?unix_socket={self.driver.socket}&charset=utf8mb4"

    def _query(self, statement: str) -> Any:
        driver = self.driver
        if driver.monitor is None:
            driver.monitor = pymysql.connect(unix_socket=driver.socket, user="root", autocommit=True)
        driver.monitor.ping(reconnect=True)
        with driver.monitor.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
