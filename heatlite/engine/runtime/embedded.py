"""Embedded: the same engine inside the calling process. A SQLite file and an in-memory transport; the same code paths.

    state directory             0700, and all files in it 0600: see ``state_directory``
      heatlite.sqlite3          everything that matters, as in a daemon's database
      auth_encryption_key       what encrypts the secrets in it; made at the first start, for its owner's eyes only
      engine-<id>.lock          held while a process's engine lives: others know at once when it doesn't

What a process leaves unfinished is given back when it closes, or found dead by the next one, and goes on there.
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
from heatlite.engine.runtime import key_file, state_directory
from heatlite.engine.runtime.process import EngineProcess, Surroundings
from heatlite.rpc import transport

SERVES_WITHIN = 60.0
"""Seconds; there is no broker to wait for."""
MEMORY = "kombu+memory://localhost//?heartbeat_timeout_threshold=0"


@dataclass
class Embedded:
    """An engine in this process."""

    database: Database
    transport: oslo_messaging.Transport
    engine: EngineProcess
    _closed: bool = False

    def unfinished(self) -> int:
        """How many stacks have an operation that hasn't ended, or resources that are still at it."""
        return len(stacks.in_progress(self.engine.shared.context()))

    def close(self) -> None:
        """Give back what isn't finished, and leave. Calling it again does nothing."""
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
    """Start an engine on the database in this directory, which is made if it isn't there.

    :param keys: those that are configured; the directory's own comes after them
    :param cloud: how the cloud's services are reached; None: not at all
    :param encrypts: whether hidden parameters and resources' data are to be encrypted
    :raises ConfigurationError: when one of the keys isn't one
    """
    file = state_directory.prepare(directory)
    vault = Vault((*keys, key_file.key(directory)), encrypts)
    database = Database(DatabaseSettings(f"sqlite:///{file}"), vault)
    _migrate(database, directory)
    memory = transport.get(conf, MEMORY)
    locks = FileLocks(database, directory)
    engine = EngineProcess(Surroundings(database, memory, settings, file_locks=locks, cloud=cloud))
    engine.start()
    engine.servers.ready.wait(SERVES_WITHIN)
    return Embedded(database, memory, engine)


def _migrate(database: Database, directory: pathlib.Path) -> None:
    """Bring the file to the schema of today, one process at a time."""
    with open(directory / "migration.lock", "w", opener=state_directory.open_private) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if migration.version(database.engine) != migration.latest():
            migration.sync(database.engine)
