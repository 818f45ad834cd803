"""The methods of the client API: one table, by which the client calls and the engine takes calls.

::

    show_stack = Method[list[Record]]("1.20", "stack_identity", resolve_outputs=True)
                        the reply      since   required          with a default

    EngineClient   sends the arguments of a line, with defaults for those that its caller leaves out
    client_call    the decorator of the engine's methods: takes the same arguments, and those that are only accepted
    trust          says of each method and argument who may set it

The order of the arguments is that of the client's positional ones. Names, versions and defaults are those of Heat's RPC
API, except in heatlite's own namespace. ``ACCEPTED`` has arguments that the client doesn't send.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Generic, Protocol, TypeVar

from heatlite.rpc.messages import OWN_NAMESPACE
from heatlite.rpc.queries import EventQuery, StackQuery

Context = dict[str, Any]
Identity = dict[str, str]
Record = dict[str, Any]
Reply = TypeVar("Reply", covariant=True)

REQUIRED = inspect.Parameter.empty
POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
LEADING = [inspect.Parameter(name, POSITIONAL) for name in ("self", "context")]


class Calls(Protocol):
    """An object that can send a call."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        """Send a call, and return the reply."""


class Method(Generic[Reply]):
    """A method of the API. As an attribute of a client it is the function that calls the engine."""

    def __init__(self, version: str, *required: str, namespace: str = "", **defaults: Any) -> None:
        self.version, self.namespace = version, namespace
        self.sent: Mapping[str, Any] = {**dict.fromkeys(required, REQUIRED), **defaults}
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name.lstrip("_")

    @property
    def arguments(self) -> Mapping[str, Any]:
        """Every argument that the engine takes, without the context: name → default, or REQUIRED."""
        return {**self.sent, **ACCEPTED.get(self.name, {})}

    def signature(self, arguments: Mapping[str, Any]) -> inspect.Signature:
        """Return the signature of a method with these arguments, after ``self`` and ``context``."""
        given = [inspect.Parameter(name, POSITIONAL, default=default) for name, default in arguments.items()]
        return inspect.Signature([*LEADING, *given])

    def __get__(self, client: Calls, owner: type | None = None) -> Callable[..., Reply]:
        """Return the function that calls the method: ``(context, *arguments, **arguments)``."""
        method = f"{self.namespace}.{self.name}" if self.namespace else self.name

        def call(context: Context, *args: Any, **named: Any) -> Any:
            bound = self.signature(self.sent).bind(client, context, *args, **named)
            bound.apply_defaults()
            given = {name: bound.arguments[name] for name in self.sent}
            return client._call(context, method, self.version, **given)

        return call


def defaults_of(query: type[StackQuery | EventQuery], *left_out: str) -> dict[str, Any]:
    """Return the arguments whose values a query holds, with their defaults."""
    return {field.name: field.default for field in fields(query) if field.name not in left_out}


STACK = "stack_identity"
SENT = ("template", "params", "files", "args")
FILES: dict[str, Any] = {"environment_files": None, "files_container": None}
PAGE = ("limit", "marker", "sort_keys", "sort_dir")
STATE: dict[str, Any] = {"action": None, "status": None, "status_reason": None}

ACCEPTED: Mapping[str, Mapping[str, Any]] = {
    "abandon_stack": {"abandon": True},
    "count_stacks": {"tenant_safe": True},
    "create_software_deployment": {"output_values": None},
    "create_stack": {
        "owner_id": None,
        "nested_depth": 0,
        "user_creds_id": None,
        "stack_user_project_id": None,
        "parent_resource_name": None,
        "template_id": None,
    },
    "delete_stack": {"cast": False},
    "list_software_configs": {"tenant_safe": True},
    "list_stacks": {"tenant_safe": True},
    "update_stack": {"template_id": None},
}
"""Method → arguments that the engine takes, and heatlite's client doesn't send; see ``engine.api.arguments``."""


class Methods:
    """The table. A client inherits it; a leading underscore marks methods that the client wraps."""

    # --- stacks: begin an operation, reply when it is accepted ---------------------------------------------
    create_stack = Method[Identity]("1.36", "stack_name", *SENT, **FILES)
    update_stack = Method[Identity]("1.36", STACK, *SENT, **FILES)
    delete_stack = Method[None]("1.0", STACK)
    stack_cancel_update = Method[None]("1.14", STACK, cancel_with_rollback=True)
    stack_suspend = Method[None]("1.0", STACK)
    stack_resume = Method[None]("1.0", STACK)
    stack_check = Method[None]("1.0", STACK)
    stack_snapshot = Method[Record]("1.0", STACK, "name")
    stack_restore = Method[None]("1.0", STACK, "snapshot_id")
    abandon_stack = Method[Record]("1.0", STACK)

    # --- stacks: read --------------------------------------------------------------------------------------
    _list_stacks = Method[list[Record]]("1.33", **defaults_of(StackQuery))
    _count_stacks = Method[int]("1.33", **defaults_of(StackQuery, *PAGE))
    identify_stack = Method[Identity]("1.0", "stack_name")
    show_stack = Method[list[Record]]("1.20", STACK, resolve_outputs=True)
    get_template = Method[Record | None]("1.0", STACK)
    get_environment = Method[Record | None]("1.28", STACK)
    get_files = Method[dict[str, str]]("1.32", STACK)
    list_outputs = Method[list[Record]]("1.19", STACK)
    show_output = Method[Record]("1.19", STACK, "output_key")
    export_stack = Method[Record]("1.22", STACK)
    stack_list_snapshots = Method[list[Record]]("1.0", STACK)
    show_snapshot = Method[Record]("1.0", STACK, "snapshot_id")
    delete_snapshot = Method[None]("1.0", STACK, "snapshot_id")

    # --- resources, events, engines ------------------------------------------------------------------------
    list_stack_resources = Method[list[Record]]("1.25", STACK, nested_depth=0, with_detail=False, filters=None)
    describe_stack_resource = Method[Record]("1.2", STACK, "resource_name", with_attr=None)
    describe_stack_resources = Method[list[Record]]("1.0", STACK, "resource_name")
    find_physical_resource = Method[Identity]("1.0", "physical_resource_id")
    resource_signal = Method[Record | None]("1.3", STACK, "resource_name", "details", sync_call=False)
    resource_mark_unhealthy = Method[None](
        "1.26", STACK, "resource_name", "mark_unhealthy", resource_status_reason=None
    )
    _list_events = Method[list[Record]]("1.31", STACK, **defaults_of(EventQuery))
    list_services = Method[list[Record]]("1.4")
    get_revision = Method[str]("1.0")
    authenticated_to_backend = Method[bool]("1.0")
    migrate_convergence_1 = Method[None]("1.23", "stack_id")

    # --- types, functions, previews: nothing is begun ------------------------------------------------------
    list_template_versions = Method[list[Record]]("1.11")
    list_template_functions = Method[list[Record]]("1.35", "template_version", with_condition=False)
    list_resource_types = Method[list[Any]](
        "1.30", support_status=None, type_name=None, heat_version=None, with_description=False
    )
    resource_schema = Method[Record]("1.30", "type_name", with_description=False)
    generate_template = Method[Record]("1.9", "type_name", template_type="cfn")
    validate_template = Method[Record](
        "1.36", "template", params=None, files=None, show_nested=False, ignorable_errors=None, **FILES
    )
    preview_stack = Method[Record]("1.36", "stack_name", *SENT, **FILES)
    preview_update_stack = Method[dict[str, list[Record]]]("1.36", STACK, *SENT, **FILES)

    # --- software configs and deployments ------------------------------------------------------------------
    list_software_configs = Method[list[Record]]("1.33", limit=None, marker=None)
    count_software_configs = Method[int]("1.0")
    show_software_config = Method[Record]("1.0", "config_id")
    create_software_config = Method[Record]("1.0", "group", "name", "config", inputs=(), outputs=(), options=None)
    delete_software_config = Method[None]("1.0", "config_id")
    list_software_deployments = Method[list[Record]]("1.0", server_id=None)
    count_software_deployments = Method[int]("1.0")
    metadata_software_deployments = Method[list[Record]]("1.0", "server_id")
    show_software_deployment = Method[Record]("1.0", "deployment_id")
    check_software_deployment = Method[Record]("1.0", "deployment_id", timeout=None)
    create_software_deployment = Method[Record](
        "1.0", "server_id", "config_id", input_values=None, **STATE, stack_user_project_id=None, deployment_id=None
    )
    update_software_deployment = Method[Record](
        "1.0", "deployment_id", config_id=None, input_values=None, output_values=None, **STATE, updated_at=None
    )
    signal_software_deployment = Method[str | None]("1.0", "deployment_id", "details", updated_at=None)
    delete_software_deployment = Method[None]("1.0", "deployment_id")

    # --- heatlite's own: history, plans, drift, moves -------------------------------------------------------------
    list_history = Method[Record]("1.0", STACK, namespace=OWN_NAMESPACE, nested_depth=0, back=0)
    list_requirements = Method[list[Record]]("1.0", STACK, namespace=OWN_NAMESPACE, nested_depth=0)
    plan_update = Method[Record]("1.0", STACK, *SENT, namespace=OWN_NAMESPACE)
    update_as_planned = Method[Identity]("1.0", STACK, *SENT, "digest", namespace=OWN_NAMESPACE)
    look_for_drift = Method[Record]("1.0", STACK, "resource_name", namespace=OWN_NAMESPACE, going_on=None)
    _list_drifted = Method[list[Record]]("1.3", namespace=OWN_NAMESPACE, **defaults_of(StackQuery))
    show_drift = Method[Record]("1.3", STACK, namespace=OWN_NAMESPACE)
    move_resource = Method[None](
        "1.1", STACK, "resource_name", namespace=OWN_NAMESPACE, target_identity=None, new_name=None
    )
    generate_stack = Method[Record]("1.2", namespace=OWN_NAMESPACE, names=None, tags=None, ids=None, needed=False)


METHODS: Mapping[str, Method[Any]] = {it.name: it for it in vars(Methods).values() if isinstance(it, Method)}
"""Name → method."""
