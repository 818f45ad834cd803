"""OS::Heat::StructuredDeployment: a deployment of a map, in which input values replace references to inputs.

::

    {"port": {"get_input": "port"}}  ──▶  {"port": 8080}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import UserParameterMissing
from heatlite.resources.builtin.software_deployment import SoftwareDeployment
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.resources.software import io
from heatlite.resources.software.port import Config
from heatlite.schema.constraints import AllowedValues

INPUT_KEY, VALIDATE = "input_key", "input_values_validate"
LAX, STRICT = "LAX", "STRICT"

PROPERTIES = {
    INPUT_KEY: Property(Type.STRING, "The key of a reference to an input.", default="get_input"),
    VALIDATE: Property(
        Type.STRING,
        "Whether an input without a value is an error (STRICT), or null (LAX).",
        default=LAX,
        constraints=(AllowedValues((LAX, STRICT)),),
    ),
}


class StructuredDeployment(SoftwareDeployment):
    """A config that is a map on a server."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {**SoftwareDeployment.properties_schema, **PROPERTIES}

    def derived_config(self, source: Config, inputs: Sequence[Mapping[str, Any]]) -> Any:
        """Return the map with input values in place of references."""
        values = {each[io.NAME]: each.get(io.VALUE) for each in inputs}
        key, is_strict = self.properties[INPUT_KEY], self.properties[VALIDATE] == STRICT
        return with_values(source.config or {}, values, key, is_strict=is_strict)


def with_values(config: Any, values: Mapping[str, Any], key: str, *, is_strict: bool) -> Any:
    """Return a config with values in place of each ``{key: name}``.

    :raises UserParameterMissing: if an input has no value and ``is_strict`` is set
    """
    if isinstance(config, Mapping):
        name = config.get(key) if len(config) == 1 else None
        if not isinstance(name, str):
            return {at: with_values(item, values, key, is_strict=is_strict) for at, item in config.items()}
        if is_strict and name not in values:
            raise UserParameterMissing(key=name)
        return values.get(name)
    if isinstance(config, list):
        return [with_values(item, values, key, is_strict=is_strict) for item in config]
    return config
