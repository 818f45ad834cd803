"""CloudResource: what all types have in common whose resources are objects of a service's API.

::

    create ─▶ POST, marked ──▶ id recorded ──▶ wait while it is pending ──▶ settle() ──▶ complete
                │ no answer, or the engine dies
                ▼
        find(): by the mark; the first is the one, the others are deleted, and so on

    update ─▶ PUT of the fields that changed ──▶ wait ──▶ settle()          404: a replacement
    delete ─▶ DELETE ──▶ gone at once, or wait for 404                      404: done; 409: wait, with a limit

A subclass is a table: where the objects are, which property is which field, how the object says its state, what marks
it. What is special about a type is a hook: ``extra_body``, ``settle``, ``update_rest`` and others; each method says so.

A body that was seen in a step isn't asked for again in it: a creation that is complete at once costs one request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from heatlite.exception import (
    CloudConflict,
    CloudNotFound,
    EntityNotFound,
    NotSupported,
    ResourceInError,
    ResourceUnknownStatus,
    StackValidationFailed,
)
from heatlite.resources import properties as checking
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.cloud import Api, Cloud
from heatlite.resources.instance import Instance
from heatlite.resources.openstack.fields import Field, for_api, has_old_names, moved
from heatlite.resources.openstack.marks import InName, Mark
from heatlite.resources.openstack.states import State, States

IDS = "ids"
"""The key of a resource's data with the ids that names stood for as it was made, by property."""
PROJECTS = {"network": "neutron", "compute": "nova", "block_storage": "cinder", "image": "glance"}
"""The SDK's name of a service → the project's, which is Heat's."""
Body = dict[str, Any]


