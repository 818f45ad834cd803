"""OS::Heat::CloudConfig: a map, kept as the YAML text that cloud-init reads when a server boots."""

from __future__ import annotations

import yaml

from heatlite.resources.builtin.software_config import SoftwareConfig
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.resources.software.port import Config

CLOUD_CONFIG = "cloud_config"


class CloudConfig(SoftwareConfig):
    """A cloud-config for a server's user data."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {CLOUD_CONFIG: Property(Type.MAP, "The cloud-config; it is kept as YAML.")}

    def made(self) -> Config:
        """Return the YAML text, below the line that cloud-init requires."""
        written = yaml.safe_dump(self.properties[CLOUD_CONFIG], allow_unicode=True)
        return Config(self.physical_resource_name(), config=f"#cloud-config\n{written}")
