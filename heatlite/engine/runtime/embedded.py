"""Run the engine inside the calling process, with a SQLite file and an in-memory transport. The code is the same.

    state directory             0700, and all files in it 0600: see ``state_directory``
      heatlite.sqlite3          the same tables as in a daemon's database
      auth_encryption_key       encrypts the secrets in the database; created at the first start
      engine-<id>.lock          locked while a process's engine lives, so others see at once when it dies

When a process closes (its command is over, or Ctrl-C), ``EngineProcess.stop`` lets running steps end and gives the
waiting ones back: their nodes are SCHEDULED again, and their progress stays in the rows. Only the database knows of
them. The next command, of any kind, starts an engine here, and its sweeps find them: ``Sweeper.lost_casts`` queues the
nodes that have been due for ``recast_after`` (5 s here), and the backlog puller takes them.
``EngineCommand.finish_unfinished`` waits for the end. When a process dies instead, ``Sweeper.dead_engines`` of the next
one takes over its locks and nodes.
"""

from __future__ import annotations

import fcntl
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass

import oslo_messaging
from oslo_config import cfg

from heatlite.clients.settings import Settings as CloudSettings
from heatlite.db import migration, stacks
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.common.settings import Settings
from heatlite.engine.membership.liveness import FileLocks
from heatlite.engine.runtime import state_directory
from heatlite.engine.runtime.process import EngineProcess, Surroundings
from heatlite.rpc import transport

SERVES_WITHIN = 60.0
"""Seconds to wait until the engine serves; there is no broker to wait for."""
MEMORY = "kombu+memory://localhost//?heartbeat_timeout_threshold=0"


@dataclass
class Embedded:
    """An engine in this process."""

    database: Database
    transport: oslo_messaging.Transport
    engine: EngineProcess
    _closed: bool = False

    def unfinished(self) -> int:
        """Return the number of stacks with an unfinished operation, or with resources that are still in progress."""
        return len(stacks.in_progress(self.engine.shared.context()))

    def close(self) -> None:
        """Give unfinished work back, and stop the engine. A second call does nothing."""
        if not self._closed:
            self._closed = True
            self.engine.stop()
            self.transport.cleanup()
            self.database.dispose()


def open_engine(
    conf: cfg.ConfigOpts,
    directory: pathlib.Path,
    settings: Settings,
    keys: Sequence[str] = (),
    encrypts: bool = False,
    cloud: CloudSettings | None = None,
) -> Embedded:
    """Start an engine on the database in this directory; create the database if it doesn't exist.

    :param keys: the configured encryption keys; the directory's own key comes after them
    :param cloud: how the cloud's services are reached; None: not at all
    :param encrypts: encrypt hidden parameters and resources' data
    :raises ConfigurationError: when a key isn't valid
    """
    file = state_directory.prepare(directory)
    vault = Vault((*keys, state_directory.key(directory)), encrypts)
    database = Database(DatabaseSettings(f"sqlite:///{file}"), vault)
    _migrate(database, directory)
    memory = transport.get(conf, MEMORY)
    locks = FileLocks(database, directory)
    engine = EngineProcess(Surroundings(database, memory, settings, file_locks=locks, cloud=cloud))
    engine.start()
    engine.servers.ready.wait(SERVES_WITHIN)
    return Embedded(database, memory, engine)


def _migrate(database: Database, directory: pathlib.Path) -> None:
    """Migrate the database to the newest schema, one process at a time."""
    with open(directory / "migration.lock", "w", opener=state_directory.open_private) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if migration.version(database.engine) != migration.latest():
            migration.sync(database.engine)
