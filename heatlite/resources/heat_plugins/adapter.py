"""The adapter: a plugin of heatlite around each class that a module written for Heat maps to a type.

::

    heatlite ── handle_create() ─▶ Adapted ── handle_create() ─▶ an object of the plugin's class
             ◀── progress, JSON ──         ◀── any value ──────

A value between two steps must be JSON, because another process may run the next step: that is what most plugins have to
be changed for, if anything.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from heatlite.exception import NotSupported
from heatlite.resources.base import Resource
from heatlite.resources.heat_plugins import names, written
from heatlite.resources.instance import Instance
from heatlite.resources.schema import SupportStatus
from heatlite.resources.siblings import Sibling

Clients = Mapping[str, Callable[[Any], Any]]
"""Heat's name of a service → a function from a keystoneauth session to the client that the plugin expects."""
STEPS = ("create", "delete", "suspend", "resume", "check", "snapshot")


class Diff:
    """``tmpl_diff`` of an update: the changed properties; nothing else of a resource is given to plugins here."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        self.properties = properties

    def metadata_changed(self) -> bool:
        """Return False."""
        return False

    def update_policy_changed(self) -> bool:
        """Return False."""
        return False


class Adapted(Resource):
    """The base of all adapted types. ``heat_class`` is the plugin's class, ``clients`` what it calls services by."""

    heat_class: ClassVar[type[written.Resource]]
    clients: ClassVar[Clients] = {}

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._instance = instance
        self.properties = {**self.properties}
        self._inner: written.Resource | None = None

    @property
    def inner(self) -> written.Resource:
        """The object of the plugin's class, made when it is first needed."""
        if self._inner is None:
            self._inner = self.heat_class(self.name, self, written.Stack(self))
            self._translate(self._inner)
        return self._inner

    def _translate(self, inner: written.Resource) -> None:
        """Give the plugin ids in place of names, as its translation rules ask."""
        for rule in inner.translation_rules(self.properties) or ():
            value = self.properties.get(rule.property)
            if value and self._cloud is not None and self.known(rule.property):
                self.properties[rule.property] = self.cloud.names.id_of(rule.kind, value)  # type: ignore[index]

    def beside(self, sibling: Sibling, physical_id: str | None) -> written.Resource | None:
        """Return another resource of the stack as an object of its plugin's class."""
        if not issubclass(sibling.plugin, Adapted):
            return None
        instance = dataclasses.replace(
            self._instance,
            name=sibling.name,
            properties=sibling.properties,
            metadata=sibling.metadata,
            data=sibling.data,
            resource_id=physical_id,
        )
        return sibling.plugin(instance).inner

    def heat_client(self, name: str | None) -> Any:
        """Return the client of a service.

        :raises NotSupported: if the adapter was given none
        """
        if name is None or name not in self.clients:
            raise NotSupported(feature=f"{self.type_name}: a client of {name}; give adapted() a function that makes it")
        return self.clients[name](self.cloud.session)  # type: ignore[attr-defined]

    # --- the contract of a plugin -----------------------------------------------------------------------------------

    def validate(self) -> None:
        """Let the plugin check the properties, once all of them are known."""
        if self.known(*self.properties_schema):
            self.inner.validate()

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Let the plugin change the properties.

        :raises UpdateReplace: if it asks for a replacement
        """
        return self.inner.handle_update(self, Diff(prop_diff), dict(prop_diff))

    def check_update_complete(self, progress: Any) -> bool:
        """Tell whether the plugin says that the update is complete."""
        return self._is_complete("update", progress)

    def handle_signal(self, details: Any) -> str | None:
        """Let the plugin handle a signal."""
        answer = self.inner.handle_signal(details)
        return None if answer is None else str(answer)

    def resolve_attribute(self, name: str) -> Any:
        """Return an attribute as the plugin resolves it."""
        return self.inner._resolve_attribute(name)

    def reference(self) -> Any:
        """Return the plugin's reference."""
        return self.inner.get_reference_id()

    def _handle(self, action: str) -> Any:
        handle = getattr(self.inner, f"handle_{action}", None)
        return handle() if handle is not None else None

    def _is_complete(self, action: str, progress: Any) -> bool:
        check = getattr(self.inner, f"check_{action}_complete", None)
        return bool(check(progress)) if check is not None else True


def _steps(action: str) -> dict[str, Any]:
    """Return the two methods of an action."""

    def handle(self: Adapted) -> Any:
        return self._handle(action)

    def check(self: Adapted, progress: Any) -> bool:
        return self._is_complete(action, progress)

    return {f"handle_{action}": handle, f"check_{action}_complete": check}


for _action in STEPS:
    for _name, _method in _steps(_action).items():
        setattr(Adapted, _name, _method)


def adapted(module: str, clients: Clients | None = None) -> dict[str, type[Resource]]:
    """Import a module that was written for Heat, and return its types as classes for heatlite.

    :param module: its name; it has ``resource_mapping()`` or ``available_resource_mapping()``
    :param clients: what its plugins call services by, if they do
    :raises NotProvided: if it imports something of Heat's that isn't provided
    """
    with names.names_of_heat(written.Resource):
        found = importlib.import_module(module)
    mapping = getattr(found, "available_resource_mapping", None) or found.resource_mapping
    return {name: _class_for(name, plugin, clients or {}) for name, plugin in mapping().items()}


def _class_for(type_name: str, plugin: Any, clients: Clients) -> type[Resource]:
    status = plugin.support_status or SupportStatus()
    facts = {
        "__doc__": plugin.__doc__ or type_name,
        "__module__": plugin.__module__,
        "heat_class": plugin,
        "clients": clients,
        "support_status": status,
        "physical_resource_name_limit": plugin.physical_resource_name_limit,
        "properties_schema": {name: it.property for name, it in plugin.properties_schema.items()},
        "attributes_schema": {name: it.attribute for name, it in plugin.attributes_schema.items()},
    }
    return type(plugin.__name__, (Adapted,), facts)
