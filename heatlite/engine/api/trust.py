"""The trust boundary, as data: who may write each topic, argument, key and column, and what it is held to.

An engine treats every message as hostile. ``doc/security.md`` shows these tables, and tests walk them: each method that
an engine serves, each of its arguments and each column has a line here, and a line that says less than is so fails.

::

    who            what he writes
    ───            ──────────────
    CLIENT         whoever heat-api, or a command, calls for: a member of a project, or a user of a stack's own
    IDENTITY       heat-api, by the token that keystone has checked: no argument says it
    ENGINE         an engine, of its own rows
    PLUGIN         a resource's plugin, within an engine
    NOBODY         an argument that Heat has and a client can't use: any value but its default is refused by its name
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from heatlite.engine.api.options import OF_ENGINES
from heatlite.rpc import messages


class Who(enum.StrEnum):
    """Who may write something."""

    CLIENT = "client"
    IDENTITY = "identity"
    ENGINE = "engine"
    PLUGIN = "plugin"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Line:
    """Who may write something, and what it is held to."""

    who: Who
    held_to: str


@dataclass(frozen=True)
class Topic:
    """A topic: who sends to it, which engines serve it, and what is believed of a message."""

    sender: str
    served_by: str
    believed: str


TOPICS: Mapping[str, Topic] = {
    messages.ENGINE_TOPIC: Topic(
        "heat-api and commands, for clients",
        "`role` api, all",
        "who asks, as the request's context says; of its arguments nothing that the tables below don't name",
    ),
    messages.WORKER_TOPIC: Topic(
        "engines",
        "`role` worker, all",
        "that looking at these nodes may pay: whether a node is ready is read in its row",
    ),
    messages.NESTED_TOPIC: Topic(
        "engines",
        "every engine",
        "that looking at this row may pay: the operation has to be the one that the owner's row has recorded",
    ),
    messages.LISTENER_TOPIC: Topic(
        "engines",
        "one engine, by its id",
        "that looking at these rows may pay: what is let go of, or ended, is decided by the rows of stacks",
    ),
}

INTERNAL: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    messages.WORKER_TOPIC: {
        "check_resource": {
            "traversal_id": "a text of 36 characters at most",
            "nodes": "1,000 pairs of a row's id and a kind at most",
        }
    },
    messages.NESTED_TOPIC: {
        "begin_child": {"operation": "the fields of `BeginChild`, each of its type, and no others"},
    },
    messages.LISTENER_TOPIC: {
        "listening": {},
        "asked": {
            "resource_ids": "100,000 ids of rows at most",
            "traversal_id": "a text of 36 characters at most",
        },
        "over": {"traversal_id": "a text of 36 characters at most"},
        "wake": {"resource_ids": "100,000 ids of rows at most"},
    },
}
"""Topic of engines' own → method → argument → its type. What is of another type is dropped, and told in the log."""

_STACK = "stack_identity"
_SENT = ("template", "params", "files", "args")
_FILES = ("environment_files", "files_container")
_COUNTED = (
    "filters", "tenant_safe", "show_deleted", "show_nested", "show_hidden",
    "tags", "tags_any", "not_tags", "not_tags_any",
)  # fmt: skip
_PAGE = ("limit", "marker", "sort_keys", "sort_dir")
_STATE = ("input_values", "output_values", "action", "status", "status_reason")

