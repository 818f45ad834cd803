"""OS::Heat::MultipartMime: several configs as the parts of one message, which cloud-init splits again.

::

    parts:
      - {config: {get_resource: script}}                 the text of that config
      - {config: "echo hello", filename: hello.sh}       a text as it is
      - {config: {get_resource: other}, type: multipart}    each part of another message
"""

from __future__ import annotations

import email
import os
from collections.abc import Iterator, Mapping
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any
from uuid import UUID

from heatlite.resources.builtin.software_config import GROUP, GROUP_PROPERTY, SoftwareConfig
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.resources.software import delivery
from heatlite.resources.software.port import Config
from heatlite.schema.constraints import AllowedValues

PARTS, CONFIG, FILENAME, TYPE, SUBTYPE = "parts", "config", "filename", "type", "subtype"
TEXT, MULTIPART = "text", "multipart"


class MultipartMime(SoftwareConfig):
    """A multipart message for a server's user data."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        GROUP: GROUP_PROPERTY,
        PARTS: Property(
            Type.LIST,
            "The parts of the message.",
            default=[],
            schema=Property(
                Type.MAP,
                "One part.",
                schema={
                    CONFIG: Property(Type.STRING, "The part's text, or the id of a config.", required=True),
                    FILENAME: Property(Type.STRING, "A name for the part."),
                    TYPE: Property(
                        Type.STRING,
                        "Whether the config is a text, or a message of which all parts are meant.",
                        default=TEXT,
                        constraints=(AllowedValues((TEXT, MULTIPART)),),
                    ),
                    SUBTYPE: Property(Type.STRING, "The subtype of the text, such as cloud-config."),
                },
            ),
        ),
    }

    def made(self) -> Config:
        """Return the message."""
        parts = [part for written in self.properties[PARTS] for part in self._parts(written)]
        # The boundary depends only on the resource, so a message that is rebuilt after a crash is the same.
        message = MIMEMultipart(_subparts=parts, boundary=f"==============={UUID(self.uuid).int}==")
        return Config(self.physical_resource_name(), self.properties[GROUP], message.as_string())

    def _parts(self, written: Mapping[str, Any]) -> Iterator[MIMEText]:
        content = delivery.text_of(self.software, written[CONFIG])
        if written[TYPE] == TEXT:
            yield part(content, written[SUBTYPE], written[FILENAME])
            return
        message = email.message_from_string(content)
        for inner in message.get_payload() if message.is_multipart() else ():
            yield part(str(inner.get_payload()), inner.get_content_subtype(), inner.get_filename())  # type: ignore[union-attr]


def part(content: str, subtype: str | None, filename: str | None) -> MIMEText:
    """Return one part of a message. The default subtype is the file name without its extension, as in Heat."""
    subtype = subtype or (os.path.splitext(filename)[0] if filename else "") or "plain"
    message = MIMEText(content, subtype, "us-ascii" if content.isascii() else "utf-8")
    if filename:
        message.add_header("Content-Disposition", "attachment", filename=filename)
    return message
