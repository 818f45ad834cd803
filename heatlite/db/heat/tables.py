"""The tables of Heat 27 with the columns that the import reads. The names are Heat's."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


class HeatJson(sa.types.TypeDecorator[Any]):
    """A value that Heat stores as JSON text. An SQL NULL is None, as ``null`` is."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


def _table(name: str, /, **columns: Any) -> sa.Table:
    return sa.Table(name, metadata, *(sa.Column(column, kind) for column, kind in columns.items()))


TEXT, NUMBER, FLAG, TIME = sa.Text(), sa.Integer(), sa.Boolean(), sa.DateTime()
JSON = HeatJson()
TIMES = {"created_at": TIME, "updated_at": TIME}

stack = _table(
    "stack", id=TEXT, name=TEXT, tenant=TEXT, username=TEXT, owner_id=TEXT, parent_resource_name=TEXT, action=TEXT,
    status=TEXT, status_reason=TEXT, raw_template_id=NUMBER, timeout=NUMBER, disable_rollback=FLAG,
    nested_depth=NUMBER, convergence=FLAG, backup=FLAG, stack_user_project_id=TEXT, user_creds_id=NUMBER,
    deleted_at=TIME, **TIMES,
)  # fmt: skip
stack_tag = _table("stack_tag", id=NUMBER, tag=TEXT, stack_id=TEXT)
raw_template = _table(
    "raw_template", id=NUMBER, template=JSON, files=JSON, environment=JSON, files_id=NUMBER
)  # fmt: skip
raw_template_files = _table("raw_template_files", id=NUMBER, files=JSON)
resource = _table(
    "resource", id=NUMBER, uuid=TEXT, nova_instance=TEXT, name=TEXT, action=TEXT, status=TEXT, status_reason=TEXT,
    stack_id=TEXT, rsrc_metadata=JSON, properties_data=JSON, properties_data_encrypted=FLAG, rsrc_prop_data_id=NUMBER,
    attr_data_id=NUMBER, requires=JSON, replaces=NUMBER, replaced_by=NUMBER, current_template_id=NUMBER, **TIMES,
)  # fmt: skip
resource_properties_data = _table("resource_properties_data", id=NUMBER, data=JSON, encrypted=FLAG)
resource_data = _table(
    "resource_data", id=NUMBER, key=TEXT, value=TEXT, redact=FLAG, decrypt_method=TEXT, resource_id=NUMBER
)
user_creds = _table(
    "user_creds", id=NUMBER, username=TEXT, password=TEXT, region_name=TEXT, decrypt_method=TEXT, tenant=TEXT,
    auth_url=TEXT, tenant_id=TEXT, trust_id=TEXT, trustor_user_id=TEXT,
)  # fmt: skip
snapshot = _table(
    "snapshot", id=TEXT, stack_id=TEXT, name=TEXT, tenant=TEXT, action=TEXT, status=TEXT, status_reason=TEXT,
    data=JSON, **TIMES,
)  # fmt: skip
resource_snapshot = _table("resource_snapshot", id=TEXT, resource_name=TEXT, snapshot_id=TEXT, data=JSON)
event = _table(
    "event", id=NUMBER, uuid=TEXT, stack_id=TEXT, resource_action=TEXT, resource_status=TEXT, resource_name=TEXT,
    physical_resource_id=TEXT, resource_status_reason=TEXT, resource_type=TEXT, created_at=TIME,
)  # fmt: skip
software_config = _table("software_config", id=TEXT, name=TEXT, group=TEXT, config=JSON, tenant=TEXT, **TIMES)
software_deployment = _table(
    "software_deployment", id=TEXT, config_id=TEXT, server_id=TEXT, input_values=JSON, output_values=JSON, action=TEXT,
    status=TEXT, status_reason=TEXT, tenant=TEXT, stack_user_project_id=TEXT, **TIMES,
)  # fmt: skip
service = _table("service", id=TEXT, hostname=TEXT, deleted_at=TIME, updated_at=TIME, report_interval=NUMBER)
