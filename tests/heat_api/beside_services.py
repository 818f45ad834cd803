"""Beside Heat, on a cloud: the same stacks by heat-engine and by heatlite, and what then exists at the services.

::

    14 lives of stacks ──▶ heat-engine ──▶ objects after each step ┐
                       └─▶ heatlite    ──▶ objects after each step ┴─▶ equal field by field, or known, or told
"""

from __future__ import annotations

import itertools
import json
import re
import traceback
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.cloud.web_server import web_server
from tests.heat_api.cloud import Cloud, Engine
from tests.heat_api.stories.known import parted
from tests.heat_api.stories.of_services import LIVES, Life, Lived, lived
from tests.heat_api.stories.services import LABEL, Body, Objects

AT_ONCE = 4
SHOWN = 1200
NOTHING = "no such field"


@dataclass(frozen=True)
class Known:
    """A field that differs and is meant to; doc/differences.md says so.

    ``collection`` and ``path`` are patterns; ``heat`` and ``ours`` are what stands there, as JSON, as patterns.
    """

    collection: str
    path: str
    heat: str
    ours: str
    why: str

    def holds(self, collection: str, path: str, heat: Any, ours: Any) -> bool:
        """Whether it is this one."""
        pairs = (self.collection, collection), (self.path, path), (self.heat, told(heat)), (self.ours, told(ours))
        return all(re.fullmatch(pattern, text) for pattern, text in pairs)


MARK = "an engine finds what it made by its mark"
RULES = "a group's rules are compared one by one, too, and their descriptions have the marks"
DEFAULTS = "a rule that Neutron has made with the group stays where it is wanted; Heat deletes it and makes it anew"
OUT = "an update of an EC2 group keeps the rules that Neutron has made with it; Heat's deletes them"
QUOTAS = "deleting a quota restores Neutron's defaults; Heat deletes those of a project that doesn't exist"
MISSING = json.dumps(NOTHING)
MULTIPART = r'\["Content-Type: multipart/mixed; .*'
KNOWN: tuple[Known, ...] = (
    Known("network: .*", "description", '""', '"heat_resource=ID"', MARK),
    Known(".*", "metadata.heat_resource", MISSING, '"ID"', MARK),
    Known(".*", "metadata", r"\{\}", MISSING, MARK),
    Known("network: security-groups", "security_group_rules", r"\[.*", r"\[.*", RULES),
    Known("network: security-group-rules", "description", '""', "null", DEFAULTS),
    Known("compute: os-aggregates", "updated_at", "null", '"TIME"', "it is created under a name with its mark"),
    Known(
        "compute: os-aggregates", r"metadata\..*", '".*"', MISSING, "metadata that leave the template leave Nova, too"
    ),
    Known(
        "network: security-group-rules", "the object", MISSING, r'\{.*"description": null, "direction": "egress".*', OUT
    ),
    Known("network: quotas", "port|router|security_group_rule", "-?\\d+", "-?\\d+", QUOTAS),
    Known("image: images", "hw_.*", MISSING, '".*"', "what Heat sets while Glance imports an image may get lost"),
    Known(
        "compute: servers/detail",
        "OS-EXT-SRV-ATTR:user_data",
        MULTIPART,
        MULTIPART,
        "each engine has its own text for the parts that prepare a guest",
    ),
)


@dataclass
class Count:
    """How much was compared."""

    objects: int = 0
    fields: int = 0
    known: int = 0
    differing: int = 0


def run(cloud: Cloud, wanted: str = "") -> int:
    """Have both live through all lives, and tell where it came to other objects; how many differences there are.

    :param wanted: words, by comma: only lives of these names
    """
    assert cloud.services is not None
    lives = [it for it in LIVES if not wanted or it.name in wanted.split(",")]
    found: dict[Engine, dict[str, Lived]] = {}
    for engine in (Engine.HEAT, Engine.HEATLITE):
        for life in lives:
            cloud.services.fresh_project(project_of(life, engine))
        with cloud.served_by(engine), web_server() as url, ThreadPoolExecutor(AT_ONCE) as threads:
            told = threads.map(lambda it: (it.name, lived_through(cloud, it, engine, url)), lives)  # noqa: B023
            found[engine] = dict(told)
            text = json.dumps({name: [it.notes, it.objects] for name, it in found[engine].items()}, indent=1)
            (cloud.directory / f"notes-services-{engine.value}.json").write_text(text)
            print(f"{engine.value} has lived through {len(lives)} lives", flush=True)
    return sum(compared(it.name, found[Engine.HEAT][it.name], found[Engine.HEATLITE][it.name]) for it in lives)


