"""Answer from the state directory's database what needs no engine.

To start an engine is most of what a command that lists stacks does: it imports every resource type, the template
language and the messaging. So this module imports none of these, and ``tests/unit/cmd/test_starts.py`` holds that.

    list_stacks, the number of unfinished operations      here
    everything else                                       the embedded engine
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.context import EngineContext, RequestContext
from heatlite.db import migration, stacks
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.api import arguments, stack_lists
from heatlite.engine.api.stack_summary import Reply
from heatlite.engine.runtime import state_directory
from heatlite.rpc.queries import StackQuery


@dataclass(frozen=True)
class ReaderSettings:
    """The part of an engine's settings that lists need."""

    max_listed: int
    hidden_stack_tags: tuple[str, ...] = ()


class LocalReader:
    """Reads the database of a state directory. It has the newest schema, and nothing here writes."""

    def __init__(self, database: Database, settings: ReaderSettings) -> None:
        self._database, self._settings = database, settings
        self._methods: Mapping[str, Callable[..., Any]] = {"list_stacks": self._list_stacks}

    def answers(self, method: str) -> bool:
        """Tell whether ``call`` has an answer to this method of the client API."""
        return method in self._methods

    def call(self, wire: Mapping[str, Any], method: str, **given: Any) -> Any:
        """Return what an engine would reply.

        :param wire: the request's context, as a client sends it
        :raises HeatliteError: when an argument is invalid
        """
        arguments.check_context(wire)
        arguments.check(given)
        return self._methods[method](RequestContext(self._database, wire), **given)

    def _list_stacks(self, context: RequestContext, **given: Any) -> list[Reply]:
        return stack_lists.listed(self._settings, context, arguments.collected(StackQuery, given))

    def unfinished(self) -> int:
        """Return the number of stacks with an unfinished operation, or with resources that are still in progress."""
        return len(stacks.in_progress(EngineContext(self._database)))

    def close(self) -> None:
        """Close the connections."""
        self._database.dispose()


def open_reader(directory: pathlib.Path, settings: ReaderSettings, keys: Sequence[str] = ()) -> LocalReader | None:
    """Open the database in this directory. Return None when an engine has to create or to migrate it first.

    :param keys: the configured encryption keys; the directory's own key comes after them
    :raises ConfigurationError: when a key isn't valid
    """
    if not (directory / state_directory.DATABASE_FILE).exists():
        return None
    file = state_directory.prepare(directory)
    vault = Vault((*keys, state_directory.key(directory)))
    database = Database(DatabaseSettings(f"sqlite:///{file}"), vault)
    if migration.version(database.engine) != migration.latest():
        database.dispose()
        return None
    return LocalReader(database, settings)
