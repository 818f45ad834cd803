"""The reference of resource types, made from the schemas of the plugins that are installed as the pages are built."""

from __future__ import annotations

import inspect
import json
import pathlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.openstack.base import PROJECTS, CloudResource
from heatlite.resources.registry import Registry
from heatlite.resources.schema import SUPPORTED, Property

TESTS = pathlib.Path(__file__).parents[2] / "tests"
PINS = TESTS / "cloud/constraints.txt"
WRITTEN_FOR: dict[str, str] = json.loads((TESTS / "reference/releases.json").read_text())
"""Beginning of a type's name → the release whose API reference it was written from; see ``tests.reference``."""
PLACE = "<!-- resource types -->"


def reference(registry: Registry) -> str:
    """Every type with its properties and attributes, as Markdown, after a table of the services."""
    types = [line for name in registry.names() for line in _type(name, registry.get(name))]
    return "\n".join([*_services(registry), *types])


def _services(registry: Registry) -> Iterator[str]:
    """The services with the releases that the tests run against, and how many types each has."""
    counts = Counter(
        plugin.service
        for name in registry.names()
        if issubclass(plugin := registry.get(name), CloudResource) and not _written_for(name)
    )
    pins = dict(line.split("==") for line in PINS.read_text().splitlines() if "==" in line)
    yield "The types of the cloud's services are tested with these releases (2026.2):\n"
    yield "| service | release | types here |"
    yield "|---|---|---|"
    yield f"| keystone | {pins['keystone']} | {sum(it.startswith('OS::Keystone::') for it in registry.names())} |"
    for service, count in sorted(counts.items()):
        yield f"| {PROJECTS[service]} | {pins[PROJECTS[service]]} | {count} |"
    yield ""
    others = Counter(release for name in registry.names() if (release := _written_for(name)))
    yield "These were written from the API reference of a release, and **not run against the service**:\n"
    yield "| written for | types here |"
    yield "|---|---|"
    yield from (f"| {release} | {count} |" for release, count in sorted(others.items()))
    yield ""


def _written_for(name: str) -> str:
    """The release that a type was written for without being run against it; empty for the others."""
    return next((release for prefix, release in WRITTEN_FOR.items() if name.startswith(prefix)), "")


def _needs(plugin: type[Resource]) -> str:
    """Which service a type uses, and what of it."""
    if not issubclass(plugin, CloudResource):
        return ""
    version = f", API version {plugin.microversion}" if plugin.microversion else ""
    extension = f", with the extension `{plugin.extension}`" if plugin.extension else ""
    return f"Service: {PROJECTS[plugin.service]}{version}{extension}.\n"


def _type(name: str, plugin: type[Resource]) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{_escaped(inspect.cleandoc(plugin.__doc__ or '')).partition(chr(10) * 2)[0]}\n"
    if needs := _needs(plugin):
        yield needs
    if release := _written_for(name):
        yield f"Written for {release}; **not run against the service**.\n"
    status = plugin.support_status
    if status.status != SUPPORTED:
        yield f"**{status.status}**. {_escaped(status.message or '')}\n"
    if plugin.properties_schema:
        yield "| property | type | default | an update of it | |"
        yield "|---|---|---|---|---|"
        yield from _properties(plugin.properties_schema, "")
        yield ""
    attributes = plugin.attributes_schema
    if attributes:
        yield "| attribute | type | |"
        yield "|---|---|---|"
        for key, attribute in attributes.items():
            yield f"| `{key}` | {attribute.type or 'any'} | {_cell(attribute.description)} |"
        yield ""


def _properties(schema: Mapping[str, Property], prefix: str) -> Iterator[str]:
    for name, it in schema.items():
        default = "required" if it.required else "" if it.default is None else f"`{it.default!r}`"
        update = "in place" if it.update_allowed else "refused" if it.immutable else "replaces"
        told = _cell(" ".join([it.description, *(_constraint(each) for each in it.constraints)]))
        yield f"| `{prefix}{name}` | {it.type} | {_cell(default)} | {'' if prefix else update} | {told} |"
        if isinstance(it.schema, Property) and isinstance(it.schema.schema, Mapping):
            yield from _properties(it.schema.schema, f"{prefix}{name}[].")
        elif isinstance(it.schema, Mapping):
            yield from _properties(it.schema, f"{prefix}{name}.")


def _constraint(constraint: object) -> str:
    """What values a constraint lets through, in words."""
    told = {name: getattr(constraint, name) for name in getattr(constraint, "__dataclass_fields__", ())}
    match type(constraint).__name__:
        case "AllowedValues":
            return f"One of {', '.join(map(str, told['allowed']))}." if "allowed" in told else ""
        case "Range" | "Length":
            kind = "" if type(constraint).__name__ == "Range" else " long"
            ends = [
                f"at {word} {told[end]}{kind}"
                for word, end in (("least", "min"), ("most", "max"))
                if told.get(end) is not None
            ]
            return f"{' and '.join(ends).capitalize()}." if ends else ""
    return ""


def _escaped(text: str) -> str:
    return text.replace("``", "`").replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(_escaped(text).replace("|", "\\|").split())


def fill_in(app: Any, page: str, source: list[str]) -> None:
    """Put the reference where a page has its place."""
    if PLACE in source[0]:
        source[0] = source[0].replace(PLACE, reference(Registry.load()))


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}
