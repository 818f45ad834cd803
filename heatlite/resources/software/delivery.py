"""Deliver software to a server: the properties that choose how, and the text of a config that user data names by id.

::

    POLL_SERVER_CFN, POLL_SERVER_HEAT   the server's agent asks for its deployments
    POLL_TEMP_URL                       each change is put into an object of Swift's, which the agent reads by a URL
    ZAQAR_MESSAGE                       each change is a message in a queue, which the agent reads as the server's user
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from heatlite.exception import CloudNotFound
from heatlite.resources.builtin.mailbox import QueueBox
from heatlite.resources.cloud import Cloud, StackUser
from heatlite.resources.schema import Property, Type
from heatlite.resources.software.port import Served, Software
from heatlite.schema.constraints import AllowedValues, Length

CONFIG_TRANSPORT, SWIFT_DATA = "software_config_transport", "deployment_swift_data"
POLL_CFN, POLL_HEAT, POLL_TEMP_URL, ZAQAR_MESSAGE = (
    "POLL_SERVER_CFN",
    "POLL_SERVER_HEAT",
    "POLL_TEMP_URL",
    "ZAQAR_MESSAGE",
)
PLACE, URL, PUT_URL, OBJECT = "metadata_place", "metadata_url", "metadata_put_url", "metadata_object_name"
QUEUE, PASSWORD, USER = "metadata_queue_id", "password", "stack_user"
"""Keys of a server's data. PLACE is the path of the object, URL the one to read it by; the others are as in Heat."""
CONFIG = "os-collect-config"
"""The key of the agent's configuration, in what is pushed and in the server's data."""
TTL_SECONDS = 3600

CONFIG_TRANSPORT_PROPERTY = Property(
    Type.STRING,
    "How the server's agent gets its software deployments.",
    default=POLL_CFN,
    constraints=(AllowedValues((POLL_CFN, POLL_HEAT, POLL_TEMP_URL, ZAQAR_MESSAGE)),),
    update_allowed=True,
)
SWIFT_DATA_PROPERTY = Property(
    Type.MAP,
    "The Swift object with the software deployments, for POLL_TEMP_URL.",
    default={},
    update_allowed=True,
    schema={
        "container": Property(Type.STRING, "The object's container.", constraints=(Length(min=1),)),
        "object": Property(Type.STRING, "The object's name.", constraints=(Length(min=1),)),
    },
)


def text_of(software: Software, given: str) -> str:
    """Return the text of the config with this id; the given text if it is no config's id."""
    try:
        found = software.config(str(UUID(given)))
    except ValueError:
        return given
    if found is None:
        return given
    return found.config if isinstance(found.config, str) else json.dumps(found.config)


def queue_of(cloud: Cloud, data: Mapping[str, Any], uuid: str) -> QueueBox | None:
    """Return the queue that a server's agent reads; None if it reads none.

    :param uuid: of whoever uses the queue
    """
    user = data.get(USER) or {}
    if not data.get(QUEUE) or not data.get(PASSWORD) or not user:
        return None
    who = StackUser(user["user_id"], user["project_id"], "", user["auth_url"])
    return QueueBox(cloud.as_user(who, data[PASSWORD]), data[QUEUE], uuid)


def push(cloud: Cloud, served: Served | None, uuid: str) -> None:
    """Send a server what is deployed to it, if its agent doesn't ask for it by itself.

    A repeated call sends the same again.
    """
    if served is None:
        return
    content = {**served.metadata, "deployments": list(served.deployments), CONFIG: served.data.get(CONFIG)}
    if place := served.data.get(PLACE):
        try:
            cloud.api("object_store").answer("PUT", place, data=json.dumps(content).encode())
        except CloudNotFound:  # the container has gone with the server
            return
    elif queue := queue_of(cloud, served.data, uuid):
        queue.post([content], TTL_SECONDS)
