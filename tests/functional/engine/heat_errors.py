"""Facts about the refusals of Heat's engine: which error a client's mistake is, and its HTTP status.

``doc/heat-api.md`` has the same table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.functional.engine.templates import stores, template

NOBODY = {"tenant": "demo", "stack_name": "none", "stack_id": "2b2f9a8e-9ed0-4ad0-8c4a-7ffbb0cd8d0e", "path": ""}
GOOD = template({"one": stores()})
NEEDS = template({"one": stores()}, parameters={"size": {"type": "number"}})
UNKNOWN = template({"one": {"type": "OS::No::Such"}})
NO_SERVICE = template({"one": {"type": "AWS::CloudWatch::Alarm"}})
LOOP = template({"a": stores(depends_on="b"), "b": stores(depends_on="a")})


@dataclass(frozen=True)
class Refusal:
    """A client's mistake.

    :param on_stack: whether it is about the stack ``web`` that is there, whose resource ``one`` is COMPLETE
    """

    mistake: str
    method: str
    arguments: dict[str, Any]
    error: str
    status: int
    on_stack: bool = False


def sent(body: Any, **params: Any) -> dict[str, Any]:
    """A template with these parameters."""
    return {"template": body, "params": {"parameters": params}, "files": {}, "args": {}}


def created(body: Any, name: str = "other", **params: Any) -> dict[str, Any]:
    """The same as a stack of this name."""
    return {"stack_name": name, **sent(body, **params)}


REFUSALS = (
    Refusal("a stack name that doesn't exist", "identify_stack", {"stack_name": "none"}, "EntityNotFound", 404),
    Refusal("a stack that doesn't exist", "show_stack", {"stack_identity": NOBODY}, "EntityNotFound", 404),
    Refusal(
        "a delete of a stack that doesn't exist", "delete_stack", {"stack_identity": NOBODY}, "EntityNotFound", 404
    ),
    Refusal("a name that is in use", "create_stack", created(GOOD, "web"), "StackExists", 409, on_stack=True),
    Refusal("an invalid stack name", "create_stack", created(GOOD, "1web"), "StackValidationFailed", 400),
    Refusal("an unknown resource type", "create_stack", created(UNKNOWN), "StackValidationFailed", 400),
    Refusal("a type whose service is missing", "create_stack", created(NO_SERVICE), "ResourceTypeUnavailable", 400),
    Refusal("a circular dependency", "create_stack", created(LOOP), "CircularDependencyException", 400),
    Refusal("a parameter without a value", "create_stack", created(NEEDS), "UserParameterMissing", 400),
    Refusal("a value for an undeclared parameter", "create_stack", created(GOOD, size=3), "UnknownUserParameter", 400),
    Refusal("a value of the wrong type", "create_stack", created(NEEDS, size="x"), "StackValidationFailed", 400),
    Refusal(
        "an unknown template version",
        "create_stack",
        created({"heat_template_version": "2012-01-01"}),
        "InvalidTemplateVersion",
        400,
    ),
    Refusal("a validation of an empty template", "validate_template", {"template": {}}, "InvalidTemplateVersion", 400),
    Refusal(
        "a resource that doesn't exist",
        "describe_stack_resource",
        {"resource_name": "none"},
        "ResourceNotFound",
        404,
        on_stack=True,
    ),
    Refusal(
        "a signal to a resource that doesn't exist",
        "resource_signal",
        {"resource_name": "none", "details": None},
        "ResourceNotFound",
        404,
        on_stack=True,
    ),
    Refusal(
        "a signal to a resource that takes none",
        "resource_signal",
        {"resource_name": "one", "details": None},
        "ResourceActionNotSupported",
        400,
        on_stack=True,
    ),
    Refusal("an output that doesn't exist", "show_output", {"output_key": "none"}, "NotFound", 404, on_stack=True),
    Refusal("a snapshot that doesn't exist", "show_snapshot", {"snapshot_id": "none"}, "NotFound", 404, True),
    Refusal("a cancel without a running update", "stack_cancel_update", {}, "NotSupported", 400, on_stack=True),
    Refusal("the schema of an unknown type", "resource_schema", {"type_name": "OS::No::Such"}, "EntityNotFound", 404),
    Refusal(
        "the template of an unknown type", "generate_template", {"type_name": "OS::No::Such"}, "EntityNotFound", 404
    ),
    Refusal(
        "the functions of an unknown version",
        "list_template_functions",
        {"template_version": "heat_template_version.1999-01-01"},
        "NotFound",
        404,
    ),
    Refusal("a config that doesn't exist", "show_software_config", {"config_id": "none"}, "NotFound", 404),
    Refusal("a deployment that doesn't exist", "show_software_deployment", {"deployment_id": "none"}, "NotFound", 404),
)
