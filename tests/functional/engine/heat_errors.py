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
NO_SERVICE = template({"one": {"type": "OS::Trove::Instance"}})
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
    Refusal("a stack that isn't there, by its name", "identify_stack", {"stack_name": "none"}, "EntityNotFound", 404),
    Refusal("a stack that isn't there", "show_stack", {"stack_identity": NOBODY}, "EntityNotFound", 404),
    Refusal("a stack that isn't there, deleted", "delete_stack", {"stack_identity": NOBODY}, "EntityNotFound", 404),
    Refusal("a name that is taken", "create_stack", created(GOOD, "web"), "StackExists", 409, on_stack=True),
    Refusal("a name that is none", "create_stack", created(GOOD, "1web"), "StackValidationFailed", 400),
    Refusal("a type that nobody knows", "create_stack", created(UNKNOWN), "StackValidationFailed", 400),
    Refusal("a type whose service isn't there", "create_stack", created(NO_SERVICE), "ResourceTypeUnavailable", 400),
    Refusal("a circle", "create_stack", created(LOOP), "CircularDependencyException", 400),
    Refusal("a parameter without a value", "create_stack", created(NEEDS), "UserParameterMissing", 400),
    Refusal("a value for no parameter", "create_stack", created(GOOD, size=3), "UnknownUserParameter", 400),
    Refusal("a value that isn't one", "create_stack", created(NEEDS, size="x"), "StackValidationFailed", 400),
    Refusal(
        "a version of templates that isn't there",
        "create_stack",
        created({"heat_template_version": "2012-01-01"}),
        "InvalidTemplateVersion",
        400,
    ),
    Refusal("a template that is none, validated", "validate_template", {"template": {}}, "InvalidTemplateVersion", 400),
    Refusal(
        "a resource that isn't there",
        "describe_stack_resource",
        {"resource_name": "none"},
        "ResourceNotFound",
        404,
        on_stack=True,
    ),
    Refusal(
        "a signal to what isn't there",
        "resource_signal",
        {"resource_name": "none", "details": None},
        "ResourceNotFound",
        404,
        on_stack=True,
    ),
    Refusal(
        "a signal to what takes none",
        "resource_signal",
        {"resource_name": "one", "details": None},
        "ResourceActionNotSupported",
        400,
        on_stack=True,
    ),
    Refusal("an output that isn't there", "show_output", {"output_key": "none"}, "NotFound", 404, on_stack=True),
    Refusal("a snapshot that isn't there", "show_snapshot", {"snapshot_id": "none"}, "NotFound", 404, True),
    Refusal("a cancel of nothing", "stack_cancel_update", {}, "NotSupported", 400, on_stack=True),
    Refusal(
        "a type's schema that isn't there", "resource_schema", {"type_name": "OS::No::Such"}, "EntityNotFound", 404
    ),
    Refusal(
        "a type's template that isn't there", "generate_template", {"type_name": "OS::No::Such"}, "EntityNotFound", 404
    ),
    Refusal(
        "a version's functions that aren't there",
        "list_template_functions",
        {"template_version": "heat_template_version.1999-01-01"},
        "NotFound",
        404,
    ),
    Refusal("a config that isn't there", "show_software_config", {"config_id": "none"}, "NotFound", 404),
    Refusal("a deployment that isn't there", "show_software_deployment", {"deployment_id": "none"}, "NotFound", 404),
)
