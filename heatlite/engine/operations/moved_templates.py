"""Stored templates with a resource under another name, or in another stack. Pure.

Only HOT templates are rewritten. What computes a resource's name from parts isn't recognised as a reference: validation
refuses the template then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.db.records import TemplateRecord

RESOURCES, DEPENDS_ON, REGISTRY = "resources", "depends_on", "resource_registry"
WITH_REFERENCES = (RESOURCES, "outputs")


@dataclass(frozen=True)
class Stored:
    """A template as it is stored, with its files and its environment."""

    template: Mapping[str, Any]
    files: Mapping[str, str]
    environment: Mapping[str, Any]

    @classmethod
    def of(cls, record: TemplateRecord) -> Stored:
        """Return the content of a stored template."""
        return cls(record.template, record.files, record.environment)

    @property
    def resources(self) -> Mapping[str, Any]:
        return self.template.get(RESOURCES) or {}

    def with_resources(self, resources: Mapping[str, Any]) -> Stored:
        """Return it with other resources."""
        return Stored({**self.template, RESOURCES: dict(resources)}, self.files, self.environment)


def renamed(stored: Stored, name: str, new_name: str) -> Stored:
    """Return a template with a resource, and all that refers to it, under a new name.

    :raises NotSupported: when it isn't HOT
    :raises Invalid: when it has no such resource, or has the new name
    """
    check(stored, name)
    check_free(stored, new_name)
    changed = {
        part: referring(stored.template[part], name, new_name) for part in WITH_REFERENCES if part in stored.template
    }
    resources = {new_name if it == name else it: definition for it, definition in changed[RESOURCES].items()}
    of_names = own_registry(stored)
    kept = {new_name if it == name else it: entry for it, entry in of_names.items()}
    environment = with_registry(stored.environment, kept) if name in of_names else stored.environment
    return Stored({**stored.template, **changed, RESOURCES: resources}, stored.files, environment)


def moved(source: Stored, name: str, target: Stored, new_name: str) -> tuple[Stored, Stored]:
    """Return the template that a resource leaves and the one that gets it, with the files that only the former has.

    :raises NotSupported: when one isn't HOT
    :raises Invalid: when the source has no such resource, or the target has the new name
    """
    check(source, name)
    check_free(target, new_name)
    definition = source.resources[name]
    without = source.with_resources({it: each for it, each in source.resources.items() if it != name})
    having = target.with_resources({**target.resources, new_name: definition})
    wanted = {it: text for it, text in source.files.items() if it not in target.files and it in str(definition)}
    entry = own_registry(source).get(name)
    environment = with_registry(target.environment, {**own_registry(target), new_name: entry}) if entry else None
    return without, Stored(having.template, {**target.files, **wanted}, environment or target.environment)


def check(stored: Stored, name: str) -> None:
    """Refuse a template in another language, or without the resource."""
    if "heat_template_version" not in stored.template:
        raise exception.NotSupported(feature="Moving a resource of a template that isn't HOT")
    if name not in stored.resources:
        raise exception.Invalid(reason=f"The stack's template has no resource {name}")


def check_free(stored: Stored, name: str) -> None:
    """Refuse a name that is taken, or a template in another language."""
    if "heat_template_version" not in stored.template:
        raise exception.NotSupported(feature="Moving a resource to a template that isn't HOT")
    if name in stored.resources:
        raise exception.Invalid(reason=f"The stack's template has a resource {name} already")


def own_registry(stored: Stored) -> Mapping[str, Any]:
    """Return what the environment says of single resources, by name: hooks, restrictions, mapped types."""
    return (stored.environment.get(REGISTRY) or {}).get(RESOURCES) or {}


def with_registry(environment: Mapping[str, Any], of_names: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an environment that says this of single resources."""
    registry = environment.get(REGISTRY) or {}
    return {**environment, REGISTRY: {**registry, RESOURCES: dict(of_names)}}


def referring(value: Any, name: str, new_name: str) -> Any:
    """Return a part of a template that refers to the resource by its new name."""
    if isinstance(value, list):
        return [referring(it, name, new_name) for it in value]
    if not isinstance(value, Mapping):
        return value
    if value == {"get_resource": name}:
        return {"get_resource": new_name}
    read = value.get("get_attr")
    if len(value) == 1 and isinstance(read, list) and read and read[0] == name:
        return {"get_attr": [new_name, *(referring(it, name, new_name) for it in read[1:])]}
    found = {key: referring(it, name, new_name) for key, it in value.items()}
    if DEPENDS_ON in found:
        found[DEPENDS_ON] = in_dependencies(found[DEPENDS_ON], name, new_name)
    return found


def in_dependencies(value: Any, name: str, new_name: str) -> Any:
    """Return ``depends_on`` with the new name: a name, or a list of names."""
    if isinstance(value, list):
        return [new_name if it == name else it for it in value]
    return new_name if value == name else value
