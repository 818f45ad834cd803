"""Tell every story to heat-engine and to heatlite, and say where they come to other notes."""

from __future__ import annotations

import itertools
import json
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.heat_api import heat
from tests.heat_api.cloud import Cloud, Engine, Served
from tests.heat_api.stories import asking, changing, taking_over, waiting
from tests.heat_api.stories.known import CASES, parted, reason_for
from tests.heat_api.stories.teller import Teller, Web

STORIES: tuple[Callable[[Teller], None], ...] = (*waiting.STORIES, *changing.STORIES, *asking.STORIES)
"""The longest first."""
AT_ONCE = 8
SHOWN = 1500
UNTOUCHED = [("update", 202), ("update ended", "UPDATE_COMPLETE"), ("happened", {}), ("are others now", [])]
Notes = list[tuple[str, Any]]


@dataclass
class Telling:
    """What was noted: story by story, and of the stacks that Heat made and heatlite took over."""

    notes: dict[str, Notes] = field(default_factory=dict)
    taken_over: dict[str, Notes] = field(default_factory=dict)
    place: heat.Place | None = None


def tell_all(cloud: Cloud, engine: Engine, served: Served, source: heat.Place | None) -> Telling:
    """Have an engine live through all of it.

    :param source: where Heat has made the stacks that are to be taken over
    """
    web = Web(f"{cloud.ports.api_url}/{cloud.keystone.context('demo', 'demo')['project_id']}", token(cloud))
    found = Telling(place=served.place)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        told = threads.map(lambda it: (it.__name__, notes_of(it, web)), STORIES)
        found.notes.update(told)
        if engine is Engine.HEAT:
            found.taken_over.update(threads.map(lambda it: (it, taking_over.made(web, it)), taking_over.CASES))
        elif source is not None and served.engines is not None:
            print(taking_over.imported(source, served.engines), flush=True)
            found.taken_over.update(threads.map(lambda it: (it, taking_over.updated(web, it)), taking_over.CASES))
    (cloud.directory / f"notes-{engine.value}.json").write_text(json.dumps([found.notes, found.taken_over], indent=1))
    return found


def token(cloud: Cloud) -> str:
    """A token of the user demo."""
    return str(cloud.keystone.context("demo", "demo")["auth_token"])


def notes_of(story: Callable[[Teller], None], web: Web) -> Notes:
    """What one story comes to; a story that breaks ends with a note of that."""
    tell = Teller(web, story.__name__.replace("_", "-"))
    try:
        story(tell)
    except Exception as error:
        tell.note("broke", f"{type(error).__name__}: {error}"[:200])
        print(story.__name__, traceback.format_exc(), flush=True)
    return tell.notes


def compared(heats: Telling, ours: Telling) -> int:
    """Tell the differences; how many aren't known."""
    unknown, same, known = [], 0, 0
    pairs = [(story, heats.notes[story], notes) for story, notes in ours.notes.items()]
    for name, notes in ours.taken_over.items():
        made = heats.taken_over[name]
        wanted = [*made, *UNTOUCHED, *[it for it in made if it[0] == "outputs"]]
        pairs.append((f"import of {name}", wanted, notes))
    for story, wanted, notes in pairs:
        case, nth = None, Counter[str]()
        for one, other in itertools.zip_longest(wanted, notes, fillvalue=("nothing", None)):
            case = other[1] if other[0] in CASES else case
            if one == other:
                same += 1
            elif reason := reason_for(story, one, other, case, nth[other[0]]):
                known += 1
                print(f"known {story}, {one[0]}, {case}: {reason}", flush=True)
            else:
                unknown.append((f"{story}, {case}, {nth[other[0]]}", one, other))
            nth[other[0]] += 1
    for where, one, other in unknown:
        mine, its = (json.dumps(it)[:SHOWN] for it in parted(one[1], other[1]))
        print(f"DIFFERS {where}\n   Heat     {one[0]}: {mine}\n   heatlite {other[0]}: {its}", flush=True)
    stories = f"{len(ours.notes)} stories, {len(ours.taken_over)} stacks taken over"
    counts = f"{same} notes are the same, {known} differ as is known, {len(unknown)} in a way that isn't"
    print(f"{stories}: {counts}", flush=True)
    return len(unknown)
