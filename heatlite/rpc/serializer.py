"""Serialization: plain JSON both ways, and on the engine's side a context made from the caller's dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import oslo_messaging
from oslo_serialization import jsonutils


class PlainSerializer(oslo_messaging.NoOpSerializer):
    """A serializer of entities to JSON primitives and of contexts to dicts.

    :param make_context: called with the dict that came over the wire; its result is the context
    """

    def __init__(self, make_context: Callable[[Mapping[str, Any]], Any] = dict) -> None:
        super().__init__()
        self._make_context = make_context

    def serialize_entity(self, context: Any, entity: Any) -> Any:
        return jsonutils.to_primitive(entity, convert_instances=True)

    def serialize_context(self, context: Any) -> dict[str, Any]:
        return dict(context)

    def deserialize_context(self, context: Mapping[str, Any]) -> Any:
        return self._make_context(context)
