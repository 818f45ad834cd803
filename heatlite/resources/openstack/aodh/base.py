"""The base of all alarms.

An alarm's name is always the generated one, which is its mark. Aodh replaces the whole alarm at a change, so an update
reads it first, and sends it with the new values: the alarm keeps its state.

::

    properties ─┬─ description, enabled, severity …         the alarm's own fields
                ├─ alarm_actions, alarm_queues …            one list of URLs for each state
                └─ those of the kind of alarm               the field KIND_rule
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from heatlite.exception import InvalidTemplateAttribute
from heatlite.resources.builtin.scaling_policy import ALARM_URL
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import Field, custom, flag, integer, listed, text
from heatlite.resources.schema import PropertiesSchema, Property, Type
from heatlite.resources.signing import SIGNED_URL
from heatlite.resources.waiting_for import Others
from heatlite.schema.constraints import AllowedValues, Range

COMPARED = (AllowedValues(("le", "ge", "eq", "lt", "gt", "ne")),)
TYPES = (AllowedValues(("integer", "float", "string", "boolean", "datetime")),)
ACTIONS = {"ok_actions": "ok_queues", "alarm_actions": "alarm_queues"} | {
    "insufficient_data_actions": "insufficient_data_queues"
}
"""Property with URLs → property with the queues that become URLs too."""
CLOCKED = ("timestamp", "state_timestamp")
"""The fields that Aodh sets itself at each change. Without them a repeated request is equal to the first one."""


def actions(state: str) -> Field:
    """Return a property for what happens in a state."""
    return listed(f"The URLs to call when the alarm goes to {state}.", update_allowed=True, cleared=[])


def queues(state: str) -> Property:
    """Return a property for the queues that hear of a state."""
    queue = Property(Type.STRING, "A queue.", constraints=custom("zaqar.queue"))
    description = f"The queues of Zaqar to post to when the alarm goes to {state}."
    return Property(Type.LIST, description, default=[], schema=queue, update_allowed=True)


COMMON: PropertiesSchema = {
    "description": text("The description of the alarm.", update_allowed=True, cleared=""),
    "enabled": flag("Whether the alarm is evaluated.", default="true", update_allowed=True),
    "alarm_actions": actions("alarm"),
    "ok_actions": actions("ok"),
    "insufficient_data_actions": actions("insufficient data"),
    "alarm_queues": queues("alarm"),
    "ok_queues": queues("ok"),
    "insufficient_data_queues": queues("insufficient data"),
    "repeat_actions": flag(
        "Whether the URLs are called at each evaluation, and not only when the state changes.",
        default="true",
        update_allowed=True,
    ),
    "severity": text(
        "The severity of the alarm.",
        default="low",
        constraints=(AllowedValues(("low", "moderate", "critical")),),
        update_allowed=True,
    ),
    "time_constraints": listed(
        "When the alarm is evaluated.",
        {
            "name": text("The name of the time.", required=True),
            "start": text("When it begins, as in cron.", required=True, constraints=custom("cron_expression")),
            "description": text("The description of the time."),
            "duration": integer("How long it lasts, in seconds.", required=True, constraints=(Range(0),)),
            "timezone": text("The time zone of the start.", constraints=custom("timezone")),
        },
        default=[],
    ),
}


def query(description: str) -> Field:
    """Return the property ``query``: conditions for samples or events."""
    return listed(
        description,
        {
            "field": text("What is compared."),
            "type": text("The type of the value.", default="string", constraints=TYPES),
            "op": text("How it is compared.", constraints=COMPARED),
            "value": text("What it is compared with."),
        },
        update_allowed=True,
    )


class BaseAlarm(CloudResource):
    """An alarm. ``kind`` is Aodh's name for its type."""

    service, path, key, is_bare = "alarm", "/alarms", "alarm", True
    kind: ClassVar[str]

    @property
    def _of_rule(self) -> list[str]:
        return [name for name in self.properties_schema if name not in COMMON]

    def rule(self, fields: Body) -> Body:
        """Return the rule, from the fields that only this kind of alarm has. Hook."""
        return fields

    def alarm(self, *, clears: bool = False) -> Body:
        """Return the alarm as the properties have it.

        :param clears: include empty values for what the template doesn't give
        """
        own = self.fields((name for name in COMMON), clears=clears)
        for action, queue in ACTIONS.items():
            urls = [self._url_for(it) for it in self.properties[action] or () if it]
            own[action] = [*urls, *(url_of(it) for it in self.properties[queue] or ())]
        rule = self.rule(self.fields(self._of_rule))
        return {**own, "name": self.physical_resource_name(), "type": self.kind, f"{self.kind}_rule": rule}

    def _url_for(self, action: str) -> str:
        """Return the URL of an action, which may be the name of a resource of the template that takes signals.

        :raises InvalidTemplateAttribute: if that resource has no URL for alarms
        """
        named = self.siblings.by_name(action) if self.siblings is not None and "/" not in action else None
        if named is None:
            return action
        if url := named.data.get(ALARM_URL) or named.data.get(SIGNED_URL):
            return str(url)
        raise InvalidTemplateAttribute(resource=action, key="AlarmUrl")

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the resources that its actions name: their URLs are there once they are."""
        given = [own.get(name) for name in ACTIONS]
        return others.named([each for it in given if isinstance(it, list) for each in it])

    def extra_body(self, body: Body) -> Body:
        """Return the alarm."""
        return self.alarm()

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the whole alarm as Aodh has it, with the new values."""
        return {**self.seen_again(), **self.alarm(clears=True)} if prop_diff else {}

    def seen_again(self) -> Body:
        """Return the alarm as Aodh has it, as it may be sent back. Hook."""
        return {name: it for name, it in self.seen().items() if name not in CLOCKED}

    def handle_suspend(self) -> None:
        """Stop the alarm's evaluation."""
        self._enable(enabled=False)

    def handle_resume(self) -> None:
        """Start the alarm's evaluation again."""
        self._enable(enabled=True)

    def _enable(self, *, enabled: bool) -> None:
        if self.resource_id is not None:
            self._seen = self.change({**self.seen_again(), "enabled": enabled})

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the alarm's id."""
        return str(body["alarm_id"])

    def find(self) -> list[str]:
        """Return the ids of the alarms with the generated name."""
        name = self.physical_resource_name()
        asked = {"q.field": "name", "q.op": "eq", "q.value": name}
        found = [self.id_in(it) for it in self.things(asked) if it["name"] == name]
        self._others = found[1:]
        return found


def url_of(queue: str) -> str:
    """Return the URL by which Aodh posts to a queue, with a trust of the alarm's owner."""
    return f"trust+zaqar://?{urlencode({'queue_name': queue})}"
