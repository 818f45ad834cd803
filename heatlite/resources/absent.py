"""Absent types: types of Heat that have no heatlite plugin yet.

heatlite knows their names, so that the error for such a type names the missing service instead of reporting an unknown
type. An installed plugin takes precedence.
"""

from __future__ import annotations

from heatlite.exception import EntityNotFound, ResourceTypeUnavailable

SERVICES = {"AWS::ElasticLoadBalancing::LoadBalancer": "nova"}
"""Type → the service that it needs."""

TEMPLATES = {"AWS::CloudWatch::Alarm": "aodh", "AWS::RDS::DBInstance": "nova"}
"""Types that Heat's packages provide as templates; an operator's environment maps each type to its template."""


def error_for(type_name: str) -> EntityNotFound:
    """Return the error for a type that no plugin serves. The caller raises it."""
    if type_name in TEMPLATES:
        reason = "Heat's packages have a template for it; install it, and map the type to it in environment_dir"
        return ResourceTypeUnavailable(service_name=TEMPLATES[type_name], resource_type=type_name, reason=reason)
    service = SERVICES.get(type_name)
    if service is None:
        return EntityNotFound(entity="Resource Type", name=type_name)
    reason = "no plugin for it is installed"
    return ResourceTypeUnavailable(service_name=service, resource_type=type_name, reason=reason)
