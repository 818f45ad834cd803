"""Generate a template and adoption data of what a project has. Pure.

::

    Existing ──▶ things ──▶ those that the selection chooses, with their parts ──▶ definitions ──▶ Generated
                                                       ▲                              │
                                                       └──── without what its type refuses

The data are those of an export, in Heat's format, so that ``stack adopt`` takes the things over: by their ids, and
without asking a service for a change.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources.openstack.cinder.attachment import JOINED
from heatlite.resources.openstack.generation import things
from heatlite.resources.openstack.generation.describing import View, described
from heatlite.resources.openstack.generation.finding import Found, find, reached
from heatlite.resources.openstack.generation.references import References, named
from heatlite.resources.openstack.generation.things import Existing, Note, Thing

VERSION = "2021-04-16"
REFERENCES = ("get_resource", "get_param")
UNKNOWN = object()
"""What stands for a reference while properties are checked."""


@dataclass(frozen=True)
class Selection:
    """Which things are wanted: those of one of these names (with ``*`` and ``?``), tags or ids; without any, all.

    ``needed``: choose what the chosen ones refer to, too. Otherwise that is named by parameters.
    """

    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    needed: bool = False

    @property
    def is_all(self) -> bool:
        """Whether all things are wanted."""
        return not (self.names or self.tags or self.ids)

    def has(self, thing: Thing) -> bool:
        """Tell whether a thing is wanted by itself."""
        if thing.kind is things.ATTACHMENT:  # it has the id of its volume, and comes with its server
            return False
        is_named = bool(thing.name) and any(fnmatch.fnmatchcase(thing.name, it) for it in self.names)
        return is_named or thing.id in self.ids or not set(self.tags).isdisjoint(thing.tags)


@dataclass(frozen=True)
class Generated:
    """A template, and by name of resource what is adopted; and what is told."""

    template: dict[str, Any]
    resources: dict[str, dict[str, Any]]
    notes: tuple[Note, ...]

    @property
    def data(self) -> dict[str, Any]:
        """The adoption data, in the format of an export."""
        more = {"environment": {"parameters": {}}, "files": {}, "action": "CREATE", "status": "COMPLETE"}
        return {**more, "template": self.template, "resources": self.resources}


def generate(existing: Existing, selection: Selection) -> Generated:
    """Return the template and the data of those things of a project that a selection chooses."""
    found = find(existing)
    chosen, notes = list(_chosen(existing, found, selection)), list(found.notes)
    while True:  # what its type refuses is left out, and then others refer to it by a parameter
        names = named(chosen)
        view = view_of(existing, found, names)
        definitions = {name: definition_of(thing, view) for name, thing in names.items()}
        refused = {name: why for name, it in definitions.items() if (why := why_refused(names[name], it)) is not None}
        if not refused:
            break
        notes += [
            Note(f"{names[name].kind.word.replace('_', ' ')} {name}", names[name].id, why)
            for name, why in refused.items()
        ]
        gone = {place_of(names[name]) for name in refused}
        chosen = [it for it in chosen if place_of(it) not in gone]
    template: dict[str, Any] = {"heat_template_version": VERSION, "description": "What a project had"}
    if view.references.parameters:
        template["parameters"] = dict(sorted(view.references.parameters.items()))
    template["resources"] = definitions
    told = (*_of_these(notes, selection, names), *_unread(names))
    return Generated(template, {name: adopted(name, thing) for name, thing in names.items()}, told)


def definition_of(thing: Thing, view: View) -> dict[str, Any]:
    """Return a resource's definition."""
    return {"type": thing.kind.type_name, "properties": described(thing, view)}


def adopted(name: str, thing: Thing) -> dict[str, Any]:
    """Return a resource's adoption data."""
    joined = {JOINED: [thing.body["server_id"], thing.id]} if thing.kind is things.ATTACHMENT else {}
    return {
        "name": name,
        "resource_id": thing.id,
        "type": thing.kind.type_name,
        "action": "CREATE",
        "status": "COMPLETE",
        "metadata": {},
        "resource_data": joined,
    }


