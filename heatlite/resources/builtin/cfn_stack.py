"""AWS::CloudFormation::Stack: a nested stack whose template is at a URL.

The engine reads the page when it validates the template, and at each update: a changed page is a changed stack, even
if no property changed. If the URL is among the files of the template, that file is used instead.
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
from heatlite.schema.child_process import allowance
from heatlite.schema.constraints import Range

TEMPLATE_URL, TIMEOUT, PARAMETERS = "TemplateURL", "TimeoutInMinutes", "Parameters"
OUTPUTS = "Outputs"
PREFIX = f"{OUTPUTS}."
LARGEST_PAGE = 4 * 1024 * 1024
"""Bytes. The engine has a separate limit for the size of a template."""
TIME_LIMIT = 10.0
"""Seconds for one page: the client that sent the template waits for it. All pages of a call share the time that its
patterns and expressions have together."""


class CfnStack(StackResource):
    """A nested stack of this project; its attributes are ``Outputs.NAME``."""

    template_place = TEMPLATE_URL
    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        TEMPLATE_URL: Property(Type.STRING, "The URL of the stack's template.", required=True, update_allowed=True),
        TIMEOUT: Property(
            Type.INTEGER,
            "The timeout of an operation on the stack, in minutes; the timeout of the parent's operation applies too.",
            constraints=(Range(1, None),),
            update_allowed=True,
        ),
        PARAMETERS: Property(Type.MAP, "The values of the stack's parameters.", update_allowed=True),
    }

    attributes_schema = {OUTPUTS: Attribute("The stack's outputs; read one as Outputs.NAME.", Type.MAP)}

    def child_template(self) -> str | None:
        """Return the page's text; None while its URL, or which parameters are given, isn't known.

        :raises StackValidationFailed: if the page can't be read
        """
        if not self.known(TEMPLATE_URL) or not self.knows_keys(PARAMETERS):
            return None
        url = self.properties[TEMPLATE_URL]
        return self.files[url] if url in self.files else self._page(url)

    def _page(self, url: str) -> str:
        try:
            if urlsplit(url).scheme not in SCHEMES:
                raise CannotRead(f"{url}: a URL of {' or '.join(SCHEMES)} is expected")
            left = allowance(TIME_LIMIT)
            if left.left <= 0:
                raise CannotRead(f"{url}: no time is left in this call, which has read other pages")
            with readable(url, TIME_LIMIT), left.spent():
                return read_web(url, min(TIME_LIMIT, left.left), LARGEST_PAGE).decode()
        except CannotRead as error:
            raise StackValidationFailed(message=f"Could not fetch remote template: {error}") from error

    def child_parameters(self) -> Mapping[str, Any]:
        """Return the property; empty while its keys aren't known, because the template isn't checked then either."""
        return (self.properties[PARAMETERS] or {}) if self.knows_keys(PARAMETERS) else {}

    def child_timeout(self) -> int | None:
        """Return the property, in minutes."""
        return self.properties[TIMEOUT]

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept ``Outputs.NAME``, and attributes of resources in the stack."""
        return name.startswith((PREFIX, "resource.")) or super().has_attribute(name)

    def resolve_attribute(self, name: str) -> dict[str, Any]:
        """Return every output, from which ``read_attribute`` answers."""
        return self.nested.outputs(self.uuid)

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return an output.

        :raises InvalidTemplateAttribute: if the stack has no such output
        """
        if not key.startswith(PREFIX):
            return super().read_attribute(name, recorded, key, path)
        outputs, wanted = recorded.get(OUTPUTS) or {}, key.removeprefix(PREFIX)
        if wanted not in outputs:
            raise InvalidTemplateAttribute(resource=name, key=key)
        return inside(outputs[wanted], path)

    def reference(self) -> str:
        """Return the nested stack's identity."""
        return self.identity()
