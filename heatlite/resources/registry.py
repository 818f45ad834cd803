"""Registry: which class serves which resource type. Found once at start-up, under one entry point namespace.

A broken plugin costs its own types only: it is reported and left out, and the engine starts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint

from stevedore.extension import ExtensionManager

from heatlite.resources import absent
from heatlite.resources.adoptable import check_adoptable
from heatlite.resources.base import Resource
from heatlite.resources.builtin import retired
from heatlite.resources.builtin.template_resource import TemplateResource
from heatlite.resources.properties import check_schema
from heatlite.resources.schema import Attribute
from heatlite.schema.provider import is_template

LOG = logging.getLogger(__name__)

NAMESPACE = "heatlite.resources"


class Registry:
    """An immutable mapping of type names to plugin classes."""

    def __init__(self, plugins: Mapping[str, type[Resource]]) -> None:
        self._plugins = dict(plugins)
        self._older: dict[str, type[Resource]] = {}

    @classmethod
    def load(cls, namespace: str = NAMESPACE) -> Registry:
        """All plugins that are installed under the namespace."""
        # The manager's own loading lets an AssertionError end start-up, so only its list (and cache) is used.
        finder: ExtensionManager[type[Resource]] = ExtensionManager.make_test_instance([], namespace=namespace)
        return cls.load_from(finder.list_entry_points())

    @classmethod
    def load_from(cls, entry_points: Iterable[EntryPoint]) -> Registry:
        """These plugins; of two with the same name the first serves."""
        plugins: dict[str, type[Resource]] = {}
        for entry_point in entry_points:
            if entry_point.name in plugins:
                LOG.warning("%s is left out: %s has another plugin", described(entry_point), entry_point.name)
            elif plugin := load_one(entry_point):
                plugins[entry_point.name] = plugin
        return cls(plugins)

    def get(self, type_name: str) -> type[Resource]:
        """The class that serves a type, one that is hidden included.

        For the name of a template's file it is one that knows nothing of the file, unless it is an operator's.

        :raises EntityNotFound: where none does; ``ResourceTypeUnavailable`` where Heat has one
        """
        found = self._plugins.get(type_name) or retired.SHELLS.get(type_name)
        if found is not None:
            return found
        if is_template(type_name):
            return TemplateResource
        newer_name = retired.OLDER_NAMES.get(type_name, type_name)
        newer = self._plugins.get(newer_name)
        if newer is None:
            raise absent.error_for(newer_name)
        return self._older.setdefault(type_name, retired.hidden_as(newer, type_name))

    def with_others(self, plugins: Mapping[str, type[Resource]]) -> Registry:
        """The same, but for types that these serve."""
        return Registry({**self._plugins, **plugins})

    def names(self) -> list[str]:
        """The type names, sorted; without those that are hidden in Heat, and without files of templates."""
        return sorted(name for name in self._plugins if not is_template(name))


def load_one(entry_point: EntryPoint) -> type[Resource] | None:
    """The plugin, or None (and a warning) where it can't be imported or breaks the contract."""
    try:
        plugin = entry_point.load()
        check_plugin(plugin)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module can raise anything when imported, SystemExit too
        LOG.warning("%s is left out: %s: %s", described(entry_point), type(error).__name__, error)
        return None
    return plugin


def check_plugin(plugin: object) -> None:
    """Check that it keeps to the contract as far as its class shows.

    :raises TypeError: where it isn't a plugin class with an attributes schema, or lets in what is an engine's
    :raises InvalidSchemaError: where its properties schema contradicts itself
    """
    if not (isinstance(plugin, type) and issubclass(plugin, Resource)):
        raise TypeError(f"{plugin!r} is not a subclass of heatlite.resources.base.Resource")
    check_schema(plugin.properties_schema)
    check_adoptable(plugin.adoptable_data)
    for name, attribute in plugin.attributes_schema.items():
        if not isinstance(attribute, Attribute):
            raise TypeError(f"attribute {name} is {attribute!r}, not an Attribute")


def described(entry_point: EntryPoint) -> str:
    """The plugin as a person finds it: its type name and where its class should be."""
    return f"Resource plugin {entry_point.name} ({entry_point.value})"
