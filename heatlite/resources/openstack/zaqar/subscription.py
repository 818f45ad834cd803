"""OS::Zaqar::Subscription and MistralTrigger: whom Zaqar notifies of messages in a queue.

Subscribers of a queue are unique: that is how a subscription is found after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from heatlite.resources.base import UpdateReplace
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import Claimed
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.zaqar.base import ZaqarResource
from heatlite.resources.schema import PropertiesSchema, Property, SupportStatus, Type
from heatlite.schema.constraints import Range

QUEUE, SUBSCRIBER, TTL, OPTIONS = "queue_name", "subscriber", "ttl", "options"
WORKFLOW, PARAMS, INPUT = "workflow_id", "params", "input"
NEEDS_TRUST, TRUST = "trust+", "trust_id"
KINDS = ("http", "https", "mailto", "trust+http", "trust+https")
FOR_EVER = 220367260800
"""Seconds until the year 9000, as in Heat."""
COMMON: PropertiesSchema = {
    QUEUE: Property(Type.STRING, "The name of the queue.", required=True, constraints=custom("zaqar.queue")),
    TTL: Property(
        Type.INTEGER,
        "How long the subscription lasts, in seconds.",
        default=FOR_EVER,
        constraints=(Range(60),),
        update_allowed=True,
    ),
}


class Subscription(Claimed, ZaqarResource):
    """A subscription: Zaqar calls a URL, or sends a mail, for each message in a queue."""

    path, key, is_bare, mark, update_method = "/queues", "subscription", True, Claimed.mark, "PATCH"
    support_status = SupportStatus(version="8.0.0")
    properties_schema = {
        **COMMON,
        SUBSCRIBER: Property(
            Type.STRING, "Who is notified: http:, https: or mailto: and so on.", required=True, update_allowed=True
        ),
        OPTIONS: Property(Type.MAP, "Options of the subscription.", update_allowed=True),
    }

    def validate(self) -> None:
        """Refuse a subscriber that Zaqar can't notify.

        :raises StackValidationFailed: if it is one
        """
        if self.known(SUBSCRIBER) and self.properties[SUBSCRIBER].split(":", 1)[0] not in KINDS:
            message = f"The subscriber type of must be one of: {', '.join(KINDS)}."
            raise self.properties_error(message)

    def subscriber(self) -> str:
        """Return who is notified. Hook."""
        return str(self.properties[SUBSCRIBER])

    def options(self) -> Body:
        """Return the options. Hook."""
        return dict(self.properties[OPTIONS] or {})

    def subscription(self) -> Body:
        """Return the subscription as the properties have it."""
        return {SUBSCRIBER: self.subscriber(), TTL: self.properties[TTL], OPTIONS: self.options()}

    def collection(self) -> str:
        """Return the path of the queue's subscriptions."""
        queue = self.data.get(QUEUE) or self.properties[QUEUE]
        return f"{self.path}/{quote(str(queue), safe='')}/subscriptions"

    def extra_body(self, body: Body) -> Body:
        """Return the subscription."""
        return self.subscription()

    def create(self, body: Body) -> Body:
        """Create the subscription, and record its queue."""
        self.data_set(QUEUE, self.properties[QUEUE])
        made = self.api.post(self.collection(), body, **self.sent)
        return {**body, "id": made["subscription_id"]}

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return what differs from the subscription as Zaqar has it.

        With Swift as its store, Zaqar refuses a subscriber that the subscription has already. It makes a trust for a
        subscriber only when it creates the subscription, and keeps the trust's id among the options.

        :raises UpdateReplace: if the new subscriber needs a trust, and there is none
        """
        if not prop_diff:
            return {}
        there, wanted = self.seen(), self.subscription()
        if wanted[SUBSCRIBER].startswith(NEEDS_TRUST):
            trust = (there.get(OPTIONS) or {}).get(TRUST)
            if trust is None:
                raise UpdateReplace
            wanted[OPTIONS] = {**wanted[OPTIONS], TRUST: trust}
        return {name: it for name, it in wanted.items() if there.get(name) != it}

    def change(self, body: Body) -> Body:
        """Send the change, whose answer is empty."""
        self.api.patch(self.one, body, **self.sent)
        return {**self.seen(), **body}

    def equal_ids(self) -> list[str]:
        """Return the subscriptions of the queue with the same subscriber."""
        there = self.api.listed(self.collection(), "subscriptions", **self.sent)
        return [str(it["id"]) for it in there if it[SUBSCRIBER] == self.subscriber()]


class MistralTrigger(Subscription):
    """A workflow of Mistral that is executed for each message; it finds the message in its environment."""

    properties_schema = {
        **COMMON,
        WORKFLOW: Property(
            Type.STRING,
            "The id of the workflow.",
            required=True,
            constraints=custom("mistral.workflow"),
            update_allowed=True,
        ),
        PARAMS: Property(Type.MAP, "Parameters of the execution.", default={}, update_allowed=True),
        INPUT: Property(Type.MAP, "The input of the workflow.", default={}, update_allowed=True),
    }

    def validate(self) -> None:
        """Accept anything: the subscriber is Mistral."""

    def subscriber(self) -> str:
        """Return the URL by which Mistral executes workflows, with a trust of the subscription's owner."""
        return f"trust+{(self.cloud.endpoint('workflow') or '').rstrip('/')}/executions"

    def options(self) -> Body:
        """Return what is sent to Mistral; Zaqar puts the message in."""
        given = self.properties[PARAMS] or {}
        params = {**given, "env": {**(given.get("env") or {}), "notification": "$zaqar_message$"}}
        body = {WORKFLOW: self.properties[WORKFLOW], PARAMS: params, INPUT: self.properties[INPUT] or {}}
        return {"post_data": json.dumps(body)}
