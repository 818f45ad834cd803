"""A database server and a broker, reached through proxies."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL
from tests.servers.proxy import Proxy, to_path, to_port
from tests.servers.rabbitmq import RabbitMQ, vhost_of

PLAIN = "heatlite"
"""An account of MariaDB's without powers."""


@dataclass
class Proxied:
    """A fresh database and a fresh virtual host, each behind a proxy.

    ``url`` and ``bus`` go through the proxies; ``direct`` is the database's own address, ``vhost`` the host's name.
    """

    database: MariaDB | PostgreSQL
    broker: RabbitMQ
    proxies: dict[str, Proxy] = field(init=False)
    direct: str = field(init=False)
    url: str = field(init=False)
    bus: str = field(init=False)
    vhost: str = field(init=False)

    def __post_init__(self) -> None:
        port = self.broker.driver.port
        self.direct, bus = self.database.fresh_database(), self.broker.fresh_vhost()
        self.proxies = {"database": Proxy(to_path(socket_of(self.database))), "broker": Proxy(to_port(port))}
        self.url = through(self._plain_account(), self.proxies["database"].port)
        self.bus = bus.replace(f":{port}/", f":{self.proxies['broker'].port}/")
        self.vhost = vhost_of(bus)

    def _plain_account(self) -> str:
        """The database's address for an account without powers: a read-only MariaDB lets administrators write."""
        if not isinstance(self.database, MariaDB):
            return self.direct
        take_powers(self.direct)
        return sa.make_url(self.direct).set(username=PLAIN).render_as_string(hide_password=False)

    def close(self) -> None:
        """End the proxies."""
        for proxy in self.proxies.values():
            proxy.close()


def take_powers(address: str) -> None:
    """Have MariaDB, which was started without accounts, ask who somebody is: ``PLAIN`` owns one database, no more."""
    url = sa.make_url(address)
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in (
            "FLUSH PRIVILEGES",
            "ALTER USER root@localhost IDENTIFIED BY ''",
            f"CREATE USER IF NOT EXISTS {PLAIN}@localhost",
            f"GRANT ALL ON {url.database}.* TO {PLAIN}@localhost",
        ):
            connection.exec_driver_sql(statement)


def socket_of(server: MariaDB | PostgreSQL) -> str:
    """The socket that a database server listens on."""
    driver = server.driver
    return str(driver.socket) if isinstance(server, MariaDB) else f"{driver.tempdir}/.s.PGSQL.{driver.port}"


def through(address: str, port: int) -> str:
    """The URL of a database, reached through a port of 127.0.0.1 in place of its socket.

    Without TLS, by which a proxy couldn't tell a COMMIT from other words; MariaDB speaks it by itself from 11.4 on.
    """
    url = sa.make_url(address)
    query = {name: value for name, value in url.query.items() if name not in ("unix_socket", "host", "port")}
    query |= {"ssl_disabled": "true"} if url.get_backend_name() == "mysql" else {}
    return url.set(host="127.0.0.1", port=port, query=query).render_as_string(hide_password=False)
