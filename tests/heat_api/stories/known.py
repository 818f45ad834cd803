"""Notes that differ and are meant to: each exactly as it is on both sides, with its reason.

A note that differs in any other way isn't known. doc/heat-api.md and doc/differences.md
tell the important ones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

Note = tuple[str, Any]
ANY = object()
"""Any case."""
CASES = ("case", "says", "an output of")
"""Notes that tell of which case the next ones are."""

ROLLBACK = "a rollback returns to what was complete last; Heat's to the update before, though that had failed"
OUTPUT = "a mistake in an output is told with the output, and refuses nothing"
NAN = "neither JSON nor every database has a way to keep NaN"
READS = "what reads an attribute is updated only if the attribute may change; Heat calls it updated always"
UNUSABLE = "a signal that says nothing usable is refused; Heat takes it, and only its log tells"
WHOLE = "the whole of a group has the attributes of its type, and not those of its members that are read elsewhere"


@dataclass(frozen=True)
class Known:
    """A difference: of which story, what was noted, what only Heat's note has, what only ours has, and why.

    ``nth``: which of the story's notes of that name, from 0; None: any of them.
    """

    story: str
    what: str
    heat: Any
    ours: Any
    why: str
    case: Any = ANY
    nth: int | None = None

    def holds(self, story: str, heat: Note, ours: Note, case: Any, nth: int) -> bool:
        """Whether it is this one."""
        of = case[0] if isinstance(case, list) and case else case
        is_here = (self.story, self.what) == (story, ours[0]) and (self.case is ANY or self.case in (of, case))
        is_it = is_here and heat[0] == ours[0] and self.nth in (None, nth)
        return is_it and parted(heat[1], ours[1]) == (self.heat, self.ours)


def reason_for(story: str, heat: Note, ours: Note, case: Any, nth: int = 0) -> str | None:
    """Why a note differs, if that is known.

    :param nth: how many notes of that name the story has before it
    """
    return next((it.why for it in KNOWN if it.holds(story, heat, ours, case, nth)), None)


def parted(one: Any, other: Any) -> tuple[Any, Any]:
    """What one value has and another hasn't, and the other way round: entries of maps, items of lists."""
    return less(one, other), less(other, one)


def less(one: Any, other: Any) -> Any:
    """A value without what another has as well; an item that is there twice counts twice."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: less(it, other.get(name)) for name, it in one.items() if name not in other or other[name] != it}
    if isinstance(one, list) and isinstance(other, list):
        left, found = Counter(map(repr, other)), []
        for item in one:
            if left[repr(item)]:
                left[repr(item)] -= 1
            else:
                found.append(item)
        return found
    return one


REFUSED, BAD_REQUEST = "400 StackValidationFailed", "400 HTTPBadRequest"
UNUSED_CONDITION = ["a condition nobody uses", "2013-05-23"]
IN_ITS_ROW = "what failed before anything was made is made in its row; Heat makes another row, and deletes the first"
TAGGED = "Heat fails (500) on a filter together with tags"
COLLATION = "MariaDB compares Heat's column without regard to case; with PostgreSQL Heat answers as heatlite does"
NAMED = "both refuse it, by errors of another name"
BEGUN = "Heat begins an update of what it then replaces, and calls it UPDATE_COMPLETE"
READ = {"unchanged": [], "updated": ["b"]}
NOT_READ = {"unchanged": ["b"], "updated": []}
JOINED = "what Heat has as a stack of its own is nested, and its resources are listed with those of the stack it is in"
INSIDE = [
    *(f"{member}/{name} OS::Heat::TestResource CREATE_COMPLETE" for member in "01" for name in "ab"),
    "g/0 child.yaml CREATE_COMPLETE",
    "g/1 child.yaml CREATE_COMPLETE",
    "w/a OS::Heat::TestResource CREATE_COMPLETE",
    "w/g OS::Heat::ResourceGroup CREATE_COMPLETE",
]
NEITHER: tuple[Any, ...] = (
    {"a": 1},
    {"status": "x"},
    {"current": "nonsense"},
    {"state": "ok"},
    {"current": "alarm"},
    {"adjustment_type": "nonsense", "scaling_adjustment": 1},
)
"""Signals to a wait condition's handle with which nobody can do anything."""


