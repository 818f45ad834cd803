"""Deliver software to a server: the properties that choose how, and the text of a config that user data names by id."""

from __future__ import annotations

import json
from uuid import UUID

from heatlite.resources.schema import Property, Type
from heatlite.resources.software.port import Software
from heatlite.schema.constraints import AllowedValues, Length

CONFIG_TRANSPORT, SWIFT_DATA = "software_config_transport", "deployment_swift_data"
POLL_CFN, POLL_HEAT = "POLL_SERVER_CFN", "POLL_SERVER_HEAT"

CONFIG_TRANSPORT_PROPERTY = Property(
    Type.STRING,
    "How the server's agent gets its software deployments.",
    default=POLL_CFN,
    constraints=(AllowedValues((POLL_CFN, POLL_HEAT, "POLL_TEMP_URL", "ZAQAR_MESSAGE")),),
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
