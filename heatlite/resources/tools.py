"""Tools: what a plugin finds on ``self``: the facts about the resource, and the few things that it may set.

The physical name of a resource is readable, unique by its uuid and bounded in length: ``shop-web-3wuqnzfxv5hl``.
"""

from __future__ import annotations

import base64
import math
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from heatlite.exception import NotSupported, StackValidationFailed
from heatlite.resources.cloud import Cloud
from heatlite.resources.instance import Instance
from heatlite.resources.jsonable import MOST_DATA, MOST_METADATA, NotJson, as_json
from heatlite.resources.properties import completed, contains, property_error
from heatlite.resources.schema import PropertiesSchema
from heatlite.resources.software.port import Software
from heatlite.schema.sizes import weight


def short_id(resource_uuid: str) -> str:
    """Return the 60 random bits of a version 4 UUID as 12 lower-case characters, as Heat writes them."""
    random_bits = uuid.UUID(resource_uuid).time
    return base64.b32encode((random_bits << 4).to_bytes(8, "big"))[:12].decode("ascii").lower()


def physical_name(stack_name: str, resource_name: str, resource_uuid: str, limit: int | None) -> str:
    """Return ``stack-resource-shortid`` in at most ``limit`` characters (None: unlimited).

    A name that is too long keeps its first two characters and its end, because the end makes it unique.

    :raises ValueError: if the limit leaves no room for that
    """
    name = f"{stack_name}-{resource_name}-{short_id(resource_uuid)}"
    if limit is None or len(name) <= limit:
        return name
    if limit < 4:
        raise ValueError("limit cannot be less than 4")
    return f"{name[:2]}-{name[3 - limit :]}"


DEFAULT_POLL_SECONDS = 1.0
LONGEST_ID = 255  # characters that the database's column holds


class Tools:
    """The inherited part of a plugin. The object lives for one step: keep what must last in progress or data."""

    properties_schema: PropertiesSchema = {}
    physical_resource_name_limit: int | None = 255

    def __init__(self, instance: Instance) -> None:
        self.name = instance.name
        self.uuid = instance.uuid
        self.type_name = instance.type_name
        self.stack_name = instance.stack_name
        self.stack_id = instance.stack_id
        self.project_id = instance.project_id
        self.properties: Mapping[str, Any] = MappingProxyType(self.completed_properties(instance.properties))
        self.metadata: Mapping[str, Any] = MappingProxyType(dict(instance.metadata))
        self.random = instance.random
        self.now = instance.now
        self.poll_after = DEFAULT_POLL_SECONDS
        self.wake_ids: frozenset[str] = frozenset()
        self._resource_id = instance.resource_id
        self._data = dict(instance.data)
        self._unknown = instance.unknown
        self._mask = instance.mask
        self._cloud = instance.cloud
        self.siblings = instance.siblings
        self._software = instance.software
        self.update_policy: Mapping[str, Any] = instance.update_policy
        self.reads = instance.reads
        self.is_repeated = False
        """Whether this call was made before, and got no answer or was left by an engine that died: a service may have
        done what it asks for."""

    @classmethod
    def completed_properties(cls, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return checked properties, perhaps stored by an older plugin, adapted to the current schema."""
        return completed(cls.properties_schema, stored)

    def masked(self, text: str) -> str:
        """Return a text without the values of hidden parameters. Use it for logs: errors are masked in any case."""
        return self._mask(text)

    @property
    def cloud(self) -> Cloud:
        """The cloud's services, used as the user who asked for the stack's operation.

        :raises NotSupported: if no keystone is configured
        """
        if self._cloud is None:
            kind = self.type_name or "This type"
            raise NotSupported(feature=f"{kind} without a configured keystone ([trustee] auth_url)")
        return self._cloud

    @property
    def software(self) -> Software:
        """The store of software configs and deployments. Only plugins that aren't ``immediate`` may use it.

        :raises NotSupported: in validation, or a test, without one
        """
        if self._software is None:
            raise NotSupported(feature="A software config without an engine")
        return self._software

    @property
    def resource_id(self) -> str | None:
        """The physical id, or None while no physical resource is known to exist."""
        return self._resource_id

    def resource_id_set(self, value: object | None) -> None:
        """Record the physical id. Do so as soon as it is known: it is kept even if the step then fails.

        :raises ValueError: if the database column can't hold it
        """
        text = None if value is None else str(value)
        if text is not None and (len(text) > LONGEST_ID or "\x00" in text):
            raise ValueError(f"A physical id has at most {LONGEST_ID} characters and no NUL, but this is {text!r:.80}")
        self._resource_id = text

    @property
    def data(self) -> Mapping[str, Any]:
        """The values that :meth:`data_set` recorded, in this step or an earlier one."""
        return MappingProxyType(self._data)

    def data_set(self, key: str, value: Any) -> None:
        """Keep a JSON value with the resource for as long as it lives.

        :raises NotJson: if it isn't JSON, or all data of the resource together would be too large
        """
        kept = as_json(value, f"{plugin_name(self)} data {key}", MOST_DATA)
        if (size := weight({**self._data, key: kept})) > MOST_DATA:
            raise NotJson(f"{plugin_name(self)} data take {size} characters with {key}; the limit is {MOST_DATA}")
        self._data[key] = kept

    def data_delete(self, key: str) -> bool:
        """Forget ``key``; tell whether it was there."""
        return self._data.pop(key, NOT_THERE) is not NOT_THERE

    def metadata_set(self, value: Mapping[str, Any]) -> None:
        """Replace the metadata. It is stored only if ``handle_signal`` calls this.

        :raises NotJson: if it isn't JSON
        """
        self.metadata = MappingProxyType(as_json(value, f"{plugin_name(self)} metadata", MOST_METADATA))

    def physical_resource_name(self) -> str:
        """Return a name for the physical resource: ``stack-resource-shortid``, the same in every step."""
        return physical_name(self.stack_name, self.name, self.uuid, self.physical_resource_name_limit)

    def poll_in(self, seconds: float) -> None:
        """Choose the time of the next check, in seconds from now; the default is 1 s.

        :raises ValueError: if it isn't a finite number
        """
        if not math.isfinite(seconds):
            raise ValueError(f"poll_in takes seconds; got {seconds}")
        self.poll_after = max(0.0, float(seconds))

    def wake_on(self, physical_id: str) -> None:
        """Say that only a change of this physical resource can end the wait.

        If the engine listens to the services' notifications, the next check follows one about it, and ``poll_in`` is
        the time of the next check as long as none has ever come in such a case.
        """
        self.wake_ids |= {physical_id}

    def known(self, *names: str) -> bool:
        """Tell whether these properties are fully known. In validation one may depend on another resource."""
        return not any(contains(self.properties.get(name), self._unknown) for name in names)

    def knows_keys(self, name: str) -> bool:
        """Tell whether the keys of a map, or the items of a list, are known; their values may still be unknown."""
        return self.properties.get(name) is not self._unknown

    def property_error(self, name: str, message: str) -> StackValidationFailed:
        """Return an error to raise from ``validate``, with the property's path in the template."""
        return property_error(f"resources.{self.name}.properties.{name}", message)

    def properties_error(self, message: str) -> StackValidationFailed:
        """Return an error to raise from ``validate`` for properties that don't go together."""
        return StackValidationFailed(path=f"resources.{self.name}.properties", message=message)


def plugin_name(plugin: object) -> str:
    """Return the class of a plugin as logs and errors name it: ``acme.servers.Server``."""
    return f"{type(plugin).__module__}.{type(plugin).__qualname__}"


NOT_THERE = object()
