"""A command's session with the engine in its own process. What needs only the database starts no engine.

list_stacks       ──▶ LocalReader ──▶ heatlite.sqlite3
any other method  ──▶ the engine, which starts at the first of them, and then answers all
"""

from __future__ import annotations

import logging
import os
import pathlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from oslo_config import cfg

from heatlite.cmd import quiet

quiet.without_eventlet()  # before oslo.db imports oslo.utils, which looks for it

from heatlite.engine.runtime.local_reader import LocalReader, ReaderSettings, open_reader  # noqa: E402
from heatlite.rpc.engine_client import Caller, Context, EngineClient  # noqa: E402

if TYPE_CHECKING:
    from heatlite.engine.runtime.embedded import Embedded

LOG = logging.getLogger(__name__)

STATE_DIRECTORY = "HEATLITE_STATE_DIR"


class EmbeddedSession:
    """A client of an engine in this process, which starts when it is needed.

    :param conf: the configuration, with heatlite's options
    :param directory: the state directory
    """

    embedded = True

    def __init__(self, conf: cfg.ConfigOpts, directory: pathlib.Path) -> None:
        self._conf, self._directory = conf, directory
        self._engine: Embedded | None = None
        self.client = EngineClient(self)

    def call(self, context: Context, method: str, version: str, timeout: float | None, **arguments: Any) -> Any:
        """Call a method of the client API, as ``Caller`` describes.

        When reading fails, the engine is asked: it knows which errors are the client's.

        :raises HeatliteError: the engine's error
        """
        reader = self._reader if self._engine is None else None
        if reader is not None and reader.answers(method):
            try:
                return reader.call(context, method, **arguments)
            except Exception as error:
                LOG.debug("%s needs an engine, after a %s", method, type(error).__name__)
        return self._calls_engine.call(context, method, version, timeout, **arguments)

    def unfinished(self) -> int:
        """Count the operations in progress in the local database."""
        if self._engine is not None:
            return self._engine.unfinished()
        return 0 if self._reader is None else self._reader.unfinished()

    def resume(self) -> None:
        """Let an engine work on the unfinished operations."""
        self._calls_engine  # noqa: B018 - the access starts it

    def close(self) -> None:
        """Give unfinished work back and leave."""
        self._close_reader()
        if self._engine is not None:
            self._engine.close()

    @cached_property
    def _reader(self) -> LocalReader | None:
        settings = ReaderSettings(self._conf.max_listed, tuple(self._conf.hidden_stack_tags))
        return open_reader(self._directory, settings, self._conf.auth_encryption_key)

    @cached_property
    def _calls_engine(self) -> Caller:
        """Start the engine, and return what carries calls to it."""
        from heatlite.cmd import connect  # most of a command's imports

        self._close_reader()
        self._engine = connect.start_engine(self._conf, self._directory)
        return connect.caller_of(self._engine.transport)

    def _close_reader(self) -> None:
        if (reader := self.__dict__.pop("_reader", None)) is not None:
            reader.close()


def state_directory() -> pathlib.Path:
    """Return the directory of the embedded engine's database:

    ``$HEATLITE_STATE_DIR``, else the user's state directory.
    """
    if directory := os.environ.get(STATE_DIRECTORY):
        return pathlib.Path(directory)
    state = os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state"
    return pathlib.Path(state) / "heatlite"
