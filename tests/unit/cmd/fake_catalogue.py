"""The calls of the engine in memory that change nothing: what a stack was made of, what there is, what would be."""

from __future__ import annotations

from typing import Any

from heatlite import exception

VERSION = "heat_template_version.2021-04-16"
ENVIRONMENT = {"parameters": {"name": "******"}, "parameter_defaults": {}, "resource_registry": {"resources": {}}}


class FakeCatalogue:
    """Mixed into the engine; replies have the shapes of the real ones."""

    def find(self, identity: dict) -> Any:
        raise NotImplementedError

    def validate_template(self, template: dict, params: dict | None, **more: Any) -> dict:
        if "resources" not in template:
            return {"Error": "resources: there are none"}
        return {"Description": "d", "Parameters": {"p": {"Type": "String"}}, "Environment": params}

    def get_template(self, stack_identity: dict) -> dict:
        return self.find(stack_identity).request["template"]

    def get_environment(self, stack_identity: dict) -> dict:
        return ENVIRONMENT

    def get_files(self, stack_identity: dict) -> dict[str, str]:
        return self.find(stack_identity).request["files"]

    def stack_cancel_update(self, stack_identity: dict, cancel_with_rollback: bool) -> None:
        stack = self.find(stack_identity)
        if stack.status != "IN_PROGRESS":
            raise exception.NotSupported(feature=f"Cancelling update when stack is {stack.action}_{stack.status}")
        stack.agenda.clear()
        if cancel_with_rollback:
            self.begin(stack, "ROLLBACK", {}, {})
        else:
            self.event(stack, None, stack.action, "FAILED", f"Stack {stack.action} cancelled")

    def begin(self, stack: Any, action: str, template: dict, request: dict) -> dict:
        raise NotImplementedError

    def event(self, stack: Any, name: str | None, action: str, status: str, reason: str) -> None:
        raise NotImplementedError

    def list_template_versions(self) -> list[dict]:
        return [{"version": VERSION, "type": "hot", "aliases": ["heat_template_version.wallaby", "x"]}]

    def list_template_functions(self, template_version: str, with_condition: bool) -> list[dict]:
        if template_version != VERSION:
            raise exception.NotFound(msg_fmt=f"Template with version {template_version} not found")
        names = ["get_param", *(["equals"] if with_condition else [])]
        return [{"functions": name, "description": f"what {name} does"} for name in names]

    def list_resource_types(self, with_description: bool, **filters: Any) -> list[Any]:
        names = ["OS::Heat::None", "OS::Heat::Value"]
        return [{"resource_type": name, "description": "d"} for name in names] if with_description else names

    def resource_schema(self, type_name: str, with_description: bool) -> dict:
        return {"resource_type": type_name, "properties": {"value": {"type": "string"}}, "attributes": {}}

    def generate_template(self, type_name: str, template_type: str) -> dict:
        key = "HeatTemplateFormatVersion" if template_type == "cfn" else "heat_template_version"
        return {key: "2016-10-14", "Resources": {"Value": {"Type": type_name}}}

    def preview_stack(self, stack_name: str, **request: Any) -> dict:
        identity = {"tenant": "p", "stack_name": stack_name, "stack_id": "None", "path": ""}
        state = {"stack_action": "CREATE", "stack_status": "COMPLETE", "stack_status_reason": ""}
        return {"stack_identity": identity, "stack_name": stack_name, **state, "resources": [{"resource_name": "a"}]}

    def preview_update_stack(self, stack_identity: dict, **request: Any) -> dict[str, list[dict]]:
        told = {"resource_name": "a", "resource_type": "T", "physical_resource_id": "p-a"}
        return {"unchanged": [], "updated": [told], "replaced": [], "added": [], "deleted": []}