class CloudResource(Resource):
    """One object of an API.

    ``service``: the SDK's name of the service. ``path``: of the collection. ``key``: of an object in JSON;
    ``list_key``: of a list of them (empty: ``key`` and an s). ``states``: None where it is ready when it is made.
    ``extension``: of Neutron's API, without which there is no such type. ``mark``: see ``marks``.
    ``microversion``: sent with each request. ``name_property``: gets the physical name where the template gives none.
    ``attribute_fields``: attribute → field, where they differ. ``is_gone_at_once``: after DELETE there is nothing to
    wait for. ``in_use_seconds``: for so long a deletion waits for what uses the object. ``poll_seconds``: between two
    looks.
    """

    replace_when_failed = False  # what there is can be repaired; where it can't, handle_update asks for another one
    service: ClassVar[str]
    path: ClassVar[str]
    key: ClassVar[str]
    list_key: ClassVar[str] = ""
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

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.poll_in(self.poll_seconds)
        self._seen: Body | None = None
        self._others: list[str] = []

    # --- properties ------------------------------------------------------------------------------------------------

    @classmethod
    def missing(cls, cloud: Cloud) -> tuple[str, str] | None:
        """The service, where the catalogue hasn't got it, or it hasn't got the extension that the type needs."""
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
        """As any type's, with old names of properties taken for those of today."""
        schema = cls.properties_schema
        checking.refuse_unknown_names(schema, given, prefix)
        translated = moved(schema, given, prefix) if has_old_names(schema) else given
        return checking.validate(schema, translated, prefix, unknown)

    @classmethod
    def todays_properties(cls, given: Any) -> Any:
        """With each value under the name that it has today."""
        return moved(cls.properties_schema, given, refuses=False) if isinstance(given, Mapping) else {}

    @classmethod
    def completed_properties(cls, stored: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored, which Heat or an older plugin may have stored by old names."""
        schema = cls.properties_schema
        return checking.completed(schema, moved(schema, stored, refuses=False) if has_old_names(schema) else stored)

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """As any type's; but another name for what it may be already is looked up by ``handle_update``."""
        open_ones = frozenset(name for name in changed if self._may_be_the_same(name, before, after))
        return super().needs_replacement(before, after, changed - open_ones)

    def _may_be_the_same(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        wanted, old, new = self.properties_schema.get(name), before.get(name), after.get(name)
        if not isinstance(wanted, Field) or not wanted.kind or wanted.update_allowed or not old or not new:
            return False
        was = (self.data.get(IDS) or {}).get(name, old)
        return not (is_uuid(was) and is_uuid(new)) or was == new

    def identify(self, kind: str, value: str) -> str:
        """The id of what a property names.

        :raises EntityNotFound: where there is no such thing
        """
        return str(self.cloud.names.id_of(kind, value))

    def fields(self, names: Iterable[str], *, clears: bool = False) -> Body:
        """The fields that these properties are.

        :param clears: those without a value are among them
        """
        body: Body = {}
        for name in names:
            wanted = self.properties_schema.get(name)
            if not isinstance(wanted, Field):
                continue
            value = for_api(wanted, self.properties[name], self.identify)
            if value is None and name == self.name_property:
                value = self.physical_resource_name()
            if value is not None or clears:
                body[wanted.field or name] = wanted.cleared if value is None else value
        return body

    def refuse_both(self, first: str, second: str) -> None:
        """Refuse two properties of which only one makes sense.

        :raises StackValidationFailed: where both are given
        """
        if self.properties[first] not in (None, "") and self.properties[second] not in (None, ""):
            message = f"Cannot define the following properties at the same time: {first}, {second}."
            raise self.property_error(second, message)

    def require_one(self, *names: str) -> None:
        """Refuse that none of these properties is given.

        :raises StackValidationFailed: naming them
        """
        if all(self.properties[it] in (None, "") for it in names):
            message = f"At least one of the following properties must be specified: {', '.join(names)}."
            raise StackValidationFailed(path=f"resources.{self.name}.properties", message=message)

    # --- create ----------------------------------------------------------------------------------------------------

    def handle_create(self) -> Any:
        """Make it, unless the call before this one did and couldn't be told."""
        if self.is_repeated and (left := self.find()):
            self.resource_id_set(left[0])
            return None
        body = self.extra_body(self.fields(self.properties_schema))
        self.mark.put(self, body)
        self._remember_ids(body)
        self.made(self.create(body))
        return {}

    def extra_body(self, body: Body) -> Body:
        """The body of the creation, with what the table can't say. A hook."""
        return body

    def create(self, body: Body) -> Body:
        """Send the creation; what the service says of what it made. A hook."""
        return self.api.post(self.path, {self.key: body}, microversion=self.microversion)[self.key]

    def made(self, body: Body) -> None:
        """Record the id of what was made, and take what was said of it as seen."""
        self.resource_id_set(self.id_in(body))
        self._seen = body

    def id_in(self, body: Mapping[str, Any]) -> str:
        """The physical id of an object. A hook."""
        return str(body["id"])

    def check_create_complete(self, progress: Any) -> bool:
        """Whether it is ready and has all that it is to have; None as progress: it was found after a crash."""
        if progress is None:
            self._delete_others()
        return self.is_ready() and self.settle(progress)

    def settle(self, progress: Any) -> bool:
        """Give it what it is to have beside its fields; False: the next step goes on. A hook.

        It is called again after a crash. ``progress`` is ``{}`` or None after a creation, and after an update
        ``{"changed": […]}``, the names of the properties that changed.
        """
        return True

    def is_ready(self) -> bool:
        """Whether it is what it is to be; False while it is pending.

        :raises ResourceInError: where it is broken
        :raises ResourceUnknownStatus: where its status says nothing
        :raises CloudNotFound: where it is gone
        """
        if self.states is None:
            return True
        body = self.seen()
        match self.states.of(body):
            case State.FAILED:
                raise ResourceInError(resource_status=body[self.states.field], status_reason=self.fault_of(body))
            case State.UNKNOWN:
                said = {"resource_status": body[self.states.field], "status_reason": "Unknown"}
                raise ResourceUnknownStatus(result=f"{type(self).__name__} is not ready", **said)
            case State.PENDING:
                self._seen = None
                return False
        return True

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Why it is broken, as far as the service says. A hook."""
        return "Unknown"

    # --- update ----------------------------------------------------------------------------------------------------

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change the fields whose properties changed.

        :raises UpdateReplace: where it is gone, or broken, or a name stands for another thing by now
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
                raise  # something else isn't there
            raise UpdateReplace from None
        return {"changed": sorted(prop_diff)}

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """The fields that an update sends. A hook."""
        return self.fields((name for name in prop_diff if self.properties_schema[name].update_allowed), clears=True)

    def change(self, body: Body) -> Body:
        """Send the change; what the service says of the object then. A hook."""
        answer = self.api.request(self.update_method, self.one, json={self.key: body}, microversion=self.microversion)
        return answer[self.key]

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change what isn't a field. A hook."""

    def check_update_complete(self, progress: Any) -> bool:
        """Whether it is ready again."""
        return self.is_ready() and self.settle(progress)

    def _check_references(self, prop_diff: Mapping[str, Any]) -> None:
        """Refuse to go on where a name of what can't be changed stands for another thing.

        :raises UpdateReplace: or NotSupported, where it is immutable
        """
        for name in prop_diff:
            wanted = self.properties_schema[name]
            if isinstance(wanted, Field) and wanted.kind and not wanted.update_allowed:
                value = for_api(wanted, self.properties[name], self.identify)
                if value != self.seen().get(wanted.field or name):
                    if wanted.immutable:
                        raise NotSupported(feature=f"Update to properties {name} of {self.name} ({self.type_name})")
                    raise UpdateReplace

    # --- delete ----------------------------------------------------------------------------------------------------

    def handle_delete(self) -> Any:
        """Begin to delete it, and what a crash may have left of it."""
        if self.resource_id is None and self.is_repeated and (left := self.find()):
            self.resource_id_set(left[0])
        ids = [] if self.resource_id is None else [self.resource_id]
        return {"since": self.now(), "ids": [*ids, *self._others], "sent": []}

    def check_delete_complete(self, progress: Any) -> bool:
        """Send what isn't sent yet, and look whether all is gone.

        :raises CloudConflict: where something uses it for longer than is waited for
        """
        for thing_id in list(progress["ids"]):
            if self._is_deleted(thing_id, progress):
                progress["ids"].remove(thing_id)
        return not progress["ids"]

    def _is_deleted(self, thing_id: str, progress: Body) -> bool:
        try:
            if thing_id not in progress["sent"]:
                self.forget_ties(thing_id)
                self.delete(thing_id)
                if self.is_gone_at_once:
                    return True
                progress["sent"].append(thing_id)
            body = self.look(thing_id)
        except CloudNotFound:
            return True
        except CloudConflict:
            if self.now() - progress["since"] >= self.in_use_seconds:
                raise
            self.poll_in(2 * self.poll_seconds)
            return False
        if self.states is not None and self.is_broken_in_deletion(body):
            raise ResourceInError(resource_status=body[self.states.field], status_reason=self.fault_of(body))
        return False

    def is_broken_in_deletion(self, body: Mapping[str, Any]) -> bool:
        """Whether an object that is there after its deletion was sent will stay. A hook."""
        return self.states is not None and self.states.of(body) is State.FAILED

    def forget_ties(self, thing_id: str) -> None:
        """Undo what would keep an object from being deleted. Called again after a crash. A hook."""

    def delete(self, thing_id: str) -> None:
        """Send the deletion of one object. A hook.

        :raises CloudNotFound: where it is gone
        """
        self.api.delete(self.place(thing_id), microversion=self.microversion)

    # --- looking ---------------------------------------------------------------------------------------------------

    @property
    def api(self) -> Api:
        """The service's API, as whoever asked for the stack's operation."""
        return self.cloud.api(self.service)

    def place(self, thing_id: str) -> str:
        """The path of an object. A hook."""
        return f"{self.path}/{quote(thing_id, safe='')}"

    @property
    def one(self) -> str:
        """The path of the resource's object."""
        return self.place(str(self.resource_id))

    def look(self, thing_id: str) -> Body:
        """What the service says of an object, now. A hook.

        :raises CloudNotFound: where it is gone
        """
        return self.api.get(self.place(thing_id), microversion=self.microversion)[self.key]

    def seen(self) -> Body:
        """What the service said of the resource's object in this step; it is asked where it hasn't yet."""
        if self._seen is None:
            self._seen = self.look(str(self.resource_id))
        return self._seen

    def exists(self) -> bool:
        """Whether the service has it, now."""
        try:
            self._seen = self.look(str(self.resource_id))
        except CloudNotFound:
            return False
        return True

    def find(self) -> list[str]:
        """The ids of all that has the resource's mark."""
        query = self.mark.query(self)
        if query is None:
            return []
        params = {"params": query, "microversion": self.microversion}
        things = self.api.listed(self.list_path, self.list_key or f"{self.key}s", **params)
        found = [self.id_in(it) for it in things if self.mark.is_on(self, it)]
        self._others = found[1:]
        return found

    @property
    def list_path(self) -> str:
        """The path of a list in which the mark is to be seen. A hook."""
        return self.path

    def handle_check(self) -> None:
        """Raise where it is gone, or isn't ready."""
        if self.resource_id is None or not self.exists():
            raise EntityNotFound(entity=type(self).__name__, name=self.resource_id)
        if not self.is_ready():
            raise ResourceInError(resource_status="pending", status_reason="it isn't ready")

    def show(self) -> dict[str, Any] | None:
        """All that the service says of it."""
        if self.resource_id is None:
            return None
        try:
            return self.seen()
        except CloudNotFound:
            return None

    def resolve_attributes(self) -> dict[str, Any]:
        """The attributes, by one look at most; of the volatile ones those that the template reads."""
        if not self.attributes_schema and "show" not in self.reads:
            return {}
        volatile = self.volatile_attributes() - self.reads
        found = {name: self.resolve_attribute(name) for name in self.attributes_schema if name not in volatile}
        return {**found, "show": self.show()} if "show" in self.reads else found

    def resolve_attribute(self, name: str) -> Any:
        """One attribute, of what was seen of it in this step."""
        return self.attribute_of(name, self.seen())

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """One attribute, of what the service says. A hook."""
        return body.get(self.attribute_fields.get(name, name))

    # --- after a crash ---------------------------------------------------------------------------------------------

    def _delete_others(self) -> None:
        """Delete what was made more than once."""
        others = self._others if not self.is_repeated else [it for it in self.find() if it != self.resource_id]
        for other in others:
            try:
                self.delete(other)
            except CloudNotFound:
                continue

    def _remember_ids(self, body: Mapping[str, Any]) -> None:
        """Keep which ids the names stood for whose change would be a replacement."""
        found = {}
        for name, wanted in self.properties_schema.items():
            if isinstance(wanted, Field) and wanted.kind and not wanted.update_allowed:
                sent = body.get(wanted.field or name)
                if sent is not None and sent != self.properties[name]:
                    found[name] = sent
        if found:
            self.data_set(IDS, found)


def is_uuid(value: Any) -> bool:
    """Whether a value has the form of an id that services make."""
    digits = str(value).replace("-", "")
    return len(digits) == 32 and all(it in "0123456789abcdef" for it in digits.lower())
