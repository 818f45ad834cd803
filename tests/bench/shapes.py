"""Templates of the shapes that are measured, of any size.

flat     o o o o          layers   o o ─▶ o o ─▶ o o   (each follows all of the layer before)
chain    o ─▶ o ─▶ o      fan      o ─▶ o o o ─▶ o
nested   a group of N stacks of M       waiting   flat, each takes seconds       blocking   flat, each blocks a thread
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.story import hot, resource

Template = dict[str, Any]
CHILD = "file:///child.yaml"
LAYER = 20
"""Resources of a layer, of ``layers``."""
WAIT = 5
"""Seconds that each resource of ``waiting`` takes."""


@dataclass(frozen=True)
class Shape:
    """A kind of stack: ``template(version)`` gives the same resources with other values for each version."""

    name: str
    resources: int
    template: Callable[[str], Template]
    files: Callable[[str], dict[str, str]] = lambda version: {}


def flat(number: int) -> Shape:
    """Resources that have nothing to do with one another."""
    return Shape(f"flat {number}", number, lambda v: hot(**{f"r{it}": resource(f"{v}-{it}") for it in range(number)}))


def layers(number: int, width: int = LAYER) -> Shape:
    """Layers of ``width``, each of which follows all of the one before."""

    def template(version: str) -> Template:
        before = lambda it: [f"r{at}" for at in range((it // width - 1) * width, it // width * width) if at >= 0]  # noqa: E731
        return hot(**{f"r{it}": resource(f"{version}-{it}", before(it)) for it in range(number)})

    return Shape(f"layers {number // width}x{width}", number, template)


def chain(number: int) -> Shape:
    """Each follows the one before."""
    before = lambda it: [f"r{it - 1}"] if it else []  # noqa: E731
    return Shape(
        f"chain {number}",
        number,
        lambda v: hot(**{f"r{it}": resource(f"{v}-{it}", before(it)) for it in range(number)}),
    )


def fan(number: int) -> Shape:
    """One, then many, then one."""

    def template(version: str) -> Template:
        middle = {f"r{it}": resource(f"{version}-{it}", ["first"]) for it in range(number - 2)}
        return hot(first=resource(version), last=resource(version, list(middle)), **middle)

    return Shape(f"fan {number}", number, template)


def waiting(number: int) -> Shape:
    """Each takes some seconds, in which nothing happens."""
    return Shape(
        f"waiting {number}",
        number,
        lambda v: hot(**{f"r{it}": resource(f"{v}-{it}", action_wait_secs={"create": WAIT}) for it in range(number)}),
    )


def blocking(number: int) -> Shape:
    """Each blocks a thread for a while, as a client of a slow service does."""
    one = lambda v: {"type": "Bench::Blocking", "properties": {"value": v}}  # noqa: E731
    return Shape(f"blocking {number}", number, lambda v: hot(**{f"r{it}": one(v) for it in range(number)}))


def nested(stacks: int, resources: int) -> Shape:
    """A group of nested stacks."""

    def files(version: str) -> dict[str, str]:
        value = lambda it: {"list_join": ["-", [{"get_param": "value"}, str(it)]]}  # noqa: E731
        child = hot({"value": {"type": "string"}}, **{f"c{it}": resource(value(it)) for it in range(resources)})
        return {CHILD: json.dumps(child)}

    def template(version: str) -> Template:
        member = {"type": CHILD, "properties": {"value": version}}
        return hot(group={"type": "OS::Heat::ResourceGroup", "properties": {"count": stacks, "resource_def": member}})

    return Shape(f"nested {stacks}x{resources}", stacks * resources, template, files)
