"""The errors whose text a user reads.

An error is a class whose docstring is its message. The keyword arguments of ``raise`` fill in the message::

    class StackExists(HeatliteError):
        '''The Stack ({stack_name}) already exists.'''

    raise StackExists(stack_name="web")

Names, keyword arguments and texts are those of Heat's ``heat.common.exception``, because a heat-api in front of
heatlite recognises an error by its class name and keyword arguments only. The errors that Heat doesn't have derive from
``OwnError``, which says what becomes of them.
"""

from __future__ import annotations

from typing import Any

WIRE_MODULE = "heat.common.exception"


class HeatliteError(Exception):
    """An unknown exception occurred."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()  # no text: over RPC, Heat's classes are rebuilt from ``args`` and ``kwargs``
        self.kwargs = kwargs
        self.text = self.render()

    def __str__(self) -> str:
        return self.text

    def render(self) -> str:
        return (type(self).__doc__ or "").strip().format(**self.kwargs)


class OwnError(HeatliteError):
    """An error that Heat doesn't have."""

    # oslo.messaging can't rebuild such a class in heat-api: it would become a RemoteError, status 500 without its text.
    # So ``engine.api.client_calls`` sends Heat's ``Error`` with the same text instead: status 500 with the text.
    # heatlite's own methods (``rpc.messages.OWN_NAMESPACE``), which heat-api doesn't know, send it as it is, and
    # ``from_wire`` rebuilds it. Some never leave their process: ConfigurationError at a start, CommandError and
    # NoAnswer in a command, ResourceFailed as the text of a row.


class ErrorWithPath(HeatliteError):
    """{error}: {path}: {message}"""

    def __init__(self, error: str = "", path: list[str | int] | str = "", message: object = "") -> None:
        where = path if isinstance(path, str) else dotted(path)
        self.error, self.path, self.message = error, where, str(message)
        super().__init__(error=error, path=where, message=self.message)

    def render(self) -> str:
        return ": ".join(part for part in (self.error, self.path, self.message) if part)