METHODS: Mapping[str, tuple[str, ...]] = {
    "abandon_stack": (_STACK, "abandon"),
    "authenticated_to_backend": (),
    "check_software_deployment": ("deployment_id", "timeout"),
    "count_software_configs": (),
    "count_software_deployments": (),
    "count_stacks": _COUNTED,
    "create_software_config": ("group", "name", "config", "inputs", "outputs", "options"),
    "create_software_deployment": ("server_id", "config_id", "deployment_id", "stack_user_project_id", *_STATE),
    "create_stack": ("stack_name", *_SENT, *_FILES, *sorted(OF_ENGINES)),
    "delete_snapshot": (_STACK, "snapshot_id"),
    "delete_software_config": ("config_id",),
    "delete_software_deployment": ("deployment_id",),
    "delete_stack": (_STACK, "cast"),
    "describe_stack_resource": (_STACK, "resource_name", "with_attr"),
    "describe_stack_resources": (_STACK, "resource_name"),
    "export_stack": (_STACK,),
    "find_physical_resource": ("physical_resource_id",),
    "generate_template": ("type_name", "template_type"),
    "get_environment": (_STACK,),
    "get_files": (_STACK,),
    "get_revision": (),
    "get_template": (_STACK,),
    "identify_stack": ("stack_name",),
    "list_events": (_STACK, "filters", *_PAGE, "nested_depth"),
    "list_history": (_STACK, "nested_depth", "back"),
    "list_outputs": (_STACK,),
    "list_requirements": (_STACK, "nested_depth"),
    "list_resource_types": ("support_status", "type_name", "heat_version", "with_description"),
    "list_services": (),
    "list_software_configs": ("limit", "marker", "tenant_safe"),
    "list_software_deployments": ("server_id",),
    "list_stack_resources": (_STACK, "nested_depth", "with_detail", "filters"),
    "list_stacks": (*_PAGE, *_COUNTED),
    "list_template_functions": ("template_version", "with_condition"),
    "list_template_versions": (),
    "look_for_drift": (_STACK, "resource_name", "going_on"),
    "metadata_software_deployments": ("server_id",),
    "migrate_convergence_1": ("stack_id",),
    "plan_update": (_STACK, *_SENT),
    "preview_stack": ("stack_name", *_SENT, *_FILES),
    "preview_update_stack": (_STACK, *_SENT, *_FILES),
    "resource_mark_unhealthy": (_STACK, "resource_name", "mark_unhealthy", "resource_status_reason"),
    "resource_schema": ("type_name", "with_description"),
    "resource_signal": (_STACK, "resource_name", "details", "sync_call"),
    "show_output": (_STACK, "output_key"),
    "show_snapshot": (_STACK, "snapshot_id"),
    "show_software_config": ("config_id",),
    "show_software_deployment": ("deployment_id",),
    "show_stack": (_STACK, "resolve_outputs"),
    "signal_software_deployment": ("deployment_id", "details", "updated_at"),
    "stack_cancel_update": (_STACK, "cancel_with_rollback"),
    "stack_check": (_STACK,),
    "stack_list_snapshots": (_STACK,),
    "stack_restore": (_STACK, "snapshot_id"),
    "stack_resume": (_STACK,),
    "stack_snapshot": (_STACK, "name"),
    "stack_suspend": (_STACK,),
    "update_as_planned": (_STACK, *_SENT, "digest"),
    "update_software_deployment": ("deployment_id", "config_id", "updated_at", *_STATE),
    "update_stack": (_STACK, *_SENT, *_FILES, "template_id"),
    "validate_template": ("template", "params", "files", *_FILES, "ignorable_errors", "show_nested"),
}
"""Method of the client API → its arguments, beside the context."""

OWN_STACK = "a stack of the request's project; an administrator's may be any; a user of a stack's own has that stack"
OWN_CONFIG = "a config of the request's project; an administrator's may be any"
OWN_DEPLOYMENT = "a deployment of the request's project, or of which it is the project of the servers' users"
SHOWN = "what of the caller's own is shown, and in which order"
PLAIN = "a value of its type that the method keeps or compares, and nothing acts by"

