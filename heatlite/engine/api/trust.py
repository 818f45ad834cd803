"""The trust boundary, as data: who may write each topic, argument, key and column, and which checks a value must pass.

An engine treats every message as hostile. ``doc/security.md`` shows these tables, and tests check them: every method
that an engine serves, every argument and every column must have a line here, and the line must name every writer.

::

    who            writes
    ───            ──────
    CLIENT         a member of a project, or a user that a stack created, through heat-api or a command
    IDENTITY       heat-api, from the token that keystone has checked; no argument can set it
    ENGINE         an engine, in its own rows
    PLUGIN         a resource's plugin, within an engine
    NOBODY         an argument of Heat's that clients can't use: any value but its default is refused by name
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from heatlite.engine.api.arguments import OF_ENGINES
from heatlite.rpc import messages
from heatlite.rpc.client_methods import METHODS as METHOD_TABLE


class Who(enum.StrEnum):
    """The party that may write a value."""

    CLIENT = "client"
    IDENTITY = "identity"
    ENGINE = "engine"
    PLUGIN = "plugin"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Line:
    """The party that may write a value, and the checks that the value must pass."""

    who: Who
    held_to: str


@dataclass(frozen=True)
class Topic:
    """A topic: its senders, the engines that serve it, and what an engine believes of a message."""

    sender: str
    served_by: str
    believed: str


TOPICS: Mapping[str, Topic] = {
    messages.ENGINE_TOPIC: Topic(
        "heat-api and commands, for clients",
        "`role` api, all",
        "the request's context, which names the client; no argument beyond the tables below",
    ),
    messages.WORKER_TOPIC: Topic(
        "engines",
        "`role` worker, all",
        "only that these nodes may be due: the engine reads in each row whether the node is ready",
    ),
    messages.NESTED_TOPIC: Topic(
        "engines",
        "every engine",
        "only that this row may be due: the operation must be the one recorded in the owner's row",
    ),
    messages.LISTENER_TOPIC: Topic(
        "engines",
        "one engine, by its id",
        "only that these rows may be due: the stacks' rows decide what is released or ended",
    ),
}

INTERNAL: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    messages.WORKER_TOPIC: {
        "check_resource": {
            "traversal_id": "a text of at most 36 characters",
            "nodes": "at most 1,000 pairs of a row's id and a kind",
        }
    },
    messages.NESTED_TOPIC: {
        "begin_child": {"operation": "only the fields of `BeginChild`, each of its type"},
        "begin_children": {"operations": "at most 500 operations as `begin_child` takes them"},
    },
    messages.LISTENER_TOPIC: {
        "listening": {},
        "asked": {
            "resource_ids": "at most 100,000 ids of rows",
            "traversal_id": "a text of at most 36 characters",
        },
        "over": {"traversal_id": "a text of at most 36 characters"},
        "wake": {"resource_ids": "at most 100,000 ids of rows"},
    },
}
"""Internal topic → method → argument → its type. A message with an argument of another type is logged and dropped."""

METHODS: Mapping[str, tuple[str, ...]] = {name: tuple(METHOD_TABLE[name].arguments) for name in sorted(METHOD_TABLE)}
"""Method of the client API → its arguments, without the context."""

OWN_STACK = (
    "a stack of the request's project; for an administrator, any stack; for a user that a stack created, that one"
)
OWN_CONFIG = "a config of the request's project; for an administrator, any config"
OWN_DEPLOYMENT = "a deployment of the request's project, or one whose servers' users are in that project"
OWN_THINGS = "selects among what the services show of the request's project, with the request's own token"
SHOWN = "selects and sorts what the caller may see anyway"
PLAIN = "a value of its type, which the method stores or compares"

ARGUMENTS: Mapping[str, Line] = {
    "stack_identity": Line(Who.CLIENT, OWN_STACK),
    "target_identity": Line(Who.CLIENT, OWN_STACK + "; of the same project as the other stack"),
    "new_name": Line(Who.CLIENT, "a name that the stack's template and rows don't have; validated with the template"),
    **dict.fromkeys(("names", "ids", "needed"), Line(Who.CLIENT, OWN_THINGS)),
    "stack_id": Line(Who.CLIENT, OWN_STACK),
    "stack_name": Line(Who.CLIENT, "a stack name of Heat's form; looked up in the request's project"),
    "physical_resource_id": Line(Who.CLIENT, "looked up in the request's project"),
    "snapshot_id": Line(Who.CLIENT, "a snapshot of that stack"),
    "resource_name": Line(Who.CLIENT, "a resource of that stack; for a user that the stack created, its own resource"),
    "output_key": Line(Who.CLIENT, "an output of that stack"),
    "config_id": Line(Who.CLIENT, OWN_CONFIG),
    "deployment_id": Line(Who.CLIENT, OWN_DEPLOYMENT + "; for a new one, an unused id"),
    "server_id": Line(Who.CLIENT, "a text; finds only deployments that the request's project may see"),
    "template": Line(Who.CLIENT, "validated, within the limits, with types that the request may use"),
    "params": Line(Who.CLIENT, "validated as an environment"),
    "files": Line(Who.CLIENT, "texts by name, within the limits"),
    "environment_files": Line(Who.CLIENT, "names among `files`"),
    "files_container": Line(Who.CLIENT, "a container that Swift shows to the request's token; as `files`"),
    "args": Line(Who.CLIENT, "the keys in the next table"),
    "details": Line(Who.CLIENT, "interpreted by the resource's type, or by the deployment's outputs"),
    "going_on": Line(Who.ENGINE, "the engine's previous reply about that resource, sealed with the engines' key"),
    "digest": Line(Who.CLIENT, "compared with the digest of a new plan"),
    "stack_user_project_id": Line(Who.CLIENT, "the project of the users that a stack of the request's project created"),
    "tenant_safe": Line(Who.CLIENT, "ignored: only an administrator sees other projects"),
    "timeout": Line(Who.CLIENT, "ignored: the call doesn't wait"),
    "cast": Line(Who.CLIENT, "ignored"),
    "abandon": Line(Who.CLIENT, "true: the exported stack is also forgotten; needs `enable_stack_abandon`"),
    **dict.fromkeys(
        (
            *METHOD_TABLE["list_stacks"].sent, "nested_depth", "back", "with_detail",
            "with_attr", "resolve_outputs", "with_description", "with_condition", "support_status", "type_name",
            "heat_version", "template_version", "template_type", "ignorable_errors", "sync_call",
        ),
        Line(Who.CLIENT, SHOWN),
    ),
    **dict.fromkeys(
        (
            "name", "group", "config", "inputs", "outputs", "options", "input_values", "output_values", "action",
            "status", "status_reason", "updated_at", "resource_status_reason", "mark_unhealthy", "cancel_with_rollback",
        ),
        Line(Who.CLIENT, PLAIN),
    ),
}  # fmt: skip
"""Argument of the client API → its line. ``IN_METHODS`` has the arguments that differ in one method."""

IN_METHODS: Mapping[tuple[str, str], Line] = {
    **{("create_stack", name): Line(Who.NOBODY, "refused by name") for name in sorted(OF_ENGINES)},
    ("update_stack", "template_id"): Line(Who.NOBODY, "refused by name"),
}

ARGS: Mapping[str, Line] = {
    "timeout_mins": Line(Who.CLIENT, "a whole number of minutes"),
    "disable_rollback": Line(Who.CLIENT, "true or false"),
    "tags": Line(Who.CLIENT, "texts of at most 80 characters"),
    "existing": Line(Who.CLIENT, "true or false"),
    "clear_parameters": Line(Who.CLIENT, "names of parameters"),
    "converge": Line(Who.CLIENT, "true or false; without `refresh` it means that, too"),
    "refresh": Line(Who.CLIENT, "true or false; the services are asked with the stack's stored credentials"),
    "show_nested": Line(Who.CLIENT, "true or false"),
    "adopt_stack_data": Line(
        Who.CLIENT, "an export: ids, metadata, and the keys of data that each type declares; needs `enable_stack_adopt`"
    ),
}
"""Key of ``args`` → its line. Those in ``OF_ENGINES_IN_ARGS`` are refused by name; others are ignored, as in Heat."""

CONTEXT: Mapping[str, Line] = {
    "project_id": Line(Who.IDENTITY, "the project whose stacks the request sees"),
    "user_id": Line(Who.IDENTITY, "identifies a user that a stack created"),
    "username": Line(Who.IDENTITY, "shown in replies and logs"),
    "is_admin": Line(Who.IDENTITY, "only the value true counts; set by heat-api's rule `context_is_admin`"),
    "roles": Line(Who.IDENTITY, "decide which resource types may be used"),
    "auth_token": Line(Who.IDENTITY, "used during the call, never stored"),
    "password": Line(Who.IDENTITY, "stored encrypted, with `deferred_auth_method = password`"),
    "trust_id": Line(Who.IDENTITY, "stored encrypted"),
    "request_id": Line(Who.CLIENT, "shown in logs and traces"),
}
"""Key of a request's context → its line. The project and user of credentials come only from here."""

