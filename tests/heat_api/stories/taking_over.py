"""Stories of stacks that Heat made: imported by heatlite, and updated with what they are.

::

    Heat makes them ──▶ heatlite-manage import-from-heat ──▶ the same update through heat-api ──▶ nothing happens

What Heat noted of each stack when it was made, its outputs, heatlite has to note after the import.
"""

from __future__ import annotations

import subprocess
from typing import Any

from tests.deployment import Daemons
from tests.heat_api import heat
from tests.heat_api.stories import changing, waiting
from tests.heat_api.stories.teller import Teller, Web, template_of

INNER = template_of("taking_over_separate_inner")
CASES: dict[str, tuple[str, dict[str, str]]] = {
    "referring": (changing.REFERRING, changing.FILES),
    "nested": (changing.NESTED, changing.FILES),
    "every type": (changing.EVERY_TYPE, changing.EVERY_TYPE_FILES),
    "nulls": changing.nulls(),
    "paths": (changing.PATHS, changing.FILES),
    "plain": (waiting.LEAF, {}),
    "separate": (template_of("taking_over_separate"), {"child.yaml": changing.CHILD, "inner.yaml": INNER}),
    "policies": (template_of("taking_over_policies"), {}),
}


def stack_of(web: Web, name: str) -> Teller:
    """The teller of one of these stacks."""
    tell = Teller(web, f"import-{name.replace(' ', '-')}")
    shown = tell.shown()
    if shown is not None:
        tell.path = f"/stacks/{tell.name}/{shown['id']}"
    return tell


def made(web: Web, name: str) -> list[tuple[str, Any]]:
    """Have Heat make one; what is noted of it."""
    template, files = CASES[name]
    tell = stack_of(web, name)
    tell.create(template, files=files)
    tell.outputs()
    tell.resources()
    return tell.notes[2:]


def imported(place: heat.Place, engines: Daemons) -> str:
    """Take all stacks of Heat's database over; what is said, also of stacks that were left."""
    try:
        return engines.manage("import-from-heat", "--source-config", str(place.configuration), "--all")
    except subprocess.CalledProcessError as error:
        return f"{error.stdout}{error.stderr}"


def updated(web: Web, name: str) -> list[tuple[str, Any]]:
    """What is noted of an imported one, before it is updated with what it is and after it."""
    template, files = CASES[name]
    tell = stack_of(web, name)
    tell.outputs()
    tell.resources()
    before, tell.notes = tell.notes, []
    tell.happened(inside=True)
    tell.others()
    tell.notes = []
    tell.update(template, files=files)
    tell.happened(inside=True)
    tell.others()
    tell.outputs()
    return [*before, *tell.notes]
