"""CloudResource: the base of all types whose resources are objects of a service's API.

::

    create ─▶ POST, marked ──▶ id recorded ──▶ wait while it is pending ──▶ settle() ──▶ complete
                │ no answer, or the engine dies
                ▼
        find(): by the mark; the first object is kept, others are deleted, and the creation continues

    update ─▶ PUT of the fields that changed ──▶ wait ──▶ settle()          404: a replacement
    delete ─▶ DELETE ──▶ gone at once, or wait for 404                      404: done; 409: wait, with a limit

A subclass is a table: the path of the objects, the field of each property, the states, and the mark. A type's
peculiarities are hooks: ``extra_body``, ``settle``, ``update_rest`` and other methods whose docstrings say "Hook".

Within a step a body is read only once: a creation that completes at once costs one request.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from heatlite.exception import (
    CloudConflict,
    CloudError,
    CloudNotFound,
    CloudUnavailable,
    EntityNotFound,
    NotSupported,
    ResourceInError,
    ResourceUnknownStatus,
)
from heatlite.resources import properties as checking
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.cloud import Api, Cloud
from heatlite.resources.instance import Instance
from heatlite.resources.openstack import sights
from heatlite.resources.openstack.fields import Field, for_api, has_old_names, moved
from heatlite.resources.openstack.marks import InName, Mark
from heatlite.resources.openstack.states import State, States
from heatlite.resources.schema import PropertiesSchema
from heatlite.resources.sight import Sight

MADE_AGAIN = "made_again"
"""The key of a resource's data: its creation was sent more than once, so there may be others, now or later."""
IDS = "ids"
"""The key of a resource's data for ids: property → the id that its name meant when the resource was created."""
PROJECTS = {
    "network": "neutron",
    "compute": "nova",
    "block_storage": "cinder",
    "image": "glance",
    "key_manager": "barbican",
    "dns": "designate",
    "load_balancer": "octavia",
    "object_store": "swift",
    "alarm": "aodh",
    "application_container": "zun",
    "baremetal": "ironic",
    "container_infrastructure_management": "magnum",
    "database": "trove",
    "message": "zaqar",
    "reservation": "blazar",
    "shared_file_system": "manila",
    "workflow": "mistral",
}
"""The SDK's name of a service → the project's name, which Heat uses."""
UNKNOWN_THERE = (400, 403, 404)
"""The statuses by which services refuse a request that names what they don't have: Nova, Ironic, and most."""
DELETION = "delet"
"""The part, in lower case, that all statuses of a deletion under way share: ``deleting``, ``PENDING_DELETE`` …"""
Body = dict[str, Any]


