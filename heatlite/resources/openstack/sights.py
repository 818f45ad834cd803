"""See many objects of an API in few requests, and compare each with the properties of its resource.

::

    resources of one type ─┬─ by the list that they are in ──▶ GET /ports?id=…&id=…    a page for up to 50 of Neutron's
                           │                                   GET /servers/detail     one list of the project's others
                           └─ alone, or not in a list ───────▶ GET /ports/3f0c…
                                     not in the list ────────▶ GET /ports/3f0c…        404: it is gone

    each property that an update can change ──▶ the field that an update would send ──▶ compared with the field seen

A property that the template doesn't give isn't compared: the service chose its value, or others did, as a server does
with the device of its port. Nor is one that no update can change, because services write such values in forms of their
own, and can't change them either.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from heatlite.exception import CloudNotFound, HeatliteError
from heatlite.resources.base import UpdateReplace
from heatlite.resources.openstack.fields import Field
from heatlite.resources.openstack.marks import KEY, TAGS
from heatlite.resources.openstack.states import State
from heatlite.resources.schema import Property
from heatlite.resources.sight import IS_GONE, Sight

if TYPE_CHECKING:
    from heatlite.resources.openstack.base import CloudResource

MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE)
IDS_TOGETHER = 50
"""Ids in one query: two kilobytes of it, which every server takes."""


def see_all(resources: Sequence[CloudResource]) -> dict[str, Sight | str]:
    """Return uuid → what was seen of each resource, or why it couldn't be seen.

    :param resources: of one type, each with a physical id
    """
    found: dict[str, Sight | str] = {}
    by_list: dict[Any, list[CloudResource]] = {}
    for resource in resources:
        try:
            by_list.setdefault(resource.list_seen_in(), []).append(resource)
        except HeatliteError as error:
            found[resource.uuid] = _unseen(resource, error)
    for where, there in by_list.items():
        bodies: dict[str, Any] = {}
        if where is not None and len(there) > 1:
            try:
                bodies = dict(_bodies(there))
            except HeatliteError as error:  # a list that isn't found is a service's fault: nothing is known to be gone
                found |= {it.uuid: it.masked(str(error)) for it in there}
                continue
        for resource in there:
            found[resource.uuid] = see(resource, bodies.get(str(resource.resource_id)))
    return found


def see(resource: CloudResource, body: Mapping[str, Any] | None = None) -> Sight | str:
    """Return what was seen of one resource, or why it couldn't be seen.

    :param body: its object, if a list has shown it. An object that a list lacks is read: it may be another project's
    """
    try:
        if body is not None:
            resource.saw(body)
        elif not (resource.has_seen or resource.exists()):
            return IS_GONE
        return compared(resource)
    except HeatliteError as error:
        return _unseen(resource, error)


def _unseen(resource: CloudResource, error: HeatliteError) -> str | Sight:
    return IS_GONE if isinstance(error, CloudNotFound) else resource.masked(str(error))


def _bodies(resources: Sequence[CloudResource]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    first, ids = resources[0], [str(it.resource_id) for it in resources]
    for at in range(0, len(ids), IDS_TOGETHER if first.lists_by_id else len(ids)):
        query = {"id": ids[at : at + IDS_TOGETHER]} if first.lists_by_id else {}
        for body in first.things(query):
            yield first.id_in(body), body


def compared(resource: CloudResource) -> Sight:
    """Compare the object that was seen with the resource's properties."""
    body, states = resource.seen(), resource.states
    if states is not None and states.of(body) is State.FAILED:
        return Sight(trouble=f"its status is {body[states.field]}")
    return Sight(properties=resource.differing(body))


def differing_fields(resource: CloudResource, names: Iterable[str], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties among these whose fields differ from what an update would send, as they were found."""
    found: dict[str, Any] = {}
    for name in sorted(names):
        wanted, value = resource.api_schema[name], resource.properties.get(name)
        field = (wanted.field if isinstance(wanted, Field) else "") or name
        is_given = value is not None and not (value == wanted.default and plain(value) is None)
        if not wanted.update_allowed or field not in body or not is_given:
            continue
        try:
            sent = resource.update_body({name: value})
        except (HeatliteError, UpdateReplace):
            continue  # it names what doesn't exist any more, which its own resource tells
        if field in sent and not holds(sent[field], body[field]):
            found[name] = in_template(wanted, body[field])
    return found


def holds(sent: Any, seen: Any) -> bool:
    """Tell whether a service's value is the one that was sent.

    Services add fields to maps, order lists as they like, and write texts, numbers and addresses in forms of their own.
    """
    if isinstance(sent, Mapping) and isinstance(seen, Mapping):
        return all(key in seen and holds(value, seen[key]) for key, value in sent.items())
    if isinstance(sent, list) and isinstance(seen, list):
        left = [it for it in seen if not is_mark(it)]
        for value in (it for it in sent if not is_mark(it)):
            match = next((at for at, it in enumerate(left) if holds(value, it)), None)
            if match is None:
                return False
            del left[match]
        return not left
    return plain(sent) == plain(seen)


def plain(value: Any) -> Any:
    """Return a value in a form in which equal ones are equal."""
    if value in (None, "", [], {}):
        return None
    text = str(value).strip()
    if isinstance(value, bool) or MAC.fullmatch(text):
        return text.lower().replace("-", ":")
    try:
        return str(ipaddress.ip_network(text, strict=False)) if "." in text or ":" in text else text
    except ValueError:
        return text


def in_template(wanted: Property, seen: Any) -> Any:
    """Return a service's value in the form in which a template gives it."""
    if isinstance(wanted.schema, Property) and isinstance(seen, list):
        return [in_template(wanted.schema, it) for it in seen if not is_mark(it)]
    if isinstance(wanted.schema, Mapping) and isinstance(seen, Mapping):
        named = {name: (it.field if isinstance(it, Field) else "") or name for name, it in wanted.schema.items()}
        return {name: in_template(wanted.schema[name], seen[field]) for name, field in named.items() if field in seen}
    return seen


def is_mark(value: Any) -> bool:
    """Tell whether an item of a list is the mark of heatlite."""
    return isinstance(value, str) and value.startswith(f"{KEY}=")


def tags_differ(given: Sequence[str] | None, seen: Sequence[str] | None) -> dict[str, Any]:
    """Compare the tags of a template with those of an object, which may have the mark among them."""
    there = [it for it in seen or () if not is_mark(it)]
    return {} if given is None or set(given) == set(there) else {TAGS: sorted(there)}