def dotted(path: list[str | int]) -> str:
    """Write a path as people do: ``["resources", "web", "depends_on", 0]`` becomes ``resources.web.depends_on[0]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


# --- user input that is refused ---------------------------------------------------------------------------------


class StackValidationFailed(ErrorWithPath):
    """{error}: {path}: {message}"""


class PropertyError(ErrorWithPath):
    """{error}: {path}: {message}"""


class InvalidTemplateVersion(HeatliteError):
    """The template version is invalid: {explanation}"""


class InvalidTemplateSection(HeatliteError):
    """The template section is invalid: {section}"""


class InvalidTemplateReference(HeatliteError):
    """The specified reference "{resource}" (in {key}) is incorrect."""


class InvalidTemplateAttribute(HeatliteError):
    """The Referenced Attribute ({resource} {key}) is incorrect."""


class InvalidTemplateParameter(HeatliteError):
    """The Parameter ({key}) has no attributes."""


class InvalidSchemaError(HeatliteError):
    """{message}"""


class ImmutableParameterModified(HeatliteError):
    """The following parameters are immutable and may not be updated: {keys}"""


class ConflictingMergeStrategyForParam(HeatliteError):
    """Conflicting merge strategy '{strategy}' for parameter '{param}' in file '{env_file}'."""


class InvalidMergeStrategyForParam(HeatliteError):
    """Invalid merge strategy '{strategy}' for parameter '{param}'."""


class UserParameterMissing(HeatliteError):
    """The Parameter ({key}) was not provided."""


class UnknownUserParameter(HeatliteError):
    """The Parameter ({key}) was not defined in template."""


class CircularDependencyException(HeatliteError):
    """Circular Dependency Found: {cycle}"""


class RequestLimitExceeded(HeatliteError):
    """Request limit exceeded: {message}"""


class StackResourceLimitExceeded(HeatliteError):
    """Maximum resources per stack exceeded."""


class Invalid(HeatliteError):
    """Data supplied was not valid: {reason}"""


# --- operations that aren't allowed, or not now -----------------------------------------------------------------


class Forbidden(HeatliteError):
    """You are not authorized to use {action}."""


class InvalidTenant(HeatliteError):
    """Searching Tenant {target} from Tenant {actual} forbidden."""


class EntityNotFound(HeatliteError):
    """The {entity} ({name}) could not be found."""


class ResourceNotFound(EntityNotFound):
    """The Resource ({resource_name}) could not be found in Stack {stack_name}."""


class ResourceTypeUnavailable(EntityNotFound):
    """HEAT-E99001 Service {service_name} is not available for resource type {resource_type}, reason: {reason}"""


class NotFound(HeatliteError):
    """{msg_fmt}"""


class ResourceNotAvailable(HeatliteError):
    """The Resource ({resource_name}) is not available."""


class StackExists(HeatliteError):
    """The Stack ({stack_name}) already exists."""


class ActionInProgress(HeatliteError):
    """Stack {stack_name} already has an action ({action}) in progress."""


class ResourceActionNotSupported(HeatliteError):
    """{action} is not supported for resource."""


class PhysicalResourceIDAmbiguity(HeatliteError):
    """Multiple resources were found with the physical ID ({phys_id})."""


class ResourceFailure(ErrorWithPath):
    """{error}: {path}: {message}"""


class ResourcePropertyValueDependency(HeatliteError):
    """{prop1} property should only be specified for {prop2} with value {value}."""


class NotSupported(HeatliteError):
    """{feature} is not supported."""


class InvalidBreakPointHook(HeatliteError):
    """{message}"""


class InvalidRestrictedAction(HeatliteError):
    """{message}"""


class ResourceActionRestricted(HeatliteError):
    """{action} is restricted for resource."""


class Error(HeatliteError):
    """{message}"""


class InvalidEncryptionKey(HeatliteError):
    """Can not decrypt data with the auth_encryption_key in heat config."""


class PhysicalResourceNameAmbiguity(HeatliteError):
    """Multiple physical resources were found with name ({name})."""


class CloudError(OwnError):
    """{service} answered {status}: {message}"""


class CloudConflict(CloudError):
    """{service} answered {status}: {message}"""


class CloudNotFound(CloudError):
    """{service} answered {status}: {message}"""


class CloudUnavailable(CloudError):
    """{service} can't be used now ({status}): {message}

    ``retry_after``: seconds to wait before the next try, as the service asked; None when it didn't say. The caller
    can't know whether the service carried out the request.
    """

    def __init__(self, *, retry_after: float | None = None, **kwargs: Any) -> None:
        self.retry_after = retry_after
        super().__init__(**kwargs)

    def render(self) -> str:
        return "{service} can't be used now ({status}): {message}".format(**self.kwargs)


class ResourceInError(HeatliteError):
    """Went to status {resource_status} due to "{status_reason}\""""


class ResourceUnknownStatus(HeatliteError):
    """{result} - Unknown status {resource_status} due to "{status_reason}\""""


# --- errors that Heat doesn't have ------------------------------------------------------------------------------


class ResourceFailed(OwnError):
    """{error_class}: resources.{name}: {reason}"""


class ConfigurationError(OwnError):
    """{reason}"""


class CommandError(OwnError):
    """{reason}"""


class PlanOutdated(OwnError):
    """The plan for stack {stack_name} no longer holds: something was done to the stack since. Make a new plan."""


class PlanNotPossible(OwnError):
    """The plan for stack {stack_name} can't be carried out, and nothing was begun. It would fail: {reason}"""


class StoredValueUnreadable(OwnError):
    """A value in the database isn't the JSON that was stored: restore its row, or delete the stack that it is of."""


class NoAnswer(OwnError):
    """No engine answered {method} in time: {why}"""


def from_wire(class_name: str, message: str) -> HeatliteError:
    """Rebuild the error that a remote engine raised from what RPC keeps of it: its class name and its text."""
    known = globals().get(class_name)
    if not (isinstance(known, type) and issubclass(known, HeatliteError)):
        known = HeatliteError
    error = known.__new__(known)
    error.kwargs, error.text = {}, message
    return error


for _known in list(globals().values()):
    if isinstance(_known, type) and issubclass(_known, HeatliteError):
        _known.__module__ = WIRE_MODULE  # the module name that goes over the wire: heat-api accepts no other
