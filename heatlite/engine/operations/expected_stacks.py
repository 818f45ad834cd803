"""What a nested stack would be, before anything is made: validation goes down into it with what is known by then.

    resource ──▶ child_template, child_parameters ──▶ the same checks as for the root, one level down

Of many members that are alike one is looked at, and of nested templates with the same parameters one; the others are
counted. What would be too many is refused before it is built.

A parameter that isn't known yet is UNKNOWN in the nested template, like an attribute of a resource that isn't there.
An error has the whole path: ``resources.web<web.yaml>.resources.server: …``. What is still unknown is checked
when the nested stack is begun.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.engine.common import limits
from heatlite.engine.common.settings import Settings
from heatlite.template import UNKNOWN, Environment, Parameters, PseudoParameters, Template, holds_unknown


@dataclass
class Reader:
    """Reads nested templates for one call, each text once, however many stacks it would make."""

    settings: Settings
    _loaded: dict[str, dict[str, Any]] = field(default_factory=dict)
    _parsed: dict[tuple[int, int, str], Template] = field(default_factory=dict)
    _kept: list[Mapping[str, Any]] = field(default_factory=list)
    """So that no other template, or other files, get the id of one of these."""

    def has_read(self, text: str) -> bool:
        """Whether this is known already."""
        return text in self._loaded

    def load(self, written: str | Mapping[str, Any]) -> Mapping[str, Any]:
        """A template as values.

        :raises HeatliteError: when the text is none, or too large
        """
        if not isinstance(written, str):
            return written
        if written not in self._loaded:
            self._loaded[written] = language.load(written, self.settings.max_template_size)
        return self._loaded[written]

    def parse(self, raw: Mapping[str, Any], files: Mapping[str, str], registry: Mapping[str, Any]) -> Template:
        """A template that ``load`` gave, or another, with the files of its stack.

        :raises HeatliteError: when it isn't well-formed
        """
        same = id(raw), id(files), repr(registry)
        if same not in self._parsed:
            self._parsed[same] = language.parse(raw, files, registry, self.settings.operator_registry)
            self._kept += (raw, files)
        return self._parsed[same]


@dataclass
class Seen:
    """What has been seen in the whole tree: how many resources; and of each nested template how many it comes to.

    ``left``: the characters of nested templates that are still looked at.
    """

    reader: Reader
    left: int = 0
    resources: int = 0
    known: dict[Any, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Level:
    """Where in the tree validation is. A root is at depth 0; what has been seen is one for all levels.

    ``times``: how many stacks this one stands for. ``members``: resource → how many it stands for, if not one.
    """

    depth: int = 0
    goes_down: bool = True
    facade: Mapping[str, Any] | None = None
    seen: Seen = field(default_factory=lambda: Seen(Reader(Settings())))
    times: int = 1
    members: Mapping[str, int] = field(default_factory=dict)

    def below(self, name: str, facade: Mapping[str, Any]) -> Level:
        """One level down, at a resource."""
        times = self.times * self.members.get(name, 1)
        return dataclasses.replace(self, depth=self.depth + 1, facade=facade, times=times, members={})

    def check(self, settings: Settings) -> None:
        """:raises RequestLimitExceeded: where the tree is too deep"""
        limits.check_depth(settings, self.depth)

    def foresee(self, settings: Settings, more: int) -> None:
        """Refuse resources that aren't counted yet, before they are built.

        :raises StackResourceLimitExceeded: when the tree would have too many
        """
        limits.check_resources(settings, self.seen.resources + more * self.times)

    def count(self, settings: Settings, names: Collection[str]) -> None:
        """Count the resources of one template.

        :raises StackResourceLimitExceeded: when the tree has too many
        """
        self.count_all(settings, sum(self.members.get(name, 1) for name in names))

    def count_all(self, settings: Settings, more: int) -> None:
        """Count so many resources of each stack that this one stands for.

        :raises StackResourceLimitExceeded: when the tree has too many
        """
        self.seen.resources += more * self.times
        limits.check_resources(settings, self.seen.resources)

    @contextlib.contextmanager
    def noting(self, *keys: Any) -> Iterator[None]:
        """Note how many resources what is looked at meanwhile comes to, for others like it."""
        before = self.seen.resources
        yield
        self.seen.known.update(dict.fromkeys(keys, (self.seen.resources - before) // self.times))


def lacks(schema: language.ParameterSchema, environment: Environment) -> bool:
    """Whether a parameter has no value: none is given, and there is no default."""
    sources = (environment.parameters, environment.parameter_defaults)
    return not schema.has_default and all(source.get(schema.name) is None for source in sources)


def facade_of(definition: language.ResourceDefinition, metadata: Any) -> dict[str, Any]:
    """What a nested template may read of the resource that it is, as far as it is known."""
    policies = {"deletion_policy": definition.deletion_policy, "update_policy": UNKNOWN}
    return {"metadata": metadata, **policies}


def bind(
    template: Template, environment: Environment, pseudo: PseudoParameters, *, may_lack: bool = False
) -> Parameters:
    """The values of a template's parameters, where those that are given may not be known yet.

    :param may_lack: a parameter that has no value is unknown too
    :raises HeatliteError: as ``heatlite.template.bind``
    """
    unknown = {name for name, value in environment.parameters.items() if holds_unknown(value)}
    schemata = template.parameter_schemata
    if not unknown <= schemata.keys():
        raise exception.UnknownUserParameter(key=sorted(unknown - schemata.keys())[0])
    if may_lack:
        unknown |= {name for name, schema in schemata.items() if lacks(schema, environment)}
    given = {name: value for name, value in environment.parameters.items() if name not in unknown}
    declared = {name: schema for name, schema in schemata.items() if name not in unknown}
    bound = language.bind(
        dataclasses.replace(template, parameter_schemata=declared),
        dataclasses.replace(environment, parameters=given),
        pseudo,
    )
    values = {**bound.values_by_name, **dict.fromkeys(unknown, UNKNOWN)}
    return dataclasses.replace(bound, schemata=schemata, values_by_name=values)
