"""The API calls that read no stack, or preview one: types, functions, previews."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Record = dict[str, Any]


class CatalogueCalls:
    """Mixin for the client, which sends the calls."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def list_template_versions(self, context: Context) -> list[Record]:
        """List the versions of the template language: ``version``, ``type``, ``aliases``."""
        return self._call(context, "list_template_versions", "1.11")

    def list_template_functions(
        self, context: Context, template_version: str, with_condition: bool = False
    ) -> list[Record]:
        """List the functions of a template version: ``functions`` (the name), ``description``."""
        return self._call(
            context,
            "list_template_functions",
            "1.35",
            template_version=template_version,
            with_condition=with_condition,
        )

    def list_resource_types(
        self,
        context: Context,
        support_status: str | None = None,
        type_name: str | None = None,
        heat_version: str | None = None,
        with_description: bool = False,
    ) -> list[Any]:
        """List the names of the types; with descriptions, ``resource_type`` and ``description`` of each."""
        return self._call(
            context,
            "list_resource_types",
            "1.30",
            support_status=support_status,
            type_name=type_name,
            heat_version=heat_version,
            with_description=with_description,
        )

    def resource_schema(self, context: Context, type_name: str, with_description: bool = False) -> Record:
        """Return the properties and attributes of a type."""
        return self._call(context, "resource_schema", "1.30", type_name=type_name, with_description=with_description)

    def generate_template(self, context: Context, type_name: str, template_type: str) -> Record:
        """Return a sample template with one resource of a type. ``template_type`` is ``hot`` or ``cfn``."""
        return self._call(context, "generate_template", "1.9", type_name=type_name, template_type=template_type)

    def preview_stack(
        self, context: Context, stack_name: str, template: Record, params: Record, files: dict[str, str], args: Record
    ) -> Record:
        """Return the stack that ``create_stack`` would make."""
        return self._call(
            context,
            "preview_stack",
            "1.36",
            stack_name=stack_name,
            template=template,
            params=params,
            files=files,
            args=args,
            environment_files=None,
            files_container=None,
        )

    def preview_update_stack(
        self,
        context: Context,
        stack_identity: Record,
        template: Record | None,
        params: Record,
        files: dict[str, str],
        args: Record,
    ) -> dict[str, list[Record]]:
        """Return what ``update_stack`` would do: resources by ``added``, ``deleted``, ``replaced``, ``unchanged``, …"""
        return self._call(
            context,
            "preview_update_stack",
            "1.36",
            stack_identity=stack_identity,
            template=template,
            params=params,
            files=files,
            args=args,
            environment_files=None,
            files_container=None,
        )
