"""Schemas of properties and policies that several types of groups share."""

from __future__ import annotations

from heatlite.resources.schema import PropertiesSchema, Property, Type
from heatlite.schema.constraints import Range

MIN_IN_SERVICE, MAX_BATCH_SIZE, PAUSE_TIME = "min_in_service", "max_batch_size", "pause_time"

RESOURCE_DEF_SCHEMA: PropertiesSchema = {
    "type": Property(Type.STRING, "The type of the group's resources.", required=True),
    "properties": Property(Type.MAP, "The properties of each member."),
    "metadata": Property(Type.MAP, "The metadata of each member."),
}
BATCH_CREATE_SCHEMA: PropertiesSchema = {
    MAX_BATCH_SIZE: Property(Type.INTEGER, "Most members per batch.", default=1, constraints=(Range(min=1),)),
    PAUSE_TIME: Property(Type.NUMBER, "Seconds between two batches.", default=0, constraints=(Range(min=0),)),
}
ROLLING_UPDATE_SCHEMA: PropertiesSchema = {
    MIN_IN_SERVICE: Property(
        Type.INTEGER, "Least members in service during the update.", default=0, constraints=(Range(min=0),)
    ),
    MAX_BATCH_SIZE: Property(Type.INTEGER, "Most members per batch.", default=1, constraints=(Range(min=1),)),
    PAUSE_TIME: Property(Type.NUMBER, "Seconds between two batches.", default=0, constraints=(Range(min=0),)),
}