def view_of(existing: Existing, found: Found, chosen: Mapping[str, Thing]) -> View:
    """Return what descriptions of these things see."""
    references = References(chosen, existing, found.default_group)
    return View(
        references,
        {it["id"]: it for it in existing.subnets},
        {it["id"]: it for it in existing.ports},
        frozenset(existing.images),
    )


def why_refused(thing: Thing, definition: Mapping[str, Any]) -> str | None:
    """Return why the type refuses a definition; None if it doesn't."""
    try:
        thing.kind.plugin.checked_properties(_unknown(definition["properties"]), "properties", UNKNOWN)
    except StackValidationFailed as error:
        return f"the type can't say it: {error}"
    return None


def _unknown(value: Any) -> Any:
    if isinstance(value, Mapping):
        is_reference = len(value) == 1 and next(iter(value)) in REFERENCES
        return UNKNOWN if is_reference else {name: _unknown(it) for name, it in value.items()}
    return [_unknown(it) for it in value] if isinstance(value, list) else value


# --- selection --------------------------------------------------------------------------------------------------------


def _chosen(existing: Existing, found: Found, selection: Selection) -> Iterable[Thing]:
    by_place = {place_of(it): it for it in found.things}
    parts: dict[str, list[Thing]] = {}
    for thing in found.things:
        if thing.owner:
            parts.setdefault(thing.owner, []).append(thing)
    needs = needs_of(existing, found)
    if selection.is_all:
        start = [it for it in found.things if it.kind is not things.KEY]
        used = {place for it in start for place in needs(it) if place[0] == things.KEY.word}
        return [it for it in found.things if it.kind is not things.KEY or place_of(it) in used]

    def leads(place: tuple[str, str]) -> set[tuple[str, str]]:
        thing = by_place[place]
        others = {place_of(it) for it in parts.get(thing.id, ())}
        return others | (needs(thing) & by_place.keys() if selection.needed else set())

    chosen = reached(leads, [place_of(it) for it in found.things if selection.has(it)])
    return [it for it in found.things if place_of(it) in chosen]


def place_of(thing: Thing) -> tuple[str, str]:
    """Return what identifies a thing: an attachment has the id of its volume."""
    return thing.kind.word, f"{thing.owner}/{thing.id}" if thing.kind is things.ATTACHMENT else thing.id


def needs_of(existing: Existing, found: Found) -> Callable[[Thing], set[tuple[str, str]]]:
    """Return the function that tells the places of the things that a thing refers to."""
    names = named(found.things)
    view = view_of(existing, found, names)

    def needs(thing: Thing) -> set[tuple[str, str]]:
        return {place_of(names[it]) for it in referred(described(thing, view))}

    return needs


def referred(value: Any) -> set[str]:
    """Return the names of the resources that a value refers to."""
    if isinstance(value, Mapping):
        own = {value["get_resource"]} if value.keys() == {"get_resource"} else set()
        return own.union(*(referred(it) for it in value.values()))
    return set().union(*(referred(it) for it in value)) if isinstance(value, list) else set()


# --- notes ------------------------------------------------------------------------------------------------------------


def _of_these(notes: Iterable[Note], selection: Selection, names: Mapping[str, Thing]) -> Iterable[Note]:
    """Return the notes on chosen things, and on what wasn't found; without a selection, all."""
    ids = {it.id for it in names.values()} | {it.owner for it in names.values()}
    return [it for it in notes if selection.is_all or it.id in ids or it.id in selection.ids]


def _unread(names: Mapping[str, Thing]) -> Iterable[Note]:
    """Say of servers that nobody can read with which data they booted."""
    for name, thing in names.items():
        if thing.kind is things.SERVER:
            reason = "its user data and its password can't be read: a server made of the template would be without"
            yield Note(f"server {name}", thing.id, reason)
