"""Facts about the RPC API of Heat's engine, version 1.36: methods with their arguments, and what replies look like.

A shape is a type name, ``"text?"`` where there may be null in its place, a map of shapes, or a list with the one shape
of its items. ``{}`` is any map.
"""

from __future__ import annotations

from typing import Any

REQUIRED = object()
"""Stands for an argument without a default."""

STACK: dict[str, Any] = {"stack_identity": REQUIRED}
SENT: dict[str, Any] = {"template": REQUIRED, "params": REQUIRED, "files": REQUIRED, "args": REQUIRED}
FILES: dict[str, Any] = {"environment_files": None, "files_container": None}
TAGS: dict[str, Any] = {"tags": None, "tags_any": None, "not_tags": None, "not_tags_any": None}
PAGE: dict[str, Any] = {"limit": None, "marker": None, "sort_keys": None, "sort_dir": None}
COUNTED: dict[str, Any] = {"filters": None, "tenant_safe": True, "show_deleted": False, "show_nested": False}
NESTED: dict[str, Any] = {"owner_id": None, "nested_depth": 0, "user_creds_id": None, "stack_user_project_id": None}

METHODS: dict[str, dict[str, Any]] = {
    "abandon_stack": {**STACK, "abandon": True},
    "authenticated_to_backend": {},
    "count_stacks": {**COUNTED, "show_hidden": False, **TAGS},
    "create_stack": {
        "stack_name": REQUIRED, **SENT, **FILES, **NESTED, "parent_resource_name": None, "template_id": None,
    },
    "delete_snapshot": {**STACK, "snapshot_id": REQUIRED},
    "delete_stack": STACK,
    "describe_stack_resource": {**STACK, "resource_name": REQUIRED, "with_attr": None},
    "describe_stack_resources": {**STACK, "resource_name": REQUIRED},
    "export_stack": STACK,
    "find_physical_resource": {"physical_resource_id": REQUIRED},
    "generate_template": {"type_name": REQUIRED, "template_type": "cfn"},
    "get_environment": STACK,
    "get_files": STACK,
    "get_revision": {},
    "get_template": STACK,
    "identify_stack": {"stack_name": REQUIRED},
    "list_events": {**STACK, "filters": None, **PAGE, "nested_depth": None},
    "list_outputs": STACK,
    "list_resource_types": {
        "support_status": None, "type_name": None, "heat_version": None, "with_description": False,
    },
    "list_services": {},
    "list_stack_resources": {**STACK, "nested_depth": 0, "with_detail": False, "filters": None},
    "list_stacks": {**PAGE, **COUNTED, "show_hidden": False, **TAGS},
    "list_template_functions": {"template_version": REQUIRED, "with_condition": False},
    "list_template_versions": {},
    "migrate_convergence_1": {"stack_id": REQUIRED},
    "preview_stack": {"stack_name": REQUIRED, **SENT, **FILES},
    "preview_update_stack": {**STACK, **SENT, **FILES},
    "resource_mark_unhealthy": {
        **STACK, "resource_name": REQUIRED, "mark_unhealthy": REQUIRED, "resource_status_reason": None,
    },
    "resource_schema": {"type_name": REQUIRED, "with_description": False},
    "resource_signal": {**STACK, "resource_name": REQUIRED, "details": REQUIRED, "sync_call": False},
    "show_output": {**STACK, "output_key": REQUIRED},
    "show_snapshot": {**STACK, "snapshot_id": REQUIRED},
    "show_stack": {**STACK, "resolve_outputs": True},
    "stack_cancel_update": {**STACK, "cancel_with_rollback": True},
    "stack_check": STACK,
    "stack_list_snapshots": STACK,
    "stack_restore": {**STACK, "snapshot_id": REQUIRED},
    "stack_resume": STACK,
    "stack_snapshot": {**STACK, "name": REQUIRED},
    "stack_suspend": STACK,
    "update_stack": {**STACK, **SENT, **FILES, "template_id": None},
    "validate_template": {
        "template": REQUIRED, "params": None, "files": None, **FILES, "show_nested": False, "ignorable_errors": None,
    },
}  # fmt: skip
"""Method → argument → default; without those for software configs, which have tests of their own."""