ARGUMENTS: Mapping[str, Line] = {
    "stack_identity": Line(Who.CLIENT, OWN_STACK),
    "stack_id": Line(Who.CLIENT, OWN_STACK),
    "stack_name": Line(Who.CLIENT, "a name as Heat has them; looked up in the request's project"),
    "physical_resource_id": Line(Who.CLIENT, "looked up in the request's project"),
    "snapshot_id": Line(Who.CLIENT, "a snapshot of that stack"),
    "resource_name": Line(Who.CLIENT, "a resource of that stack; of a user of the stack's own, his"),
    "output_key": Line(Who.CLIENT, "an output of that stack"),
    "config_id": Line(Who.CLIENT, OWN_CONFIG),
    "deployment_id": Line(Who.CLIENT, OWN_DEPLOYMENT + "; a new one's is an id that is free"),
    "server_id": Line(Who.CLIENT, "a text; finds deployments that the request's project may see"),
    "template": Line(Who.CLIENT, "validated, and held to the limits; types that the request may use"),
    "params": Line(Who.CLIENT, "validated as an environment"),
    "files": Line(Who.CLIENT, "texts by name, held to the limits"),
    "environment_files": Line(Who.CLIENT, "names among `files`"),
    "files_container": Line(Who.NOBODY, "refused: it needs swift"),
    "args": Line(Who.CLIENT, "the keys of the next table"),
    "details": Line(Who.CLIENT, "what the resource's type, or the deployment's outputs, make of it"),
    "going_on": Line(Who.ENGINE, "what a look at that resource replied, sealed with the engines' key"),
    "digest": Line(Who.CLIENT, "compared with that of the plan as it would be now"),
    "stack_user_project_id": Line(Who.CLIENT, "the project of the users of a live stack of the request's project"),
    "tenant_safe": Line(Who.CLIENT, "of no account: an administrator sees every project's, and nobody else does"),
    "timeout": Line(Who.CLIENT, "of no account: nothing is waited for"),
    "cast": Line(Who.CLIENT, "of no account"),
    "abandon": Line(Who.CLIENT, "whether it goes, beside being exported; only where `enable_stack_abandon` is on"),
    **dict.fromkeys(
        (
            *_PAGE, *(name for name in _COUNTED if name != "tenant_safe"), "nested_depth", "back", "with_detail",
            "with_attr", "resolve_outputs", "with_description", "with_condition", "support_status", "type_name",
            "heat_version", "template_version", "template_type", "ignorable_errors", "sync_call",
        ),
        Line(Who.CLIENT, SHOWN),
    ),
    **dict.fromkeys(
        (
            "name", "group", "config", "inputs", "outputs", "options", *_STATE, "updated_at", "resource_status_reason",
            "mark_unhealthy", "cancel_with_rollback",
        ),
        Line(Who.CLIENT, PLAIN),
    ),
}  # fmt: skip
"""Argument of the client API → its line; ``IN_METHODS`` has those that are another thing in one method."""

IN_METHODS: Mapping[tuple[str, str], Line] = {
    **{("create_stack", name): Line(Who.NOBODY, "refused by its name") for name in sorted(OF_ENGINES)},
    ("update_stack", "template_id"): Line(Who.NOBODY, "refused by its name"),
}

ARGS: Mapping[str, Line] = {
    "timeout_mins": Line(Who.CLIENT, "a whole number of minutes"),
    "disable_rollback": Line(Who.CLIENT, "true or false"),
    "tags": Line(Who.CLIENT, "texts of 80 characters at most"),
    "existing": Line(Who.CLIENT, "true or false"),
    "clear_parameters": Line(Who.CLIENT, "names of parameters"),
    "converge": Line(Who.CLIENT, "true or false"),
    "show_nested": Line(Who.CLIENT, "true or false"),
    "adopt_stack_data": Line(
        Who.CLIENT, "an export: ids, metadata, and keys of data that each type declares; where it is enabled"
    ),
}
"""Key of ``args`` → its line. ``OF_ENGINES_IN_ARGS`` are refused by name, and others are of no account, as in Heat."""

CONTEXT: Mapping[str, Line] = {
    "project_id": Line(Who.IDENTITY, "whose stacks are seen"),
    "user_id": Line(Who.IDENTITY, "which user of a stack's own asks"),
    "username": Line(Who.IDENTITY, "told in replies and logs"),
    "is_admin": Line(Who.IDENTITY, "true alone; by heat-api's rule `context_is_admin`"),
    "roles": Line(Who.IDENTITY, "which types may be used"),
    "auth_token": Line(Who.IDENTITY, "used during the call, never stored"),
    "password": Line(Who.IDENTITY, "stored encrypted, with `deferred_auth_method = password`"),
    "trust_id": Line(Who.IDENTITY, "stored encrypted"),
    "request_id": Line(Who.CLIENT, "told in logs and traces"),
}
"""Key of a request's context → its line. The project and user of credentials come from here alone."""

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
    "sync_point": frozenset(),
    "service": frozenset(),
    "client_call": frozenset(),
    "user_creds": frozenset(),
}  # fmt: skip
"""Table → columns into which a client's value may get, as what the tables above hold it to.

Every other column is an engine's alone. ``resource.progress`` has it under ``adopt`` and in the plugin's own progress
only, ``resource.resource_data`` under keys that its type declares or writes, and ``stack.current_deps`` as names of
resources.
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
"""Table → columns that are of the request's context."""


def line(method: str, argument: str) -> Line:
    """Return the line of an argument of the client API."""
    return IN_METHODS.get((method, argument)) or ARGUMENTS[argument]
