"""Which objects a notification of a cloud's service is about: pure, and for messages that anybody may have sent.

::

    compute.instance.create.end   {"instance_id": ID, …}                        Nova, unversioned
    instance.volume_attach.end    {"nova_object.data": {"uuid": ID, "volume_id": ID}}      versioned
    volume.create.end             {"volume_id": ID, …}                          Cinder
    port.update.end               {"port": {"id": ID, …}}                       Neutron

Only those that tell of an end or an error count, because something may be complete then. They are no more than a hint:
whoever waits for an object with such an id looks at the service, and believes what the service answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST_TYPE = 255
MOST_KEYS = 500
"""Keys of a payload that are looked through; the largest of Nova's has a tenth of them."""
ENDS = re.compile(r"[a-z0-9_.]+\.(?:end|error)", re.ASCII)
OTHERS = frozenset(
    {
        "compute.instance.volume.attach",
        "compute.instance.volume.detach",
        "compute_task.build_instances",
        "scheduler.create_volume",
        "scheduler.retype",
    }
)
"""Types of events that are an end, or an error, although their name doesn't say so."""
ID_KEYS = frozenset({"id", "uuid", "server_id"})
ID_ENDING = re.compile(r"(?:instance|volume|snapshot|backup|share|loadbalancer|stack|image)_(?:id|uuid)", re.ASCII)
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
VERSIONED = "nova_object.data"


def ids_in(event_type: Any, payload: Any) -> frozenset[str]:
    """Return the ids of the objects that may have come to rest; none for any other message, whatever its form."""
    if not isinstance(event_type, str) or len(event_type) > LONGEST_TYPE or not tells_of_an_end(event_type):
        return frozenset()
    return frozenset(it for part in parts(payload) for it in ids_of(part))


def tells_of_an_end(event_type: str) -> bool:
    """Tell whether the object of such an event may be complete, gone or broken now."""
    return ENDS.fullmatch(event_type) is not None or event_type in OTHERS


def parts(payload: Any) -> Iterator[Mapping[Any, Any]]:
    """Yield the maps of a payload where ids stand: itself, Nova's data, and the object that Neutron puts in a map."""
    if not isinstance(payload, Mapping) or len(payload) > MOST_KEYS:
        return
    yield payload
    inner = list(payload.values()) if len(payload) == 1 else [payload.get(VERSIONED)]
    yield from (it for it in inner if isinstance(it, Mapping) and len(it) <= MOST_KEYS)


def ids_of(part: Mapping[Any, Any]) -> Iterator[str]:
    """Yield the ids in a map: values of the form that services give ids, under the keys that they give them."""
    for key, value in part.items():
        if not isinstance(key, str) or not isinstance(value, str) or len(key) > LONGEST_TYPE:
            continue
        if (key in ID_KEYS or ID_ENDING.fullmatch(key)) and ID.fullmatch(value):
            yield value