class CloudResource(Resource):
    """One object of an API.

    ``service``: the SDK's name of the service. ``path``: of the collection. ``key``: of an object in JSON.
    ``is_bare``: an object's JSON has no key around it. ``list_key``: of a list of objects (empty: ``key`` and an s).
    ``whole_list``: the path of a list whose items are what a request for one object returns; those who wait share it.
    ``states``: None if an object is ready once created. ``extension``: of Neutron's API, which the type needs.
    ``mark``: see ``marks``. ``microversion``: sent with each request. ``name_property``: gets the physical name if the
    template gives none. ``attribute_fields``: attribute → field, if they differ. ``is_gone_at_once``: after DELETE
    there is nothing to wait for. ``in_use_seconds``: how long a deletion waits while something uses the object.
    ``poll_seconds``: the time between two checks. ``lists_by_id``: a list can be asked for the objects with some ids.
    ``not_compared``: properties whose fields the service shows in another form than they are sent.
    """

    replace_when_failed = False  # the object can be repaired; if it can't, handle_update asks for a replacement
    service: ClassVar[str]
    path: ClassVar[str]
    key: ClassVar[str]
    is_bare: ClassVar[bool] = False
    list_key: ClassVar[str] = ""
    whole_list: ClassVar[str] = ""
    extension: ClassVar[str] = ""
    states: ClassVar[States | None] = None
    mark: ClassVar[Mark] = InName()
    microversion: ClassVar[str | None] = None
    update_method: ClassVar[str] = "PUT"
    name_property: ClassVar[str] = "name"
    attribute_fields: ClassVar[Mapping[str, str]] = {}
    is_gone_at_once: ClassVar[bool] = True
    in_use_seconds: ClassVar[float] = 120.0
    poll_seconds: ClassVar[float] = 1.0
    lists_by_id: ClassVar[bool] = False
    not_compared: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.poll_in(self.poll_seconds)
        self._seen: Body | None = None
        self._created: Body | None = None
        self._waits = False
        self._others: list[str] = []
        self._asked_names: dict[tuple[str, str], bool] = {}

    # --- properties ------------------------------------------------------------------------------------------------

    @classmethod
    def missing(cls, cloud: Cloud) -> tuple[str, str] | None:
        """Return the service if it isn't in the catalogue, or lacks the extension that the type needs."""
        name, kind = PROJECTS.get(cls.service, cls.service), cls.service.replace("_", "-")
        if cloud.endpoint(kind) is None:
            return name, f"{name} {kind} endpoint is not in service catalog."
        if cls.extension and not cloud.api(cls.service).has_extension(cls.extension):
            return name, f"Required extension {cls.extension} in {name} service is not available."
        return None

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = checking.NOTHING
    ) -> dict[str, Any]:
        """Check the properties like any type, after translating their old names to the current ones."""
        schema = cls.properties_schema
        checking.refuse_unknown_names(schema, given, prefix)
        translated = moved(schema, given, prefix) if has_old_names(schema) else given
        return checking.validate(schema, translated, prefix, unknown)

    @classmethod
    def todays_properties(cls, given: Any) -> Any:
        """Return each value under its current name."""
        return moved(cls.properties_schema, given, refuses=False) if isinstance(given, Mapping) else {}

    @classmethod
    def completed_properties(cls, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return stored properties under their current names: Heat or an older plugin may have used old ones."""
        schema = cls.properties_schema
        return checking.completed(schema, moved(schema, stored, refuses=False) if has_old_names(schema) else stored)

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide like any type, except for a new name that may mean the same object: ``handle_update`` looks it up."""
        open_ones = frozenset(name for name in changed if self._may_be_the_same(name, before, after))
        return super().needs_replacement(before, after, changed - open_ones)

    def _may_be_the_same(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        wanted, old, new = self.properties_schema.get(name), before.get(name), after.get(name)
        if not isinstance(wanted, Field) or not wanted.kind or wanted.update_allowed or not old or not new:
            return False
        was = (self.data.get(IDS) or {}).get(name, old)
        return not (is_uuid(was) and is_uuid(new)) or was == new

    @property
    def api_schema(self) -> PropertiesSchema:
        """The schema of ``properties``. It differs from the template's if a type translates its properties. Hook."""
        return self.properties_schema

    def identify(self, kind: str, value: str) -> str:
        """Return the id of the object that a property names.

        :raises EntityNotFound: if there is no such object
        """
        names = self.cloud.names
        self._asked_names.setdefault((kind, value), names.is_kept(kind, value))
        return names.id_of(kind, value)

    def may_succeed_now(self, error: CloudError) -> bool:
        """Tell whether a request was refused that named what a name meant a short time ago, and forget that."""
        old = [name for name, was_kept in self._asked_names.items() if was_kept]
        for kind, value in old:
            self.cloud.names.forget(kind, value)
        return bool(old) and error.kwargs["status"] in UNKNOWN_THERE

    def fields(self, names: Iterable[str], *, clears: bool = False) -> Body:
        """Return the fields for these properties.

        :param clears: include those without a value
        """
        body: Body = {}
        for name in names:
            wanted = self.api_schema.get(name)
            if not isinstance(wanted, Field):
                continue
            value = for_api(wanted, self.properties[name], self.identify)
            if value is None and name == self.name_property:
                value = self.physical_resource_name()
            if value is not None or clears:
                body[wanted.field or name] = wanted.cleared if value is None else value
        return body

    def refuse_both(self, first: str, second: str) -> None:
        """Refuse two properties that exclude each other.

        :raises StackValidationFailed: if both are given
        """
        if self.properties[first] not in (None, "") and self.properties[second] not in (None, ""):
            message = f"Cannot define the following properties at the same time: {first}, {second}."
            raise self.property_error(second, message)

    def require_one(self, *names: str) -> None:
        """Require at least one of these properties.

        :raises StackValidationFailed: naming them
        """
        if all(self.properties[it] in (None, "") for it in names):
            message = f"At least one of the following properties must be specified: {', '.join(names)}."
            raise self.properties_error(message)

    # --- create ----------------------------------------------------------------------------------------------------

    def handle_create(self) -> Any:
        """Create the object, unless an earlier attempt created it without getting an answer."""
        if self.is_repeated and (left := self.find()):
            self.resource_id_set(left[0])
            return None
        self.made(self.create(self.creation()) if self._created is None else self._created)
        if self.is_repeated:
            self._delete_others()
        return {}

    def creation(self) -> Body:
        """Return the whole body of the creation, marked."""
        body = self.extra_body(self.fields(self.api_schema))
        self.mark.put(self, body)
        self._remember_ids(body)
        return body

    def was_created(self, body: Body) -> None:
        """Take the object that was created together with others, in place of a creation of its own."""
        self._created = body

    def extra_body(self, body: Body) -> Body:
        """Return the creation's body, completed with what the table can't express. Hook."""
        return body

    def create(self, body: Body) -> Body:
        """Send the creation and return the object from the answer. Hook."""
        return self.inside(self.api.post(self.collection(), self.around(body), **self.sent))

    def around(self, body: Body) -> Body:
        """Return an object's JSON as the service reads it."""
        return body if self.is_bare else {self.key: body}

    def inside(self, answer: Body) -> Body:
        """Return the object in the service's JSON."""
        return answer if self.is_bare else answer[self.key]

    def made(self, body: Body) -> None:
        """Record the id of the created object, and remember the answer as seen."""
        self.resource_id_set(self.id_in(body))
        self._seen = body

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the physical id of an object. Hook."""
        return str(body["id"])

    def check_create_complete(self, progress: Any) -> bool:
        """Tell whether the object is ready and settled. A progress of None: it was found after a crash."""
        if progress is None:
            self._delete_others()
        return self.is_ready() and self.settle(progress)

    def settle(self, progress: Any) -> bool:
        """Give the object what it needs beside its fields; return False if the next step has to continue. Hook.

        It is called again after a crash. ``progress`` is ``{}`` or None after a creation. After an update it is
        ``{"changed": […]}``, the names of the changed properties.
        """
        return True

    def is_ready(self) -> bool:
        """Tell whether the object is ready; False while it is pending.

        :raises ResourceInError: if it is broken
        :raises ResourceUnknownStatus: if its status is unknown
        :raises CloudNotFound: if it doesn't exist
        """
        if self.states is None:
            return True
        body = self.awaited()
        match self.states.of(body):
            case State.FAILED:
                raise ResourceInError(resource_status=body[self.states.field], status_reason=self.fault_of(body))
            case State.UNKNOWN:
                status = {"resource_status": body[self.states.field], "status_reason": "Unknown"}
                raise ResourceUnknownStatus(result=f"{type(self).__name__} is not ready", **status)
            case State.PENDING:
                self._seen = None
                self.wake_on(str(self.resource_id))
                return False
        return True

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return why the object is broken, as far as the service tells. Hook."""
        return "Unknown"

    # --- update ----------------------------------------------------------------------------------------------------

    replaced_if = "it doesn't exist any more or is broken, or if a name now means another object"

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change the fields whose properties changed.

        :raises UpdateReplace: if the object doesn't exist or is broken, or a name now means another object
        """
        if self.resource_id is None:
            raise UpdateReplace
        try:
            self._check_references(prop_diff)
            body = self.update_body(prop_diff)
            if body:
                self._seen = self.change(body)
            if self.states is not None and self.states.of(self.seen()) is State.FAILED:
                raise UpdateReplace
            self.update_rest(prop_diff)
            if not prop_diff:
                self.seen()
        except CloudNotFound:
            if self.exists():
                raise  # another object doesn't exist
            raise UpdateReplace from None
        return {"changed": sorted(prop_diff)}

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the fields that an update sends. Hook."""
        return self.fields((name for name in prop_diff if self.api_schema[name].update_allowed), clears=True)

    def change(self, body: Body) -> Body:
        """Send the change and return the object from the answer. Hook."""
        return self.inside(self.api.request(self.update_method, self.one, json=self.around(body), **self.sent))

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change what isn't a field. Hook."""

    def check_update_complete(self, progress: Any) -> bool:
        """Tell whether the object is ready and settled again."""
        return self.is_ready() and self.settle(progress)

    def _check_references(self, prop_diff: Mapping[str, Any]) -> None:
        """Verify that changed names of properties that can't be updated still mean the same objects.

        :raises UpdateReplace: if one means another object; NotSupported if the property is immutable
        """
        for name in prop_diff:
            wanted = self.api_schema[name]
            if isinstance(wanted, Field) and wanted.kind and not wanted.update_allowed:
                value = for_api(wanted, self.properties[name], self.identify)
                if value != self.seen().get(wanted.field or name):
                    if wanted.immutable:
                        raise NotSupported(feature=f"Update to properties {name} of {self.name} ({self.type_name})")
                    raise UpdateReplace

    # --- delete ----------------------------------------------------------------------------------------------------

    def handle_delete(self) -> Any:
        """Begin to delete the object, and other ones that a crash left behind."""
        if self.resource_id is None and self.is_repeated and (left := self.find()):
            self.resource_id_set(left[0])
        elif self.data.get(MADE_AGAIN):
            self._others = self._find_others()
        ids = [] if self.resource_id is None else [self.resource_id]
        return {"since": self.now(), "ids": [*ids, *self._others], "sent": []}

    def check_delete_complete(self, progress: Any) -> bool:
        """Send the deletions that haven't been sent, and tell whether all objects are gone.

        :raises CloudConflict: if something uses an object for too long
        """
        for thing_id in list(progress["ids"]):
            if self._is_deleted(thing_id, progress):
                progress["ids"].remove(thing_id)
        return not progress["ids"]

    def _is_deleted(self, thing_id: str, progress: Body) -> bool:
        try:
            if thing_id not in progress["sent"]:
                self.forget_ties(thing_id)
                self._send_deletion(thing_id)
                if self.is_gone_at_once:
                    return True
                progress["sent"].append(thing_id)
                if self.whole_list:  # it is never gone by now; those who look later share a list
                    self.wake_on(thing_id)
                    return False
            self._waits = True
            body = self.look(thing_id)
        except CloudNotFound:
            return True
        except CloudConflict:
            if self.is_in_use_too_long(progress):
                raise
            self.poll_in(2 * self.poll_seconds)
            return False
        if self.states is not None and self.is_broken_in_deletion(body):
            raise ResourceInError(resource_status=body[self.states.field], status_reason=self.fault_of(body))
        self.wake_on(thing_id)
        return False

    def is_in_use_too_long(self, progress: Body, since: str = "since") -> bool:
        """Tell whether something has kept the service from a request for ``in_use_seconds``.

        :param since: the key in the progress of the time of the first refusal, or of the action's beginning; it is set
            now if it isn't there
        """
        return self.now() - float(progress.setdefault(since, self.now())) >= self.in_use_seconds

    def _send_deletion(self, thing_id: str) -> None:
        """Send the deletion, unless the service refuses it because the object is being deleted already."""
        try:
            self.delete(thing_id)
        except (CloudNotFound, CloudConflict, CloudUnavailable):
            raise
        except CloudError:
            if not self.is_being_deleted(self.look(thing_id)):
                raise

    def is_being_deleted(self, body: Mapping[str, Any]) -> bool:
        """Tell by an object's status whether its deletion is under way. Hook."""
        return self.states is not None and DELETION in str(body.get(self.states.field)).lower()

    def is_broken_in_deletion(self, body: Mapping[str, Any]) -> bool:
        """Tell whether an object whose deletion was sent will never disappear. Hook."""
        return self.states is not None and self.states.of(body) is State.FAILED

    def forget_ties(self, thing_id: str) -> None:
        """Remove what would prevent the deletion of an object. Called again after a crash. Hook."""

    def delete(self, thing_id: str) -> None:
        """Send the deletion of one object. Hook.

        :raises CloudNotFound: if it doesn't exist
        """
        self.api.delete(self.place(thing_id), **self.sent)

    # --- reading ---------------------------------------------------------------------------------------------------

    @property
    def api(self) -> Api:
        """The service's API, used as the user who asked for the stack's operation."""
        return self.cloud.api(self.service)

    @property
    def sent(self) -> dict[str, Any]:
        """The keyword arguments of each request beside its body: the API's microversion. Hook."""
        return {"microversion": self.microversion}

    def place(self, thing_id: str) -> str:
        """Return the path of an object. Hook."""
        return f"{self.collection()}/{quote(thing_id, safe='')}"

    def collection(self) -> str:
        """Return the path of the collection that the object is in. Hook."""
        return self.path

    @property
    def one(self) -> str:
        """The path of the resource's object."""
        return self.place(str(self.resource_id))

    def look(self, thing_id: str) -> Body:
        """Read an object from the service; one that is waited for, from a list if others wait as well. Hook.

        :raises CloudNotFound: if it doesn't exist
        """
        if self._waits and self.whole_list:
            listed = self.api.awaited(self.whole_list, self.list_key or f"{self.key}s", thing_id, **self.sent)
            if listed is not None:
                return self.completed(listed)
        return self.completed(self.inside(self.api.get(self.place(thing_id), **self.sent)))

    def completed(self, body: Body) -> Body:
        """Return an object that was read, alone or in a list, as the type's other methods expect it. Hook."""
        return body

    def seen(self) -> Body:
        """Return the resource's object as this step has seen it; read it if the step hasn't yet."""
        if self._seen is None:
            self._seen = self.look(str(self.resource_id))
        return self._seen

    def awaited(self) -> Body:
        """Return the same; it is waited for, so it is read from a list if others wait as well."""
        self._waits = True
        return self.seen()

    @property
    def has_seen(self) -> bool:
        """Whether this step has seen the object."""
        return self._seen is not None

    def saw(self, body: Mapping[str, Any]) -> None:
        """Take an object that a list has shown for the one that this step sees."""
        self._seen = dict(body)

    def exists(self) -> bool:
        """Read the object, and tell whether it exists."""
        try:
            self._seen = self.look(str(self.resource_id))
        except CloudNotFound:
            return False
        return True

    def find(self) -> list[str]:
        """Return the ids of all objects with the resource's mark."""
        query = self.mark.query(self)
        if query is None:
            return []
        things = self.api.listed(self.list_path, self.list_key or f"{self.key}s", params=query, **self.sent)
        found = [self.id_in(it) for it in things if self.mark.is_on(self, it)]
        self._others = found[1:]
        return found

    @property
    def list_path(self) -> str:
        """The path of a list that shows the mark. Hook."""
        return self.whole_list or self.collection()

    # --- comparing -------------------------------------------------------------------------------------------------

    @classmethod
    def see_all(cls, resources: Sequence[Resource]) -> dict[str, Sight | str]:
        """Return what is seen of these resources at the service, in few requests: see ``sights``."""
        return sights.see_all([it for it in resources if isinstance(it, CloudResource)])

    def list_seen_in(self) -> Hashable:
        """Return what identifies the list that shows the object as ``look`` does; None if there is none. Hook."""
        return self.list_path if type(self).look is CloudResource.look else None

    def things(self, query: Mapping[str, Any]) -> Iterator[Body]:
        """Yield the objects of that list. Hook."""
        found = self.api.listed(self.list_path, self.list_key or f"{self.key}s", params=query, **self.sent)
        yield from map(self.completed, found)

    def differing(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the properties that differ from an object, as found: those whose fields an update would send. Hook."""
        return sights.differing_fields(self, self.api_schema.keys() - self.not_compared, body)

    def handle_check(self) -> None:
        """Raise if the object doesn't exist, or isn't ready."""
        if self.resource_id is None or not self.exists():
            raise EntityNotFound(entity=type(self).__name__, name=self.resource_id)
        if not self.is_ready():
            raise ResourceInError(resource_status="pending", status_reason="it isn't ready")

    def show(self) -> dict[str, Any] | None:
        """Return the object as the service shows it; None if it doesn't exist."""
        if self.resource_id is None:
            return None
        try:
            return self.seen()
        except CloudNotFound:
            return None

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the attributes, from one read at most; of the volatile ones only those that the template reads."""
        if not self.attributes_schema and "show" not in self.reads:
            return {}
        volatile = self.volatile_attributes() - self.reads
        found = {name: self.resolve_attribute(name) for name in self.attributes_schema if name not in volatile}
        return {**found, "show": self.show()} if "show" in self.reads else found

    def resolve_attribute(self, name: str) -> Any:
        """Return one attribute, from the object as this step has seen it."""
        return self.attribute_of(name, self.seen())

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return one attribute, from the object's body. Hook."""
        return body.get(self.attribute_fields.get(name, name))

    # --- after a crash ---------------------------------------------------------------------------------------------

    def _delete_others(self) -> None:
        """Delete objects that were created more than once. The deletion of the resource looks for others once more."""
        self.data_set(MADE_AGAIN, True)
        others = self._find_others() if self.is_repeated else self._others
        for other in others:
            try:
                self.delete(other)
            except CloudNotFound:
                continue

    def _find_others(self) -> list[str]:
        """Return the ids of the other objects with the resource's mark."""
        return [it for it in self.find() if it != self.resource_id]

    def _remember_ids(self, body: Mapping[str, Any]) -> None:
        """Record the ids that names meant at the creation, if a change of the name could be a replacement."""
        found = {}
        for name, wanted in self.api_schema.items():
            if isinstance(wanted, Field) and wanted.kind and not wanted.update_allowed:
                sent = body.get(wanted.field or name)
                if sent is not None and sent != self.properties[name]:
                    found[name] = sent
        if found:
            self.data_set(IDS, found)


def is_uuid(value: Any) -> bool:
    """Tell whether a value has the form of an id that services make."""
    digits = str(value).replace("-", "")
    return len(digits) == 32 and all(it in "0123456789abcdef" for it in digits.lower())
