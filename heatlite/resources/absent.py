"""Absent types: types that Heat's packages provide as templates, and heatlite doesn't.

heatlite knows their names, so that the error for such a type says what to install instead of reporting an unknown type.
"""

from __future__ import annotations

from heatlite.exception import EntityNotFound, ResourceTypeUnavailable

TEMPLATES = {"AWS::CloudWatch::Alarm": "aodh", "AWS::RDS::DBInstance": "nova"}
"""Type → the service that its template needs. An operator's environment maps each type to its template."""


def error_for(type_name: str) -> EntityNotFound:
    """Return the error for a type that no plugin serves. The caller raises it."""
    if type_name in TEMPLATES:
        reason = "Heat's packages have a template for it; install it, and map the type to it in environment_dir"
        return ResourceTypeUnavailable(service_name=TEMPLATES[type_name], resource_type=type_name, reason=reason)
    return EntityNotFound(entity="Resource Type", name=type_name)
