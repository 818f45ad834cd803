"""Notes that differ and are meant to, each with its reason; doc/heat-api.md tells the important ones."""

from __future__ import annotations

from typing import Any

UNUSABLE = "a signal that says nothing usable is refused (400); Heat takes it, and only its log tells"
ROLLBACK = "a rollback returns to what was complete last; Heat's to the update before, though that had failed"
OUTPUT = "a mistake in an output is told with the output, and refuses nothing"
NAN = "neither JSON nor every database has a way to keep NaN"
TAGGED = "Heat fails (500) on a filter together with tags"
FILTERS = ("status=COMPLETE", "action=UPDATE", "action=update", "name=nosuch", "stack_name=nosuch")
CHANCE = "how far others have come when one fails is chance"
KNOWN: dict[tuple[str, str, Any], str] = {
    ("a_group_that_times_out", "resources", None): "Heat lets members go on for a while after the group has failed",
    ("a_wait_condition_that_fails", "signal h", None): UNUSABLE,
    ("signals", "signal h", None): UNUSABLE,
    (
        "references_to_what_failed",
        "happened",
        None,
    ): "what never got a physical id is made in its row, and not replaced",
    ("parameters_that_cannot_be_bound", "resources", None): "a nested stack that was never made is made by an update",
    ("failing_updates", "update ended", None): ROLLBACK,
    ("failing_updates", "happened", None): ROLLBACK,
    ("failing_updates", "outputs", None): ROLLBACK,
    ("failing_updates", "resources", None): ROLLBACK,
    (
        "paths_after_a_groups_attributes",
        "outputs",
        None,
    ): "all of a group's attributes are those of its type, whatever else the template reads",
    ("immutable_and_fixed", "happened", None): "Heat begins an update of what it then replaces",
    ("outputs_that_fail", "preview", "{get_attr: [nosuch, output]}"): OUTPUT,
    ("outputs_that_fail", "validate", "{get_attr: [nosuch, output]}"): OUTPUT,
    ("outputs_that_fail", "preview", "{get_attr: [g, nosuch]}"): OUTPUT,
    ("refused_and_taken", "preview", "a condition nobody uses"): "both refuse it, by errors of another name",
    ("refused_and_taken", "preview", "NaN"): NAN,
    ("refused_and_taken", "validate", "NaN"): NAN,
    ("dry_runs", "changes", None): "attributes count as they are now; Heat calls updated whatever reads one",
    ("stack_ids", "outputs", None): "a stack whose OS::stack_id is null has its own id for one",
}
"""Story, what is noted, and the case (None: any) → why heatlite's is another one."""


def reason_for(story: str, what: str, case: Any) -> str | None:
    """Why a note differs, if that is known."""
    of = case[0] if isinstance(case, list) and case else case
    return KNOWN.get((story, what, None)) or (KNOWN.get((story, what, of)) if isinstance(of, str) else None)