IDENTITY = {"path": "text", "stack_id": "text", "stack_name": "text", "tenant": "text"}
SUMMARY: dict[str, Any] = {
    "creation_time": "text", "deletion_time": "text?", "description": "text", "parent": "text?",
    "stack_identity": IDENTITY, "stack_name": "text", "stack_owner": "text", "stack_user_project_id": "text?",
    "updated_time": "text?",
}  # fmt: skip
STATE = {"stack_action": "text", "stack_status": "text", "stack_status_reason": "text"}
DETAILS: dict[str, Any] = {
    "capabilities": [], "disable_rollback": "bool", "notification_topics": [], "parameters": {}, "tags": [],
    "template_description": "text", "timeout_mins": "number?",
}  # fmt: skip
OUTPUT = {"description": "text", "output_key": "text"}
RESOURCE: dict[str, Any] = {
    "creation_time": "text", "physical_resource_id": "text", "required_by": ["text"], "resource_action": "text",
    "resource_identity": IDENTITY, "resource_name": "text", "resource_status": "text",
    "resource_status_reason": "text", "resource_type": "text", "stack_identity": IDENTITY, "stack_name": "text",
    "updated_time": "text",
}  # fmt: skip
IN_FULL: dict[str, Any] = {"attributes": {}, "description": "text", "metadata": {}}
EVENT: dict[str, Any] = {
    "event_identity": IDENTITY, "event_time": "text", "physical_resource_id": "text?", "resource_action": "text",
    "resource_name": "text", "resource_status": "text", "resource_status_reason": "text", "resource_type": "text",
    "stack_identity": IDENTITY, "stack_name": "text",
}  # fmt: skip
SERVICE = {
    "binary": "text", "created_at": "text", "deleted_at": "text?", "engine_id": "text", "host": "text",
    "hostname": "text", "id": "text", "report_interval": "number", "status": "text", "topic": "text",
    "updated_at": "text?",
}  # fmt: skip
EXPORT: dict[str, Any] = {
    "action": "text", "environment": {}, "files": {}, "id": "text", "name": "text", "project_id": "text",
    "resources": {}, "stack_user_project_id": "text?", "status": "text", "tags": [], "template": {},
}  # fmt: skip
SNAPSHOT: dict[str, Any] = {
    "action": "text", "creation_time": "text", "data": "any", "id": "text", "name": "text?", "status": "text",
    "status_reason": "text?",
}  # fmt: skip

REPLIES: dict[str, Any] = {
    "count_stacks": "number",
    "describe_stack_resource": {**RESOURCE, **IN_FULL},
    "describe_stack_resources": [{**RESOURCE, **IN_FULL}],
    "export_stack": EXPORT,
    "find_physical_resource": IDENTITY,
    "generate_template": {
        "HeatTemplateFormatVersion": "text", "Description": "text", "Parameters": {}, "Resources": {}, "Outputs": {},
    },
    "get_environment": {
        "encrypted_param_names": [], "event_sinks": [], "parameter_defaults": {}, "parameters": {},
        "resource_registry": {},
    },
    "get_files": {},
    "get_revision": "text",
    "get_template": {},
    "identify_stack": IDENTITY,
    "list_events": [EVENT],
    "list_outputs": [OUTPUT],
    "list_resource_types": ["text"],
    "list_services": [SERVICE],
    "list_stack_resources": [RESOURCE],
    "list_stacks": [{**SUMMARY, **STATE, "tags": "any"}],
    "list_template_functions": [{"functions": "text", "description": "text"}],
    "list_template_versions": [{"version": "text", "type": "text", "aliases": ["text"]}],
    "preview_stack": {**SUMMARY, **DETAILS, "outputs": [{}], "resources": [{}]},
    "preview_update_stack": {fate: [{}] for fate in ("added", "deleted", "replaced", "unchanged", "updated")},
    "resource_schema": {"attributes": {}, "properties": {}, "resource_type": "text", "support_status": {}},
    "show_output": {**OUTPUT, "output_value": "any"},
    "show_stack": [{**SUMMARY, **STATE, **DETAILS, "outputs": [{**OUTPUT, "output_value": "any"}]}],
    "stack_list_snapshots": [SNAPSHOT],
    "validate_template": {"Description": "text", "Environment": {}, "Parameters": {}},
}  # fmt: skip
"""Method → the shape of its reply for a stack of two resources with an output."""
