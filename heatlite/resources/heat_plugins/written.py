"""Resource: the base class that a plugin written for Heat finds as Heat's ``Resource``.

An object of it is made for each step. What it tells and keeps is that of the plugin of heatlite around it, ``outer``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from heatlite import exception
from heatlite.resources.heat_plugins.names import UpdateReplace

NOT_FOUND = 404


@dataclass(frozen=True)
class Context:
    """The request's context, as far as plugins read it."""

    tenant_id: str
    project_id: str


class Stack:
    """The stack, as far as plugins read it. ``outer`` is the plugin of heatlite that a resource is made for."""

    def __init__(self, outer: Any) -> None:
        self.outer = outer
        self.name, self.id = outer.stack_name, outer.stack_id
        self.context = Context(outer.project_id, outer.project_id)

    def resource_by_refid(self, refid: str) -> Resource | None:
        """Return another resource of the stack by its reference: its physical id, or its name without one.

        None if there is none, or it isn't of a plugin for Heat.
        """
        there = self.outer.siblings
        if there is None:
            return None
        if found := there.by_reference(refid):
            return self.outer.beside(found, refid)
        return self.outer.beside(found, None) if (found := there.by_name(refid)) else None


class ClientPlugin:
    """``self.client_plugin()``: what tells errors of a client apart."""

    def __init__(self, name: str) -> None:
        self.name = name

    def is_not_found(self, error: BaseException) -> bool:
        """Tell whether a client says that something doesn't exist."""
        statuses = {getattr(error, name, None) for name in ("http_status", "status_code", "code")}
        return NOT_FOUND in statuses or isinstance(error, exception.CloudNotFound)

    def ignore_not_found(self, error: BaseException) -> None:
        """Raise the error again, unless it says that something doesn't exist."""
        if not self.is_not_found(error):
            raise error


class Resource:
    """The base class."""

    properties_schema: ClassVar[Mapping[str, Any]] = {}
    attributes_schema: ClassVar[Mapping[str, Any]] = {}
    support_status: ClassVar[Any] = None
    physical_resource_name_limit: ClassVar[int | None] = 255
    default_client_name: ClassVar[str | None] = None
    entity: ClassVar[str | None] = None
    ACTIONS = (INIT, CREATE, DELETE, UPDATE, ROLLBACK, SUSPEND, RESUME, ADOPT, SNAPSHOT, CHECK) = (
        *("INIT", "CREATE", "DELETE", "UPDATE", "ROLLBACK", "SUSPEND", "RESUME", "ADOPT", "SNAPSHOT", "CHECK"),
    )
    STATUSES = (IN_PROGRESS, FAILED, COMPLETE) = ("IN_PROGRESS", "FAILED", "COMPLETE")

    def __init__(self, name: str, definition: Any, stack: Stack) -> None:
        self.name, self.t, self.stack = name, definition, stack
        self.context, self._outer = stack.context, stack.outer
        self.properties: Mapping[str, Any] = self._outer.properties
        self.id = self.uuid = self._outer.uuid

    # --- what it knows and keeps ------------------------------------------------------------------------------------

    @property
    def resource_id(self) -> str | None:
        """The physical id."""
        found: str | None = self._outer.resource_id
        return found

    def resource_id_set(self, value: Any) -> None:
        """Record the physical id."""
        self._outer.resource_id_set(value)

    def data(self) -> dict[str, Any]:
        """Return the values that were kept."""
        return dict(self._outer.data)

    def data_set(self, key: str, value: Any, redact: bool = False) -> None:
        """Keep a value; all are encrypted."""
        self._outer.data_set(key, value)

    def data_delete(self, key: str) -> bool:
        """Forget a value."""
        return bool(self._outer.data_delete(key))

    def metadata_get(self, refresh: bool = False) -> dict[str, Any]:
        """Return the metadata."""
        return dict(self._outer.metadata)

    def metadata_set(self, metadata: Mapping[str, Any], merge_metadata: Any = None) -> None:
        """Replace the metadata, which is stored only by a signal."""
        self._outer.metadata_set(metadata)

    def physical_resource_name(self) -> str:
        """Return a name for the physical resource."""
        return str(self._outer.physical_resource_name())

    def physical_resource_name_or_FnGetRefId(self) -> str:
        """Return the same: it never changes here."""
        return self.physical_resource_name()

    def client(self, name: str | None = None, version: str | None = None) -> Any:
        """Return the client that the adapter was given for a service."""
        return self._outer.heat_client(name or self.default_client_name)

    def client_plugin(self, name: str | None = None) -> ClientPlugin:
        """Return what tells errors of a client apart."""
        return ClientPlugin(str(name or self.default_client_name))

    # --- what plugins override --------------------------------------------------------------------------------------

    def validate(self) -> None:
        """Accept the properties: their schema has been checked."""

    def translation_rules(self, properties: Any) -> list[Any]:
        """Return no rules."""
        return []

    def handle_create(self) -> Any:
        """Do nothing."""

    def handle_update(self, json_snippet: Any, tmpl_diff: Any, prop_diff: Mapping[str, Any]) -> Any:
        """Ask for a replacement, if a property changed."""
        if prop_diff:
            raise UpdateReplace(self.name)

    def handle_delete(self) -> Any:
        """Delete the entity by the client, if the plugin names both."""
        if self.entity and self.default_client_name and self.resource_id is not None:
            try:
                getattr(self.client(), self.entity).delete(self.resource_id)
            except Exception as error:
                self.client_plugin().ignore_not_found(error)
                return None
            return self.resource_id
        return None

    def _resolve_attribute(self, name: str) -> Any:
        """Return nothing."""

    def get_reference_id(self) -> Any:
        """Return the physical id, or the name without one."""
        return self.name if self.resource_id is None else self.resource_id

    def handle_signal(self, details: Any = None) -> Any:
        """Refuse signals."""
        raise exception.ResourceActionNotSupported(action="signal")
