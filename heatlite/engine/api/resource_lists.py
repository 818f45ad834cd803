"""Filter a stack's resources for a client's list, and find which names require each.

Both take the active row of each name, which ``convergence.serving.active_rows`` finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from heatlite.db.records import ResourceRecord
from heatlite.engine.api.arguments import invalid, mapping
from heatlite.engine.api.queries import split_state
from heatlite.template import Template

Test = Callable[[ResourceRecord, str], bool]

FILTERS: Mapping[str, Test] = {
    "id": lambda row, value: value in (row.uuid, str(row.id)),
    "uuid": lambda row, value: row.uuid == value,
    "name": lambda row, value: row.name == value,
    "resource_name": lambda row, value: row.name == value,
    "action": lambda row, value: row.action == value,
    "status": lambda row, value: split_state(value) in (("", row.status), (row.action, row.status)),
    "status_reason": lambda row, value: row.status_reason == value,
    "physical_resource_id": lambda row, value: row.physical_resource_id == value,
    "type": lambda row, value: value in row.type,
}


def required_by(
    rows: Iterable[ResourceRecord], serving: Mapping[str, ResourceRecord], template: Template
) -> dict[str, list[str]]:
    """Return name → the names of the shown rows that require it, in alphabetical order.

    The template has the requirements of resources that haven't begun, too, as in Heat. A row has those that its type
    implies without the template naming them, and those of a name that has left the template.
    """
    names = {row.id: row.name for row in rows}
    found: dict[str, set[str]] = {name: set() for name in serving}
    for row in serving.values():
        definition = template.resources.get(row.name)
        written = definition.requires if definition is not None else ()
        for name in (*written, *(names.get(it, "") for it in row.requires)):
            found.get(name, set()).add(row.name)
    return {name: sorted(requirers) for name, requirers in found.items()}


def matching(serving: Mapping[str, ResourceRecord], wanted: Any) -> list[ResourceRecord]:
    """Return the shown rows that pass every filter; a list in a filter means any of its values.

    :raises Invalid: when there is no such filter, or its value isn't text
    """
    tests = [_test(word, value) for word, value in mapping("filters", wanted).items() if value is not None]
    return [row for row in serving.values() if all(test(row) for test in tests)]


def _test(word: str, value: Any) -> Callable[[ResourceRecord], bool]:
    if word not in FILTERS:
        raise invalid(f'there is no filter "{word}"; those are {", ".join(FILTERS)}')
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in values):
        raise invalid(f'the filter "{word}" takes a string or a list of them, not {value!r:.80}')
    return lambda row: any(FILTERS[word](row, each) for each in values)
