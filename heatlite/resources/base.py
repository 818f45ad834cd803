"""Resource: the contract of a plugin. Authors override the methods that their type needs; the rest have defaults.

A plugin works in steps and owns no thread. An object lives for one step; the next step may run in another process::

    handle_create() -> progress (JSON) -> check_create_complete(progress) -> False: called again later
                                                                         `-> True: resolve_attributes()

To go through several stages, change ``progress`` in place in the check. No method may sleep: return False, and choose
the time of the next check with ``poll_in``. An exception fails the resource.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import CloudError, NotSupported, ResourceActionNotSupported
from heatlite.resources import properties
from heatlite.resources.adoptable import Adoptable
from heatlite.resources.cloud import Cloud
from heatlite.resources.schema import Attribute, AttributesSchema, CacheMode, PropertiesSchema, SupportStatus, Type
from heatlite.resources.sight import Sight
from heatlite.resources.tools import Tools
from heatlite.resources.waiting_for import Others
from heatlite.schema.attribute_paths import inside

SHOW = "show"
BASE_ATTRIBUTES: AttributesSchema = {
    SHOW: Attribute("Detailed information about resource.", Type.MAP, CacheMode.NONE),
}


class UpdateReplace(Exception):
    """Raised by ``handle_update``: this change needs a new resource in place of the old one."""


class NoActionRequired(Exception):
    """Raised by ``handle_signal``: the signal changes nothing and makes no event."""


class Resource(Tools):
    """The base class of every plugin.

    ``immediate = True`` promises that no method does I/O. The engine may then run many steps in one transaction.
    ``keeps_metadata = True``: signals write the metadata, and an update leaves it unchanged.
    ``follows_signals = True``: its attributes depend on the signals to a resource that it requires.
    ``accepts_signals_while_locked = True``: its signals are stored elsewhere, so one may arrive during a step.
    ``shows_deployments = True``: it is a server, and its metadata lists the software deployments for it.
    ``no_signal_actions``: the actions during and after which it accepts no signal.
    ``replace_when_failed = False``: an update repairs a FAILED resource in place.
    ``update_when_unchanged = True``: an update calls ``handle_update`` even if no property changed.
    ``replaced_if``: on which condition ``handle_update`` raises UpdateReplace, in words; plans tell it. Empty: never.

    A type that can take a snapshot before its deletion has ``handle_snapshot_delete(state)``, which is then called in
    place of ``handle_delete``; ``state`` is the action and status before. A type with physical snapshots has
    ``handle_delete_snapshot(restore_data)``. It may be called more than once, and knows only that data. It has
    ``handle_delete_unfinished_snapshot()`` as well, for a stack that is deleted while a snapshot is being taken: it
    knows the uuid and the physical id, and deletes whatever snapshots have taken of this resource.

    ``creates_together = True``: the creations of one stack that begin at once are handed to ``create_together`` first.

    Three flags are for nested stacks only, whose state is elsewhere. ``steps_together``: a step asks this engine and
    nothing else, so one thread takes those of several resources one after another. ``preemptible``: a newer operation
    may release its steps at any time. ``updatable_while_creating``: an update may begin before a creation has ended.

    ``adoptable_data`` maps keys of its data to functions that tell whether the type could have written a value.
    ``handle_adopt`` receives only these keys of the data that a client sends.
    """

    attributes_schema: AttributesSchema = {}
    adoptable_data: Adoptable = {}
    update_policy_schema: PropertiesSchema = {}
    support_status = SupportStatus()
    immediate = False
    keeps_metadata = False
    follows_signals = False
    accepts_signals_while_locked = False
    shows_deployments = False
    no_signal_actions = frozenset({"SUSPEND", "DELETE"})
    replace_when_failed = True
    update_when_unchanged = False
    replaced_if = ""
    creates_together = False
    steps_together = False
    preemptible = False
    updatable_while_creating = False

    @classmethod
    def is_local(cls) -> bool:
        """Tell whether the engine's own database has all that its attributes need, so that no service is asked."""
        return cls.immediate or cls.preemptible or cls.follows_signals or cls.accepts_signals_while_locked

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return a value that is equal for two rows if they mean one physical resource; None: they never do. Hook.

        A replacement may get the id of what has gone, such as a name, or join the same two objects again. Then the
        deletion of the old row leaves it alone.

        :param properties: as the row recorded them
        """
        return physical_id

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING
    ) -> dict[str, Any]:
        """Return the checked ``properties`` of an Instance. Parameters and errors: see ``properties.validate``."""
        return properties.validate(cls.properties_schema, given, prefix, unknown)

    @classmethod
    def checked_policy(cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING) -> Any:
        """Check an ``update_policy`` as properties are checked; without a schema, return it unchanged.

        :raises StackValidationFailed: as ``properties.validate``
        """
        schema = cls.update_policy_schema
        return properties.validate(schema, given, prefix, unknown) if schema else given

    @classmethod
    def create_together(cls, resources: Sequence[Resource]) -> None:
        """Prepare the creations of resources of one stack, such as by one request for all of them.

        Each ``handle_create`` is called afterwards, and does what wasn't done here. If this raises, it isn't known what
        was done: ``is_repeated`` is set on all of them.
        """

    @classmethod
    def missing(cls, cloud: Cloud) -> tuple[str, str] | None:
        """Return the service that the type needs and this cloud lacks, and why it counts as missing; else None."""
        return None

    @classmethod
    def todays_properties(cls, given: Any) -> Any:
        """Return the properties under their current names. The values, or all of it, may be unresolved functions."""
        return given

    @classmethod
    def data_from_heat(cls, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data of a resource that Heat made, for its import, from Heat's data and metadata."""
        return dict(data)

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the names of resources in the template that this one needs without naming them.

        :param own: the result of ``todays_properties``: values where parameters give them, else functions as written
        """
        return frozenset()

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Tell whether a template may read this attribute."""
        return name in cls.attributes_schema or name in BASE_ATTRIBUTES

    @classmethod
    def volatile_attributes(cls) -> frozenset[str]:
        """Return the attributes that change by themselves.

        A client that reads one gets its current value. For the template, those that it reads are stored after each
        action, with the value that they have then.
        """
        every = {**BASE_ATTRIBUTES, **cls.attributes_schema}
        return frozenset(name for name, attribute in every.items() if attribute.cache_mode is CacheMode.NONE)

    @classmethod
    def asked_attributes(cls) -> frozenset[str]:
        """Return the attributes that a client's read asks the plugin for: the volatile ones."""
        return cls.volatile_attributes()

    def ask_attribute(self, name: str) -> Any:
        """Return the current value of such an attribute."""
        return self.show() if name == SHOW else self.resolve_attribute(name)

    @classmethod
    def see_all(cls, resources: Sequence[Resource]) -> dict[str, Sight | str]:
        """Look at the physical resources of this type, all in as few requests as possible, and change nothing.

        :param resources: objects of this type, with the properties of their rows; each has a physical id
        :returns: uuid → what is seen, or why nothing can be seen; nothing for what the type doesn't look at
        """
        return {}

    def beyond_repair(self, found: Mapping[str, Any]) -> frozenset[str]:
        """Return which of these properties no update can set again, so that a repair replaces the resource.

        :param found: properties that were changed behind the engine's back, as ``see_all`` saw them
        """
        schema = self.properties_schema
        return frozenset(name for name in found if name in schema and not schema[name].update_allowed)

    def validate(self) -> None:
        """Do extra checks on ``properties``: when a template is validated, and before each create or update.

        During template validation some values may not be known yet; ask ``known``. Raise ``property_error``.
        """

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Tell whether an update of the ``changed`` properties needs a new resource.

        :raises NotSupported: if an immutable property changed
        """
        wanted = {name: self.properties_schema[name] for name in changed if name in self.properties_schema}
        if fixed := sorted(name for name in wanted if wanted[name].immutable):
            kind = f" ({self.type_name})" if self.type_name else ""
            raise NotSupported(feature=f"Update to properties {', '.join(fixed)} of {self.name}{kind}")
        return any(not each.update_allowed for each in wanted.values())

    def handle_create(self) -> Any:
        """Begin to make the physical resource, with ``self.uuid`` as idempotency key or tag."""
        return None

    def check_create_complete(self, progress: Any) -> bool:
        """Tell whether the creation is complete; ``progress`` is the return value of handle_create."""
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Apply the changed properties (None: removed); ``self.properties`` has all of them, as new."""
        if prop_diff:
            raise UpdateReplace
        return None

    def check_update_complete(self, progress: Any) -> bool:
        """Tell whether the update is complete; ``progress`` is the return value of handle_update."""
        return True

    def handle_adopt(self, resource_data: Mapping[str, Any] | None) -> Any:
        """Take over a physical resource that another stack has abandoned.

        :param resource_data: the export of the resource: ``resource_id``, ``metadata`` … and, in ``resource_data``, the
            keys of its data that ``adoptable_data`` declares. A client may have written all of it
        :raises ValueError: if there is no id
        """
        given = resource_data or {}
        if not given.get("resource_id"):
            raise ValueError("Resource ID was not provided.")
        self.resource_id_set(given["resource_id"])
        data = given.get("resource_data")
        for key, value in (data if isinstance(data, Mapping) else {}).items():
            self.data_set(key, value)

    def check_adopt_complete(self, progress: Any) -> bool:
        """Tell whether the adoption is complete; ``progress`` is the return value of handle_adopt."""
        return True

    def handle_refer(self, external_id: str) -> Any:
        """Represent a physical resource that the stack doesn't own: only check whether it is in order."""
        self.resource_id_set(external_id)
        return self.handle_check()

    def check_refer_complete(self, progress: Any) -> bool:
        """Tell whether the check is complete; ``progress`` is the return value of handle_refer."""
        return self.check_check_complete(progress)

    def handle_delete(self) -> Any:
        """Delete the physical resource ``resource_id``. If that is None, or already gone, the deletion succeeds."""
        return None

    def check_delete_complete(self, progress: Any) -> bool:
        """Tell whether the deletion is complete; ``progress`` is the return value of handle_delete."""
        return True

    def handle_collect(self) -> Any:
        """Delete what was kept for a rollback that can no longer happen. Only nested stacks keep such things."""
        return None

    def check_collect_complete(self, progress: Any) -> bool:
        """Tell whether the collection is complete; ``progress`` is the return value of handle_collect."""
        return True

    def handle_suspend(self) -> Any:
        """Begin to suspend the physical resource."""
        return None

    def check_suspend_complete(self, progress: Any) -> bool:
        """Tell whether the suspension is complete; ``progress`` is the return value of handle_suspend."""
        return True

    def handle_resume(self) -> Any:
        """Begin to resume the physical resource."""
        return None

    def check_resume_complete(self, progress: Any) -> bool:
        """Tell whether the resumption is complete; ``progress`` is the return value of handle_resume."""
        return True

    def handle_check(self) -> Any:
        """Check whether the physical resource is in order; raise if it isn't."""
        return None

    def check_check_complete(self, progress: Any) -> bool:
        """Tell whether the check is complete; ``progress`` is the return value of handle_check."""
        return True

    def handle_snapshot(self) -> Any:
        """Begin to take a snapshot; keep its identity with ``data_set``."""
        return None

    def check_snapshot_complete(self, progress: Any) -> bool:
        """Tell whether the snapshot is complete; ``progress`` is the return value of handle_snapshot."""
        return True

    def handle_restore(self, definition: Mapping[str, Any], restore_data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the definition to restore to, such as one that makes a volume from its backup.

        :param definition: the resource as the snapshot's template has it, functions unresolved
        :param restore_data: what the snapshot saved of it: ``resource_id``, ``resource_data``, ``metadata`` …
        """
        return definition

    def handle_cancel(self, progress: Any) -> None:
        """Tell whoever works at an action that nobody waits for it any more.

        The action has begun and isn't complete: its operation's time limit has passed, or the operation has ended while
        no engine worked on the resource. The resource is FAILED whatever this call does. If an engine dies first, the
        call may be left out: the next action must not depend on it.

        :param progress: what the last step left
        """

    def handle_signal(self, details: Any) -> str | None:
        """Handle a signal: ``details`` are a map, a text or None. Change nothing but metadata and data.

        The engine may call it again for the same signal, on a new object, if another signal changed the resource first.

        :returns: the reason for the event; None to use the details as the reason
        :raises NoActionRequired: if nothing is to be done and no event is to be made
        :raises ValueError: if the signal has no usable content; the client gets it as a 400 error
        """
        raise ResourceActionNotSupported(action="signal")

    def resolve_attribute(self, name: str) -> Any:
        """Return the value of one attribute of the schema, as JSON; the current value if the attribute is volatile."""
        return None

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the attributes to store: all that aren't volatile, and the volatile ones that the template reads.

        The engine calls it once after each action but DELETE. Override it if one request returns them all.
        """
        left_out = self.volatile_attributes() - self.reads
        names = [name for name in (*self.attributes_schema, SHOW) if name not in left_out]
        return {name: self.ask_attribute(name) for name in names}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return the value of ``get_attr: [name, key, *path]`` from the last result of ``resolve_attributes``.

        A type whose attribute names aren't known in advance overrides it, and ``has_attribute``.
        """
        return inside(recorded.get(key), path)

    def show(self) -> dict[str, Any] | None:
        """Return the attribute ``show``: all that the service reports about the resource; None without a service."""
        return None

    def reference(self) -> Any:
        """Return the value of ``get_resource``: the physical id, or the name without one. It is JSON, mostly a text."""
        return self.name if self.resource_id is None else self.resource_id

    def may_succeed_now(self, error: CloudError) -> bool:
        """Tell whether a step that a service refused may go well if it is repeated at once. Hook."""
        return False

    def find(self) -> list[str]:
        """Return *all* physical ids that exist for ``self.uuid``, by tag or idempotency key. Called after a crash."""
        return []
