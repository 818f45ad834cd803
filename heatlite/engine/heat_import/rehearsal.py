"""Rehearsal: what the first update of a stack would do here, found out before the stack is taken over.

::

    judged tree ──take over──▶ a database of its own, in a temporary directory ──plan──▶ what isn't as it was
                                     (nothing of it is left afterwards)

The plan is the one that clients are shown, of an update to the template, files and environment that the stack has. It
should do nothing: where it does something, heatlite computes something otherwise than the Heat that made the stack.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from heatlite import exception
from heatlite import template as language
from heatlite.context import EngineContext
from heatlite.db import migration, models, purge, stacks, templates
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.planned import MAY_CHANGE, Told
from heatlite.engine.decision.preview import Fate
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.heat_import.asking import Means
from heatlite.engine.heat_import.judge import JudgedStack
from heatlite.engine.heat_import.takeover import TakeOver
from heatlite.engine.operations import planning
from heatlite.engine.operations.validation import Submission
from heatlite.resources.registry import Registry

KEY_BYTES = 16
LONGEST_VALUE = 60
"""Characters of a value that differs, as a person is told."""


@dataclass(frozen=True)
class Planning:
    """What a plan is made with where there is no engine."""

    registry: Registry
    inputs: Inputs
    settings: Settings
    library: Library


class Rehearsal:
    """Takes trees over into a database of its own, and plans their first update there."""

    def __init__(self, means: Means) -> None:
        """Use this database, which nobody else has; ``open_rehearsal`` makes one."""
        self._means = means

    def changes(self, judged: JudgedStack) -> tuple[str, ...]:
        """What the first update would do, a sentence each; nothing, where it would do nothing."""
        context = EngineContext(self._means.database)
        TakeOver(self._means).take(judged)
        try:
            return tuple(self._planned(context, judged))
        except exception.HeatliteError as error:
            return (f"would be refused: {error}",)
        finally:
            self._forget(context, judged)

    def _planned(self, context: EngineContext, judged: JudgedStack) -> Iterator[str]:
        means, stack = self._means, stacks.get(context, judged.heat.id)
        assert stack is not None, "it has just been written"
        stored = templates.get(context, stack.raw_template_id)
        submission = Submission(stored.template, stored.files, language.Environment.parse(stored.environment))
        knowledge = Planning(means.registry, means.inputs, means.settings, Library(means.settings.operator_registry))
        yield from differences(planning.plan(knowledge, context, stack, submission)["changes"], "")

    def _forget(self, context: EngineContext, judged: JudgedStack) -> None:
        purge.remove(context, [it.heat.id for it in judged.tree()])
        with context.database.writer(context):
            for table in (models.raw_template, models.user_creds):
                context.connection.execute(sa.delete(table))


@contextmanager
def open_rehearsal(means: Means) -> Iterator[Rehearsal]:
    """Make a database for it in a temporary directory; secrets in it are encrypted by a key that only this process has.

    :param means: of the import itself; all of it but the database is used here too
    """
    with tempfile.TemporaryDirectory(prefix="heatlite-import-") as directory:
        vault = Vault((secrets.token_hex(KEY_BYTES),), encrypts=True)
        database = Database(DatabaseSettings(f"sqlite:///{directory}/rehearsal.sqlite3"), vault)
        try:
            migration.sync(database.engine)
            yield Rehearsal(replace(means, database=database))
        finally:
            database.dispose()


def differences(changes: list[Told], prefix: str) -> Iterator[str]:
    """What isn't as it was, of a plan's changes and of what is nested in them.

    A resource that only may change, because another does or what is nested in it does, isn't told by itself.
    """
    for change in changes:
        place = f"{prefix}resources.{change['resource_name']}"
        nested = change.get("nested") or ()
        below = [each for child in nested for each in differences(child["changes"], f"{place}.")]
        yield from below
        is_certain = change["fate"] not in (Fate.UNCHANGED, MAY_CHANGE)
        if is_certain and not (below and not change["properties"]):
            yield f"{place} ({change['resource_type']}) would be {change['fate']}{why(change)}"


def why(change: Told) -> str:
    """The reason and the properties that differ, in brackets."""
    differing = [f"{it['name']}: {short(it['before'])} → {short(it['after'])}" for it in change["properties"]]
    reasons = [*([change["reason"]] if change["reason"] else []), *differing]
    return f": {'; '.join(reasons)}" if reasons else ""


def short(value: Any) -> str:
    """A value as Python prints it, shortened."""
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