def project_of(life: Life, engine: Engine) -> str:
    """The name of the project in which an engine lives through a life; it has nothing of others."""
    return f"{life.name}-of-{engine.value}"


def lived_through(cloud: Cloud, life: Life, engine: Engine, url: str) -> Lived:
    """What came of a life; one that breaks ends with a note of that."""
    assert cloud.services is not None
    found = Lived()
    try:
        lived(life, cloud.services, cloud.ports.api_url, project_of(life, engine), url, found)
    except Exception as error:
        found.notes.append(("broke", f"{type(error).__name__}: {error}"[:200]))
        print(life.name, traceback.format_exc(), flush=True)
    return found


def compared(name: str, heats: Lived, ours: Lived) -> int:
    """Tell where a life differs; in how much that isn't known."""
    count, lines = Count(), []
    for one, other in itertools.zip_longest(heats.notes, ours.notes, fillvalue=("nothing", None)):
        if one != other:
            lines.append(
                f"   {one[0]}: Heat {told(parted(one[1], other[1])[0])}, heatlite {told(parted(one[1], other[1])[1])}"
            )
    for step in {**heats.objects, **ours.objects}:
        for collection, path, label, heat, mine in differences(
            heats.objects.get(step, {}), ours.objects.get(step, {}), count
        ):
            reason = next((it.why for it in KNOWN if it.holds(collection, path, heat, mine)), "")
            if reason:
                count.known += 1
            else:
                lines.append(
                    f"   {step}, {collection}, {label or 'another'}, {path}: Heat {told(heat)}, heatlite {told(mine)}"
                )
    much = f"{count.objects} objects with {count.fields} fields, {count.known} known differences"
    print("\n".join([f"{name}: {much}, {len(lines)} others", *lines]), flush=True)
    return len(lines)


def differences(heats: Objects, ours: Objects, count: Count) -> Iterator[tuple[str, str, str, Any, Any]]:
    """Yield the fields that differ: collection, path, label, Heat's value, ours."""
    for collection in sorted({*heats, *ours}):
        for one, other in paired(heats.get(collection, []), ours.get(collection, [])):
            label = (one or other or {}).get(LABEL, "")
            if one is None or other is None:
                yield collection, "the object", label, one or NOTHING, other or NOTHING
                continue
            mine, its = dict(leaves(other)), dict(leaves(one))
            count.objects += 1
            count.fields += sum(fields_in(it) for it in its.values())
            for path in sorted({*its, *mine}):
                if its.get(path, NOTHING) != mine.get(path, NOTHING):
                    yield collection, path, label, its.get(path, NOTHING), mine.get(path, NOTHING)


def paired(heats: list[Body], ours: list[Body]) -> Iterator[tuple[Body | None, Body | None]]:
    """Pair objects of the same resource, and of those the most similar ones; what is left stands alone."""
    by_label: dict[str, tuple[list[Body], list[Body]]] = defaultdict(lambda: ([], []))
    for side, bodies in enumerate((heats, ours)):
        for it in bodies:
            by_label[it[LABEL]][side].append(it)
    for one, other in by_label.values():
        while one and other:
            alike = [(likeness(its, mine), -at, -nth) for at, its in enumerate(one) for nth, mine in enumerate(other)]
            _, at, nth = max(alike)
            yield one.pop(-at), other.pop(-nth)
        yield from ((it, None) for it in one)
        yield from ((None, it) for it in other)


def likeness(one: Body, other: Body) -> int:
    """How many fields are equal."""
    return sum(one[name] == other.get(name, NOTHING) for name in one)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each field that is no map, by its path; a list is one field."""
    if isinstance(value, dict) and value:
        for name, it in value.items():
            yield from leaves(it, f"{path}.{name}" if path else name)
    else:
        yield path, value


def fields_in(value: Any) -> int:
    """How many plain values a field has."""
    if isinstance(value, dict):
        return sum(map(fields_in, value.values()))
    return sum(map(fields_in, value)) if isinstance(value, list) else 1


def told(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(value, sort_keys=True)[:SHOWN]
