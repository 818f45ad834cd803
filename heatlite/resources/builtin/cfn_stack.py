"""AWS::CloudFormation::Stack: a stack in a stack, whose template is at a URL.

The engine reads the page when the template is sent, and at each update: another page is another stack, although no
property changed. A URL that is among the files that came with the template is read there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from heatlite.exception import InvalidTemplateAttribute, StackValidationFailed
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.stack_resource import StackResource
from heatlite.resources.web import SCHEMES, CannotRead, read_web, readable
from heatlite.schema.attribute_paths import inside
from heatlite.schema.constraints import Range

TEMPLATE_URL, TIMEOUT, PARAMETERS = "TemplateURL", "TimeoutInMinutes", "Parameters"
OUTPUTS = "Outputs"
PREFIX = f"{OUTPUTS}."
LARGEST_PAGE = 4 * 1024 * 1024
"""Bytes. The engine has a limit of its own for what is a template."""
TIME_LIMIT = 10.0
"""Seconds: whoever sends a template waits for it."""


class CfnStack(StackResource):
    """A nested stack of this project; its attributes are ``Outputs.NAME``."""

    template_place = TEMPLATE_URL
    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        TEMPLATE_URL: Property(Type.STRING, "The URL of the stack's template.", required=True, update_allowed=True),
        TIMEOUT: Property(
            Type.INTEGER,
            "Minutes that an operation on it may take, within the time that the parent's has.",
            constraints=(Range(1, None),),
            update_allowed=True,
        ),
        PARAMETERS: Property(Type.MAP, "The values of its parameters.", update_allowed=True),
    }

    attributes_schema = {OUTPUTS: Attribute("The stack's outputs; Outputs.NAME is one of them.", Type.MAP)}

    def child_template(self) -> str | None:
        """The page's text; None while its URL isn't known, or it isn't known which parameters are given.

        :raises StackValidationFailed: where it can't be read
        """
        if not self.known(TEMPLATE_URL) or not self.knows_keys(PARAMETERS):
            return None
        url = self.properties[TEMPLATE_URL]
        return self.files[url] if url in self.files else self._page(url)

    def _page(self, url: str) -> str:
        try:
            if urlsplit(url).scheme not in SCHEMES:
                raise CannotRead(f"{url}: a URL of {' or '.join(SCHEMES)} is expected")
            with readable(url, TIME_LIMIT):
                return read_web(url, TIME_LIMIT, LARGEST_PAGE).decode()
        except CannotRead as error:
            raise StackValidationFailed(message=f"Could not fetch remote template: {error}") from error

    def child_parameters(self) -> Mapping[str, Any]:
        """The property; none while its keys aren't known, when nothing is said of the template either."""
        return (self.properties[PARAMETERS] or {}) if self.knows_keys(PARAMETERS) else {}

    def child_timeout(self) -> int | None:
        """The property, in minutes."""
        return self.properties[TIMEOUT]

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """``Outputs.NAME``, or an attribute of a resource in the stack."""
        return name.startswith((PREFIX, "resource.")) or super().has_attribute(name)

    def resolve_attribute(self, name: str) -> dict[str, Any]:
        """Every output, from which ``read_attribute`` answers."""
        return self.nested.outputs(self.uuid)

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """An output.

        :raises InvalidTemplateAttribute: where the stack has no such output
        """
        if not key.startswith(PREFIX):
            return super().read_attribute(name, recorded, key, path)
        outputs, wanted = recorded.get(OUTPUTS) or {}, key.removeprefix(PREFIX)
        if wanted not in outputs:
            raise InvalidTemplateAttribute(resource=name, key=key)
        return inside(outputs[wanted], path)

    def reference(self) -> str:
        """The nested stack's identity."""
        return self.identity()
