"""Endings: work that is over, and what becomes of its row. Pure.

Keep, Create, UpdateInPlace, Perform, Collect     columns are written, and the lock released
Delete, Forget                                    the row goes
Nothing, Unmet                                    the row stays as it is
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from heatlite.convergence import decide
from heatlite.db.records import ResourceRecord
from heatlite.engine.decision import row_changes
from heatlite.engine.decision.row_changes import Changes
from heatlite.engine.definitions.work import Work
from heatlite.resources.outcomes import Done, Failed


@dataclass(frozen=True)
class Ending:
    """Work that is over. ``outcome`` is None where nothing was done; Failed, where the traversal goes on past that.

    ``follows_on``: its node was never claimed; what it follows is done in the same transaction.
    """

    work: Work
    outcome: Done | Failed | None
    follows_on: bool = False

    @property
    def fails(self) -> bool:
        return isinstance(self.outcome, Failed) or isinstance(self.work.decision, decide.Unmet)

    @property
    def requires_recheck(self) -> bool:
        """Whether its node has to look again: what was begun before is complete, and isn't all that is wanted."""
        ends = isinstance(self.outcome, Done)
        return ends and (isinstance(self.work.decision, decide.Resume) or row_changes.is_stale(self.work))

    @property
    def may_pause(self) -> bool:
        """Whether a hook after what was done is reached."""
        return isinstance(self.outcome, Done) and not self.requires_recheck

    @property
    def removes(self) -> bool:
        """Whether its row goes."""
        return isinstance(self.work.decision, decide.Delete | decide.Forget)

    def changes(self, template_id: int) -> Changes | None:
        """Column → value of its row, unless that goes; None where nothing is written."""
        work = self.work
        match work.decision, self.outcome:
            case decide.Keep(), _:
                return row_changes.kept(work, template_id)
            case ((decide.Perform() | decide.Resume()), Done() as done):
                return row_changes.visited(work, done)
            case decide.Collect(), Done() as done:
                return row_changes.collected(work, done)
            case _, Failed() as failure:
                return row_changes.failed(work, failure)
            case _, Done() as done:
                return row_changes.made(work, done, template_id)
        return None

    def row_after(self, template_id: int) -> ResourceRecord | None:
        """Return the row as it will be; None for a deleted row."""
        if self.removes:
            return None
        row, changes = self.work.row, self.changes(template_id)
        if changes is None:
            return row
        written = {**changes, "engine_id": None, "atomic_key": row.atomic_key + 1}
        if "requires" in written:
            written["requires"] = tuple(written["requires"])
        return dataclasses.replace(row, **written)
