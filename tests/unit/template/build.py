"""Builders: the shortest way to a template and to the world that it is resolved in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite.exception import InvalidTemplateAttribute
from heatlite.template import Environment, Parameters, PseudoParameters, Template, bind, parse, resolve
from heatlite.template.functions.descent import descend

PSEUDO = PseudoParameters(stack_name="shop", stack_id="a1b2", project_id="p9", region="north")


@dataclass(frozen=True)
class FakeResource:
    """A resource with a reference and some attributes."""

    reference: str = "physical-id"
    values: Mapping[str, Any] = field(default_factory=dict)

    def attribute(self, name: str, path: Sequence[Any] = ()) -> Any:
        if name not in self.values:
            raise InvalidTemplateAttribute(resource=self.reference, key=name)
        return descend(self.values[name], path, missing=None)

    def attributes(self) -> Mapping[str, Any]:
        return self.values


@dataclass(frozen=True)
class World:
    """A scope in which the named resources exist and no others."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, FakeResource] = field(default_factory=dict)
    facade: Mapping[str, Any] | None = None
    conditions: Mapping[str, bool] = field(default_factory=dict)

    def resource(self, name: str) -> FakeResource | None:
        return self.resources.get(name)


def hot(version: str = "2021-04-16", files: Mapping[str, str] = {}, **sections: Any) -> Template:
    """A template of some sections."""
    return parse({"heat_template_version": version, **sections}, files)


def hot_of_value(value: Any, version: str = "2021-04-16", **sections: Any) -> Template:
    """A template in which the resource ``web`` has the property ``x``; ``database`` is there to be referred to."""
    resources = {"web": {"type": "T", "properties": {"x": value}}, "database": {"type": "T"}}
    return hot(version, resources=resources, **sections)


def bound(template: Template, **given: Any) -> Parameters:
    """The template's parameters, with what a user gave."""
    return bind(template, Environment(parameters=given), PSEUDO)


def value_of(value: Any, world: World | None = None, **sections: Any) -> Any:
    """What a property's value comes to, resolved as an engine would."""
    template = hot_of_value(value, **sections)
    if world is None:
        world = World(parameters=bound(template), files=template.files)
    return resolve(template.resources["web"].properties, world)["x"]
