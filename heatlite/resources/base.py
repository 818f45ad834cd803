"""Resource: the contract of a plugin. An author overrides what his type needs; the rest has defaults.

A plugin is steps, not a thread. An object lives for one step, and the next may run in another process::

    handle_create() -> progress (JSON) -> check_create_complete(progress) -> False: later, again
                                                                         `-> True: resolve_attributes()

To go on through stages, change ``progress`` in place in the check. Nothing may sleep: return False and say when
to come back with ``poll_in``. An exception fails the resource.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import NotSupported, ResourceActionNotSupported
from heatlite.resources import properties
from heatlite.resources.adoptable import Adoptable
from heatlite.resources.cloud import Cloud
from heatlite.resources.schema import Attribute, AttributesSchema, CacheMode, PropertiesSchema, SupportStatus, Type
from heatlite.resources.tools import Tools
from heatlite.resources.waiting_for import Others
from heatlite.schema.attribute_paths import inside

SHOW = "show"
BASE_ATTRIBUTES: AttributesSchema = {
    SHOW: Attribute("Detailed information about resource.", Type.MAP, CacheMode.NONE),
}


class UpdateReplace(Exception):
    """Raise it from ``handle_update``: this change needs a new resource in place of the old one."""


class NoActionRequired(Exception):
    """Raise it from ``handle_signal``: the signal changes nothing, and no event tells of it."""


class Resource(Tools):
    """The base of every plugin.

    ``immediate = True`` promises that no method does I/O, so that steps may run in a batch in one transaction.
    ``keeps_metadata = True`` says that the metadata is what signals made of it: an update leaves it alone.
    ``follows_signals = True``: its attributes are made of the signals to a resource that it requires.
    ``signals_pass_it_by = True``: what a signal says is kept elsewhere, so that it may come while a step holds the row.
    ``shows_deployments = True``: it is a server, and its metadata tells which software is deployed to it.
    ``no_signal_actions`` are those during and after which it takes no signal.
    ``replace_when_failed = False``: an update repairs a FAILED one in place.
    ``always_looks = True``: an update calls ``handle_update`` even where nothing changed.

    A type that can be snapshot before it is deleted has ``handle_snapshot_delete(state)`` in place of
    ``handle_delete`` for that; ``state`` is the action and status before. One whose snapshots are physical has
    ``handle_delete_snapshot(restore_data)``; it may be called more than once, and knows nothing but that data.

    What only a nested stack says, whose state is elsewhere: ``only_waits``, that its steps may be let go of whenever a
    newer operation wants it; ``turns_round``, that an update may begin although a creation isn't over.

    ``adoptable_data``: the keys of its data that ``handle_adopt`` is given of what a client sends, each with a function
    that says whether a value is one that the type could have written. Whatever else a client sends of data isn't there.
    """

    attributes_schema: AttributesSchema = {}
    adoptable_data: Adoptable = {}
    update_policy_schema: PropertiesSchema = {}
    support_status = SupportStatus()
    immediate = False
    keeps_metadata = False
    follows_signals = False
    signals_pass_it_by = False
    shows_deployments = False
    no_signal_actions = frozenset({"SUSPEND", "DELETE"})
    replace_when_failed = True
    always_looks = False
    only_waits = False
    turns_round = False

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING
    ) -> dict[str, Any]:
        """``given``, checked: the ``properties`` of an Instance. As ``properties.validate``, errors too."""
        return properties.validate(cls.properties_schema, given, prefix, unknown)

    @classmethod
    def checked_policy(cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING) -> Any:
        """An ``update_policy``, checked as properties are; that of a type which has none is left as it is.

        :raises StackValidationFailed: as ``properties.validate``
        """
        schema = cls.update_policy_schema
        return properties.validate(schema, given, prefix, unknown) if schema else given

    @classmethod
    def missing(cls, cloud: Cloud) -> tuple[str, str] | None:
        """The service that the type needs and this cloud doesn't have, and why it is taken for missing; else None."""
        return None

    @classmethod
    def todays_properties(cls, given: Any) -> Any:
        """Properties as a template has them, by the names of today. They may hold functions, or be one."""
        return given

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """The names of other resources of the template that it needs without naming them.

        :param own: what ``todays_properties`` gives: values where parameters give them, else functions as written
        """
        return frozenset()

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Whether a template may ask for this attribute."""
        return name in cls.attributes_schema or name in BASE_ATTRIBUTES

    @classmethod
    def volatile_attributes(cls) -> frozenset[str]:
        """The attributes that change by themselves. A client that reads one is told what it is now; for the template
        those that it reads are stored after each action, as they are then."""
        every = {**BASE_ATTRIBUTES, **cls.attributes_schema}
        return frozenset(name for name, attribute in every.items() if attribute.cache_mode is CacheMode.NONE)

    @classmethod
    def asked_attributes(cls) -> frozenset[str]:
        """The attributes that the plugin is asked for when a client reads them: the volatile ones."""
        return cls.volatile_attributes()

    def ask_attribute(self, name: str) -> Any:
        """The value of one of those, now."""
        return self.show() if name == SHOW else self.resolve_attribute(name)

    def validate(self) -> None:
        """Extra checks over ``properties``, before a template is accepted and before a create or update.

        Some may not be known yet in the first case; ask ``known``. Raise ``property_error``.
        """

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Whether an update of the ``changed`` properties needs a new resource.

        :raises NotSupported: where an immutable property changed
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
        """Whether the creation is complete; ``progress`` is what handle_create returned."""
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Apply the changed properties (None: it went); ``self.properties`` has all of them, as new."""
        if prop_diff:
            raise UpdateReplace
        return None

    def check_update_complete(self, progress: Any) -> bool:
        """Whether the update is complete; ``progress`` is what handle_update returned."""
        return True

    def handle_adopt(self, resource_data: Mapping[str, Any] | None) -> Any:
        """Take over a physical resource that another stack has left.

        :param resource_data: what that stack said of it: ``resource_id``, ``metadata`` … and, in ``resource_data``,
            those keys of its data that ``adoptable_data`` declares. A client may have written all of it
        :raises ValueError: where there is no id
        """
        given = resource_data or {}
        if not given.get("resource_id"):
            raise ValueError("Resource ID was not provided.")
        self.resource_id_set(given["resource_id"])
        data = given.get("resource_data")
        for key, value in (data if isinstance(data, Mapping) else {}).items():
            self.data_set(key, value)

    def check_adopt_complete(self, progress: Any) -> bool:
        """Whether that is complete; ``progress`` is what handle_adopt returned."""
        return True

    def handle_refer(self, external_id: str) -> Any:
        """Stand for a physical resource that isn't the stack's: only look whether it is as it should be."""
        self.resource_id_set(external_id)
        return self.handle_check()

    def check_refer_complete(self, progress: Any) -> bool:
        """Whether the look is complete; ``progress`` is what handle_refer returned."""
        return self.check_check_complete(progress)

    def handle_delete(self) -> Any:
        """Delete what ``resource_id`` names. It may be None, or gone already: both are success."""
        return None

    def check_delete_complete(self, progress: Any) -> bool:
        """Whether the deletion is complete; ``progress`` is what handle_delete returned."""
        return True

    def handle_collect(self) -> Any:
        """Delete what was kept for a rollback that won't come now; only nested stacks have such things."""
        return None

    def check_collect_complete(self, progress: Any) -> bool:
        """Whether that is complete; ``progress`` is what handle_collect returned."""
        return True

    def handle_suspend(self) -> Any:
        """Begin to suspend the physical resource."""
        return None

    def check_suspend_complete(self, progress: Any) -> bool:
        """Whether the suspension is complete; ``progress`` is what handle_suspend returned."""
        return True

    def handle_resume(self) -> Any:
        """Begin to resume the physical resource."""
        return None

    def check_resume_complete(self, progress: Any) -> bool:
        """Whether the resumption is complete; ``progress`` is what handle_resume returned."""
        return True

    def handle_check(self) -> Any:
        """Look whether the physical resource is as it should be; raise where it isn't."""
        return None

    def check_check_complete(self, progress: Any) -> bool:
        """Whether the check is complete; ``progress`` is what handle_check returned."""
        return True

    def handle_snapshot(self) -> Any:
        """Begin to take a snapshot; keep what identifies it with ``data_set``."""
        return None

    def check_snapshot_complete(self, progress: Any) -> bool:
        """Whether the snapshot is complete; ``progress`` is what handle_snapshot returned."""
        return True

    def handle_restore(self, definition: Mapping[str, Any], restore_data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The definition to restore to, such as one that makes a volume of its backup.

        :param definition: the resource as the snapshot's template has it, as written
        :param restore_data: what was saved of it: ``resource_id``, ``resource_data``, ``metadata`` …
        """
        return definition

    def handle_signal(self, details: Any) -> str | None:
        """Take a signal: ``details`` are a map, a text or None. Change ``metadata_set`` and ``data_set`` only.

        It may be called again for the same signal, in a new object, where another was quicker to change the resource.

        :returns: what the event is to tell; None to have it tell the details
        :raises NoActionRequired: where nothing is to be done, nor told
        :raises ValueError: where it says nothing usable: the client is told so, by a 400
        """
        raise ResourceActionNotSupported(action="signal")

    def resolve_attribute(self, name: str) -> Any:
        """The value of one attribute of the schema, as JSON; for a volatile one, now."""
        return None

    def resolve_attributes(self) -> dict[str, Any]:
        """Every attribute that may be stored, and of the volatile ones those that the template reads: once after each
        action but DELETE.

        Override it where one look-up gives them all.
        """
        left_out = self.volatile_attributes() - self.reads
        names = [name for name in (*self.attributes_schema, SHOW) if name not in left_out]
        return {name: self.ask_attribute(name) for name in names}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """What ``get_attr: [name, key, *path]`` gives, from what ``resolve_attributes`` recorded last.

        A type whose attributes aren't known by name overrides it, and ``has_attribute``.
        """
        return inside(recorded.get(key), path)

    def show(self) -> dict[str, Any] | None:
        """The attribute ``show``: all that the service says of the resource; None without one."""
        return None

    def reference(self) -> Any:
        """What ``get_resource`` gives: the physical id or, without one, the name. JSON; it is a text nearly always."""
        return self.name if self.resource_id is None else self.resource_id

    def find(self) -> list[str]:
        """After a crash: *all* physical ids that exist for ``self.uuid``, found by tag or idempotency key."""
        return []
