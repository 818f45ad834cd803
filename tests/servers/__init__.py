"""Real servers for tests: RabbitMQ, MariaDB and PostgreSQL, each started once a run, when a test asks for it.

::

    begin_all()   what the collected tests name boots in the background, while other tests run
        |
    start()       waits for it; then url, pid, fresh_database() or fresh_vhost(), counters
        |
    kill(), restart(), with down():    for chaos; same address, same data
        |
    stop()        gone, with all it stored

A server is this run's own: a private directory, a private socket or free ports of 127.0.0.1. It is gone after
the run however that ends: by a fixture's finalizer, else by ``atexit``, else by its guard (see guard.py).
"""

from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.server import Server, ServerUnavailable, begin_all

__all__ = ["MariaDB", "PostgreSQL", "RabbitMQ", "Server", "ServerUnavailable", "begin_all"]