CLIENTS_COLUMNS: Mapping[str, frozenset[str]] = {
    "raw_template": frozenset({"template", "files", "environment"}),
    "stack": frozenset(
        {"name", "live_name", "timeout", "disable_rollback", "status_reason", "current_deps", "facade", "origin"}
    ),
    "stack_tag": frozenset({"tag"}),
    "resource": frozenset(
        {
            "name", "type", "physical_resource_id", "external_id", "status_reason", "deletion_policy", "progress",
            "properties_data", "attr_data", "resource_metadata", "resource_data",
        }
    ),
    "event": frozenset({"resource_name", "resource_type", "physical_resource_id", "resource_status_reason"}),
    "snapshot": frozenset({"name", "data", "status_reason"}),
    "software_config": frozenset({"id", "name", "group", "config"}),
    "software_deployment": frozenset(
        {
            "id", "config_id", "server_id", "input_values", "output_values", "action", "status", "status_reason",
            "stack_user_project_id", "updated_at",
        }
    ),
    "notification": frozenset({"reason", "details"}),
    "observation": frozenset({"drift", "left_alone"}),
    "event_sink": frozenset({"target"}),
    "sync_point": frozenset(),
    "service": frozenset(),
    "observer": frozenset(),
    "client_call": frozenset(),
    "user_creds": frozenset(),
}  # fmt: skip
"""Table → columns that may hold a client's value, after the checks in the tables above.

Only engines write all other columns. ``resource.progress`` holds a client's value only under ``adopt`` and in the
plugin's own progress, ``resource.resource_data`` only under keys that its type declares or writes, and
``stack.current_deps`` only as names of resources.
"""

IDENTITYS_COLUMNS: Mapping[str, frozenset[str]] = {
    "stack": frozenset({"tenant", "username"}),
    "snapshot": frozenset({"tenant"}),
    "software_config": frozenset({"tenant"}),
    "software_deployment": frozenset({"tenant"}),
    "sync_point": frozenset({"held_for"}),
    "user_creds": frozenset(
        {
            "username",
            "password",
            "region_name",
            "tenant",
            "auth_url",
            "tenant_id",
            "trust_id",
            "trustor_user_id",
            "user_id",
        }
    ),
}
"""Table → columns that hold a value of the request's context."""


def line(method: str, argument: str) -> Line:
    """Return the line of an argument of the client API."""
    return IN_METHODS.get((method, argument)) or ARGUMENTS[argument]
