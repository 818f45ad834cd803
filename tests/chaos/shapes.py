"""Templates of many shapes, drawn from chance; and what each wants there to be.

chain   a ─▶ b ─▶ c         wide    a  b  c  d ─▶ e        group   3 of a kind, in a nested stack
nested  a ─▶ [a ─▶ b]       mixed   drawn dependencies
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from tests.chaos.thing import TYPE

Template = dict[str, Any]
VERSION = "2021-04-16"
SHAPES = ("chain", "wide", "nested", "group", "mixed")
INDEX = "%index%"
FAILURES = 0.12
SLOWEST = 1.5


def draw(random: Random, name: str, number: int, shape: str, *, fails: bool = True) -> Template:
    """Template ``number`` of the stack called ``name``: what it wants differs from every other's."""
    names = "abcdefgh"[: random.randint(2, 6)]
    resources: dict[str, Template] = {}
    for at, each in enumerate(names):
        before = {"chain": names[max(0, at - 1) : at], "wide": names[:at] if at == len(names) - 1 else ""}
        needed = before.get(shape, random.sample(names[:at], min(at, random.randint(0, 2))))
        resources[each] = thing(random, f"{name}/{each}", number, sorted(needed))
    if shape == "nested":
        inner = {it: thing(random, f"{name}/inner/{it}", number, [] if it == "x" else ["x"]) for it in "xyz"}
        resources["inner"] = {
            "type": "OS::Heat::Stack",
            "properties": {"template": json.dumps(template(number, inner))},
            "depends_on": [names[0]],
        }
    if shape == "group":
        definition = thing(random, f"{name}/group/{INDEX}", number, [])
        resources["group"] = {
            "type": "OS::Heat::ResourceGroup",
            "properties": {"count": random.randint(0, 4), "resource_def": definition},
        }
    if fails and random.random() < FAILURES:
        resources[random.choice(names)]["properties"]["fail"] = random.choice(["create", "update"])
    return template(number, resources)


def template(number: int, resources: Mapping[str, Template]) -> Template:
    """A template that carries its number."""
    return {"heat_template_version": VERSION, "description": f"number {number}", "resources": dict(resources)}


def thing(random: Random, key: str, number: int, depends_on: list[str]) -> Template:
    """One resource; one in five has another ``replacing`` each time, one in four keeps its value."""
    properties: Template = {"key": key, "value": str(0 if random.random() < 0.25 else number)}
    properties["seconds"] = round(random.choice([0, 0, 0.2, SLOWEST * random.random()]), 2)
    if random.random() < 0.2:
        properties["replacing"] = str(number)
    found: Template = {"type": TYPE, "properties": properties}
    return {**found, "depends_on": depends_on} if depends_on else found


def wanted(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, value) of each thing that a template wants, those of nested stacks too."""
    for resource in (template.get("resources") or {}).values():
        properties = resource.get("properties") or {}
        match resource["type"]:
            case "OS::Heat::Stack":
                yield from wanted(json.loads(properties["template"]))
            case "OS::Heat::ResourceGroup":
                one = properties["resource_def"]["properties"]
                yield from ((one["key"].replace(INDEX, str(at)), one["value"]) for at in range(properties["count"]))
            case _:
                yield properties["key"], properties["value"]
