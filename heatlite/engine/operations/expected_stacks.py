"""Validate nested templates before any stack exists, with the values that are known by then.

    resource ──▶ child_template, child_parameters ──▶ the same checks as for the root, one level down

Of equal group members only one is checked, and so of equal nested templates with equal parameters; the others are
counted. A tree with too many resources is refused before it is built.

A parameter without a known value is UNKNOWN in the nested template, like an attribute of a resource that doesn't exist
yet. An error has the whole path: ``resources.web<web.yaml>.resources.server: …``. The engine checks values that are
still unknown when it begins the nested stack.
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
from heatlite.engine.definitions.inheritance import reads_facade
from heatlite.template import UNKNOWN, Environment, Parameters, PseudoParameters, Template, holds_unknown


@dataclass
class Reader:
    """Reads nested templates for one call. Each text is parsed once, however many stacks use it."""

    settings: Settings
    _loaded: dict[str, dict[str, Any]] = field(default_factory=dict)
    _parsed: dict[tuple[int, int, str], Template] = field(default_factory=dict)
    _reads_facade: dict[int, bool] = field(default_factory=dict)
    _kept: list[Mapping[str, Any]] = field(default_factory=list)
    """Templates and files whose ``id()`` is in a key above. Kept alive, so that no other object gets the same id."""

    def has_read(self, text: str) -> bool:
        """Tell whether this text has been loaded already."""
        return text in self._loaded

    def load(self, written: str | Mapping[str, Any]) -> Mapping[str, Any]:
        """Load a template's text as values.

        :raises HeatliteError: when the text isn't a template, or is too large
        """
        if not isinstance(written, str):
            return written
        if written not in self._loaded:
            self._loaded[written] = language.load(written, self.settings.max_template_size)
        return self._loaded[written]

    def parse(self, raw: Mapping[str, Any], files: Mapping[str, str], registry: Mapping[str, Any]) -> Template:
        """Parse a template's values, together with the files of its stack.

        :raises HeatliteError: when it isn't well-formed
        """
        same = id(raw), id(files), repr(registry)
        if same not in self._parsed:
            self._parsed[same] = language.parse(raw, files, registry, self.settings.operator_registry)
            self._kept += (raw, files)
        return self._parsed[same]

    def reads_facade(self, raw: Mapping[str, Any]) -> bool:
        """Tell whether a nested template reads anything of its parent's resource. It is searched once."""
        if id(raw) not in self._reads_facade:
            self._reads_facade[id(raw)] = reads_facade(raw)
            self._kept.append(raw)
        return self._reads_facade[id(raw)]


@dataclass
class Seen:
    """The counters of one validation, for the whole tree.

    ``resources``: the resources counted so far. ``known``: nested template → the number of resources it adds up to.
    ``left``: how many characters of nested templates may still be checked.
    """

    reader: Reader
    left: int = 0
    resources: int = 0
    known: dict[Any, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Level:
    """The place in the tree that is being validated. The root is at depth 0. All levels share one ``seen``.

    ``times``: how many equal stacks this one stands for. ``members``: resource → how many equal members it stands for,
    if more than one.
    """

    depth: int = 0
    goes_down: bool = True
    facade: Mapping[str, Any] | None = None
    seen: Seen = field(default_factory=lambda: Seen(Reader(Settings())))
    times: int = 1
    members: Mapping[str, int] = field(default_factory=dict)

    def below(self, name: str, facade: Mapping[str, Any]) -> Level:
        """Return the level of a resource's nested stack."""
        times = self.times * self.members.get(name, 1)
        return dataclasses.replace(self, depth=self.depth + 1, facade=facade, times=times, members={})

    def check(self, settings: Settings) -> None:
        """Raise RequestLimitExceeded when the tree is too deep."""
        limits.check_depth(settings, self.depth)

    def foresee(self, settings: Settings, more: int) -> None:
        """Check whether so many more resources would be too many, before they are built. They aren't counted here.

        :raises StackResourceLimitExceeded: when the tree would have too many
        """
        limits.check_resources(settings, self.seen.resources + more * self.times)

    def count(self, settings: Settings, names: Collection[str]) -> None:
        """Count the resources of one template.

        :raises StackResourceLimitExceeded: when the tree has too many
        """
        self.count_all(settings, sum(self.members.get(name, 1) for name in names))

    def count_all(self, settings: Settings, more: int) -> None:
        """Add a number of resources for each stack that this one stands for.

        :raises StackResourceLimitExceeded: when the tree has too many
        """
        self.seen.resources += more * self.times
        limits.check_resources(settings, self.seen.resources)

    @contextlib.contextmanager
    def noting(self, *keys: Any) -> Iterator[None]:
        """Record how many resources the block counts, so that an equal nested template needn't be checked again."""
        before = self.seen.resources
        yield
        self.seen.known.update(dict.fromkeys(keys, (self.seen.resources - before) // self.times))


def lacks(schema: language.ParameterSchema, environment: Environment) -> bool:
    """Tell whether a parameter has no value: none is given, and there is no default."""
    sources = (environment.parameters, environment.parameter_defaults)
    return not schema.has_default and all(source.get(schema.name) is None for source in sources)


def facade_of(definition: language.ResourceDefinition, metadata: Any) -> dict[str, Any]:
    """Return what a nested template may read of its parent's resource, as far as it is known."""
    policies = {"deletion_policy": definition.deletion_policy, "update_policy": UNKNOWN}
    return {"metadata": metadata, **policies}


def bind(
    template: Template, environment: Environment, pseudo: PseudoParameters, *, may_lack: bool = False
) -> Parameters:
    """Bind a template's parameters to values, some of which may be unknown yet.

    :param may_lack: treat a parameter without a value as unknown, instead of refusing it
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
