"""Delivery: the properties of a server that choose how it gets its software deployments."""

from __future__ import annotations

from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import AllowedValues, Length

TRANSPORT, SWIFT_DATA = "software_config_transport", "deployment_swift_data"
POLL_CFN, POLL_HEAT = "POLL_SERVER_CFN", "POLL_SERVER_HEAT"

TRANSPORT_PROPERTY = Property(
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
