"""Plan the first update of a stack in heatlite, before the stack is taken over.

::

    judged tree ──take over──▶ a temporary database, deleted afterwards ──plan──▶ the changes of the first update

The plan is the one that clients see, for an update to the stack's own template, files and environment. It should change
nothing. If it changes something, heatlite computes a value in another way than the Heat that made the stack.
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
from heatlite.convergence.model import Action, Status
from heatlite.db import migration, models, purge, stacks, templates
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.db.software_models import software_config, software_deployment
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
from heatlite.resources.builtin.stack import CONTEXT, REGION, Stack
from heatlite.resources.registry import Registry

KEY_BYTES = 16
LONGEST_VALUE = 60
"""Characters of a differing value that are shown."""


class StackOfHere(Stack):
    """An OS::Heat::Stack whose stack is in the database that is imported. So the region that it names is this one.

    The command has no cloud to ask for the region.
    """

    def validate(self) -> None:
        """Check what is named beside the region."""
        if set(self.properties[CONTEXT] or {}) - {REGION}:
            super().validate()


@dataclass(frozen=True)
class Planning:
    """The parts that planning needs when there is no engine."""

    registry: Registry
    inputs: Inputs
    settings: Settings
    library: Library


class Rehearsal:
    """Takes trees over into a temporary database, and plans their first update there."""

    def __init__(self, means: Means) -> None:
        """Use a database that nothing else uses; ``open_rehearsal`` creates one."""
        self._means = means

    def changes(self, judged: JudgedStack) -> tuple[str, ...]:
        """Return a sentence for each change of the first update; empty if it would change nothing."""
        context = EngineContext(self._means.database)
        TakeOver(self._means).take(judged)
        self._resume(context)
        try:
            return tuple(self._planned(context, judged))
        except exception.HeatliteError as error:
            return (f"would be refused: {error}",)
        finally:
            self._forget(context, judged)

    def _resume(self, context: EngineContext) -> None:
        """Mark what is suspended as resumed. An update of a suspended stack is refused, so a resume comes before it."""
        with context.database.writer(context):
            for table in (models.stack, models.resource):
                suspended = (table.c.action == Action.SUSPEND, table.c.status == Status.COMPLETE)
                context.connection.execute(sa.update(table).where(*suspended).values(action=Action.RESUME))

    def _planned(self, context: EngineContext, judged: JudgedStack) -> Iterator[str]:
        means, stack = self._means, stacks.get(context, judged.heat.id)
        assert stack is not None, "it has just been written"
        stored = templates.get(context, stack.raw_template_id)
        submission = Submission(stored.template, stored.files, language.Environment.parse(stored.environment))
        registry = means.registry.with_others({"OS::Heat::Stack": StackOfHere})
        knowledge = Planning(registry, means.inputs, means.settings, Library(means.settings.operator_registry))
        yield from differences(planning.plan(knowledge, context, stack, submission)["changes"], "")

    def _forget(self, context: EngineContext, judged: JudgedStack) -> None:
        purge.remove(context, [it.heat.id for it in judged.tree()])
        with context.database.writer(context):
            for table in (software_deployment, software_config, models.raw_template, models.user_creds):
                context.connection.execute(sa.delete(table))


@contextmanager
def open_rehearsal(means: Means) -> Iterator[Rehearsal]:
    """Open a rehearsal with a temporary database. Its secrets are encrypted with a key that only this process has.

    :param means: those of the import; all of them but the database are used here, too
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
    """Yield a sentence for each certain change of a plan and its nested stacks.

    A resource that only may change, because another resource or its nested stack changes, gets no sentence of its own.
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
    """Return the reason of a change and the differing properties."""
    differing = [f"{it['name']}: {short(it['before'])} → {short(it['after'])}" for it in change["properties"]]
    reasons = [*([change["reason"]] if change["reason"] else []), *differing]
    return f": {'; '.join(reasons)}" if reasons else ""


def short(value: Any) -> str:
    """Return a value as Python prints it, shortened."""
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