def of_a_rollback(what: str, heat: Any, ours: Any, nth: int) -> Known:
    """What comes of it that Heat rolls back to a template whose update had failed, and fails once more."""
    return Known("failing_updates", what, heat, ours, ROLLBACK, nth=nth)


KNOWN: tuple[Known, ...] = (
    *(Known("signals", "signal h", 200, "400 Invalid", UNUSABLE, case=said) for said in NEITHER),
    Known("a_wait_condition_that_fails", "signal h", 200, "400 Invalid", UNUSABLE, nth=0),
    Known("a_wait_condition_that_fails", "signal h", 200, "400 Invalid", UNUSABLE, nth=1),
    Known("references_to_what_failed", "happened", {"a DELETE_COMPLETE": 1}, {}, IN_ITS_ROW, nth=1),
    Known(
        "parameters_that_cannot_be_bound",
        "resources",
        ["/n short.yaml CREATE_COMPLETE"],
        ["/n short.yaml UPDATE_COMPLETE"],
        IN_ITS_ROW,
        nth=1,
    ),
    of_a_rollback("update ended", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE", 1),
    of_a_rollback(
        "happened",
        {"b CREATE_FAILED": 2, "b DELETE_COMPLETE": 1},
        {"b CREATE_COMPLETE": 1, "b CREATE_FAILED": 1, "b DELETE_COMPLETE": 2},
        2,
    ),
    of_a_rollback("outputs", {"a": "two", "b": None}, {"a": "one", "b": "one"}, 1),
    of_a_rollback("happened", {"b CREATE_COMPLETE": 1, "b DELETE_COMPLETE": 2}, {"b UPDATE_COMPLETE": 1}, 3),
    of_a_rollback(
        "resources",
        ["/b OS::Heat::TestResource CREATE_COMPLETE"],
        ["/b OS::Heat::TestResource UPDATE_COMPLETE"],
        0,
    ),
    *(
        Known(story, "outputs", {"whole": {"resource.0.resource.a": "PHYSICAL NAME"}}, {"whole": {}}, WHOLE)
        for story in ("paths_after_a_groups_attributes", "import of paths")
    ),
    Known("import of separate", "resources", [], INSIDE, JOINED, nth=0),
    Known("immutable_and_fixed", "happened", {"a UPDATE_COMPLETE": 1}, {}, BEGUN),
    Known("outputs_that_fail", "preview", REFUSED, 200, OUTPUT, case="{get_attr: [nosuch, output]}"),
    Known("outputs_that_fail", "validate", BAD_REQUEST, 200, OUTPUT, case="{get_attr: [nosuch, output]}"),
    Known("outputs_that_fail", "preview", REFUSED, 200, OUTPUT, case="{get_attr: [g, nosuch]}"),
    Known("refused_and_taken", "preview", REFUSED, "400 InvalidTemplateSection", NAMED, case=UNUSED_CONDITION),
    Known("refused_and_taken", "preview", 200, REFUSED, NAN, case="NaN"),
    Known("refused_and_taken", "validate", 200, BAD_REQUEST, NAN, case="NaN"),
    Known("lists", "listed", ["-1"], [], COLLATION, nth=3),
    Known("lists", "list status=COMPLETE", "500 RemoteError", 200, TAGGED, nth=1),
    Known("lists", "listed", [[]], [["-2", "-1", "-0"]], TAGGED, nth=10),
    Known("dry_runs", "changes", READ, NOT_READ, READS, case="nothing"),
    Known("dry_runs", "changes", READ, NOT_READ, READS, case="more"),
)
