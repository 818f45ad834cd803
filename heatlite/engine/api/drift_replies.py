"""Replies about drift that the observer has recorded. Pure: records in, plain JSON out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from heatlite.db.observations import ObservationRecord
from heatlite.db.records import StackRecord
from heatlite.engine.api.replies import Reply, time
from heatlite.engine.decision import observing


def listed(summaries: Sequence[Reply], numbers: Mapping[str, tuple[int, float | None]]) -> list[Reply]:
    """Add to stacks of a list how many of their resources differ (``drifted``), and when that was seen."""
    found = []
    for summary in summaries:
        drifted, looked_at = numbers.get(summary["stack_identity"]["stack_id"], (0, None))
        found.append({**summary, "drifted": drifted, "looked_at": moment(looked_at)})
    return found


def shown(stack: StackRecord, record: ObservationRecord | None) -> Reply:
    """Return what was recorded of a stack: of a root with its nested stacks, of a nested stack by itself.

    ``looked_at`` is None if the observer hasn't looked yet. ``left_alone``: why a stack that asks to be kept isn't
    repaired; None if it doesn't ask, nothing differs, or a repair was begun.
    """
    record = record or ObservationRecord(stack.id, 0.0)
    drift = [it for it in observing.read(record.drift).values() if not stack.is_nested or it.stack_id == stack.id]
    return {
        "looked_at": moment(record.looked_at),
        "seen": record.seen,
        "unseen": record.unseen,
        "left_alone": record.left_alone,
        "repairs": [moment(it) for it in record.repairs],
        "drift": [
            {
                "stack_id": it.stack_id,
                "resource_name": it.name,
                "resource_type": it.type,
                "physical_resource_id": it.physical_id or "",
                "since": moment(it.since),
                "details": it.words,
            }
            for it in sorted(drift, key=lambda it: (it.stack_id, it.name))
        ],
    }


def moment(seconds: float | None) -> str | None:
    """Write seconds since the epoch as Heat writes times."""
    if seconds is None:
        return None
    return time(datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).replace(tzinfo=None))
