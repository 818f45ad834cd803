"""Registry: the mapping of resource types to classes, loaded once at start-up from one entry point namespace.

A broken plugin disables only its own types: the registry logs a warning, leaves it out, and the engine starts.
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
        """Load every plugin that is installed under the namespace."""
        # The manager's own loading would let an AssertionError end start-up, so only its list (and cache) is used.
        finder: ExtensionManager[type[Resource]] = ExtensionManager.make_test_instance([], namespace=namespace)
        return cls.load_from(finder.list_entry_points())

    @classmethod
    def load_from(cls, entry_points: Iterable[EntryPoint]) -> Registry:
        """Load these plugins; of two with the same name the first is used."""
        plugins: dict[str, type[Resource]] = {}
        for entry_point in entry_points:
            if entry_point.name in plugins:
                LOG.warning("%s is ignored: another plugin serves %s", described(entry_point), entry_point.name)
            elif plugin := load_one(entry_point):
                plugins[entry_point.name] = plugin
        return cls(plugins)

    def get(self, type_name: str) -> type[Resource]:
        """Return the class that serves a type, including hidden types.

        The name of a template file gives ``TemplateResource``, which doesn't know the file, unless an operator
        mapped it.

        :raises EntityNotFound: if there is no such class; ``ResourceTypeUnavailable`` if Heat has the type
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
        """Return a registry in which these plugins replace or extend the present ones."""
        return Registry({**self._plugins, **plugins})

    def names(self) -> list[str]:
        """Return the type names, sorted, without Heat's hidden types and without names of template files."""
        return sorted(name for name in self._plugins if not is_template(name))


def load_one(entry_point: EntryPoint) -> type[Resource] | None:
    """Return the plugin; warn and return None if it can't be imported or breaks the contract."""
    try:
        plugin = entry_point.load()
        check_plugin(plugin)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # importing a module can raise anything, even SystemExit
        LOG.warning("%s is ignored: %s: %s", described(entry_point), type(error).__name__, error)
        return None
    return plugin


def check_plugin(plugin: object) -> None:
    """Check that a plugin keeps the contract, as far as its class shows.

    :raises TypeError: if it isn't a plugin class, an attribute isn't an Attribute, or it declares the engine's keys
    :raises InvalidSchemaError: if its properties schema contradicts itself
    """
    if not (isinstance(plugin, type) and issubclass(plugin, Resource)):
        raise TypeError(f"{plugin!r} is not a subclass of heatlite.resources.base.Resource")
    check_schema(plugin.properties_schema)
    check_adoptable(plugin.adoptable_data)
    for name, attribute in plugin.attributes_schema.items():
        if not isinstance(attribute, Attribute):
            raise TypeError(f"attribute {name} is {attribute!r}, not an Attribute")


def described(entry_point: EntryPoint) -> str:
    """Return how a log names a plugin: its type name and the location of its class."""
    return f"Resource plugin {entry_point.name} ({entry_point.value})"
