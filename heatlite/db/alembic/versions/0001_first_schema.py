"""The first schema.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

# A migration is history and doesn't follow the models, so it spells out all its types.
LargeText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Uuid = sa.String(36)
ExactName = sa.String(255).with_variant(mysql.VARCHAR(255, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "raw_template",
        sa.Column("id", Id, primary_key=True),
        sa.Column("content_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("template", LargeText, nullable=False),
        sa.Column("files", LargeText, nullable=False),
        sa.Column("environment", LargeText, nullable=False),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
    )
    op.create_table(
        "service",
        sa.Column("id", Uuid, primary_key=True),
        sa.Column("engine_id", Uuid, nullable=False, unique=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("hostname", sa.String(255), nullable=False),
        sa.Column("binary", sa.String(255), nullable=False),
        sa.Column("topic", sa.String(255), nullable=False),
        sa.Column("report_interval", sa.Integer, nullable=False),
        sa.Column("lease_counter", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.DateTime),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
    )
    op.create_table(
        "sync_point",
        sa.Column("traversal_id", Uuid, primary_key=True),
        sa.Column("resource_id", Id, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("stack_id", Uuid, nullable=False),
        sa.Column("acting_id", Id, nullable=False, comment="row that the node acts on: resource_id or its replacement"),
        sa.Column("remaining", sa.Integer, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("engine_id", Uuid),
        sa.Column("claim_id", Uuid),
        sa.Column("next_cast_at", sa.Double),
        sa.Column("casts", sa.Integer, nullable=False),
    )
    op.create_index("ix_sync_point_engine_id", "sync_point", ["engine_id"])
    op.create_index("ix_sync_point_stack_id", "sync_point", ["stack_id"])
    op.create_index("ix_sync_point_state_next_cast_at", "sync_point", ["state", "next_cast_at"])
    op.create_table(
        "stack",
        sa.Column("id", Uuid, primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("live_name", ExactName, comment="name of a live root stack; NULL for nested and deleted stacks"),
        sa.Column("username", sa.String(255)),
        sa.Column("raw_template_id", Id, sa.ForeignKey("raw_template.id"), nullable=False),
        sa.Column("prev_raw_template_id", Id, sa.ForeignKey("raw_template.id")),
        sa.Column("current_traversal", Uuid, nullable=False, unique=True),
        sa.Column("current_deps", LargeText, comment="the traversal's graph; NULL while it is being planned"),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", sa.Text, nullable=False),
        sa.Column("deadline", sa.Double, comment="time at which the running operation times out"),
        sa.Column("timeout", sa.Integer, comment="time limit of an operation, in minutes"),
        sa.Column("disable_rollback", sa.Boolean, nullable=False),
        sa.Column("owner_id", Uuid),
        sa.Column("nested_depth", sa.Integer, nullable=False),
        sa.Column("parent_resource_name", sa.String(255)),
        sa.Column("deleted_at", sa.DateTime),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
        sa.UniqueConstraint("tenant", "live_name", name="uniq_stack_live_name"),
    )
    op.create_index("ix_stack_owner_id", "stack", ["owner_id"])
    op.create_index("ix_stack_status_deadline", "stack", ["status", "deadline"])
    op.create_index("ix_stack_tenant", "stack", ["tenant", "deleted_at", "created_at"])
    op.create_table(
        "event",
        sa.Column("id", Id, primary_key=True),
        sa.Column("uuid", Uuid, nullable=False, unique=True),
        sa.Column("stack_id", Uuid, sa.ForeignKey("stack.id"), nullable=False),
        sa.Column("resource_name", sa.String(255), nullable=False),
        sa.Column("resource_type", sa.String(255), nullable=False),
        sa.Column("physical_resource_id", sa.String(255)),
        sa.Column("resource_action", sa.String(32), nullable=False),
        sa.Column("resource_status", sa.String(32), nullable=False),
        sa.Column("resource_status_reason", sa.Text, nullable=False),
        sa.Column("engine_id", Uuid, comment="engine that wrote the event"),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_event_stack_id", "event", ["stack_id", "id"])
    op.create_table(
        "resource",
        sa.Column("id", Id, primary_key=True),
        sa.Column("uuid", Uuid, nullable=False, unique=True),
        sa.Column("stack_id", Uuid, sa.ForeignKey("stack.id"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("type", sa.String(255), nullable=False),
        sa.Column("physical_resource_id", sa.String(255)),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", sa.Text, nullable=False),
        sa.Column("engine_id", Uuid, comment="engine that holds the lock"),
        sa.Column("atomic_key", sa.Integer, nullable=False, comment="incremented by every locked write"),
        sa.Column("wanted_by", Uuid, comment="newer traversal that waits for the lock"),
        sa.Column("requires", LargeText, nullable=False),
        sa.Column("replaces", Id),
        sa.Column("replaced_by", Id),
        sa.Column("current_template_id", Id),
        sa.Column("fingerprint", sa.String(64), comment="hash of the definition that the last success applied"),
        sa.Column("progress", LargeText, comment="data for the next step of an unfinished action"),
        sa.Column("due_at", sa.Double, comment="time at which that step is due"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("properties_data", LargeText),
        sa.Column("attr_data", LargeText),
        sa.Column("resource_metadata", LargeText),
        sa.Column("resource_data", LargeText, comment="the plugin's own data"),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
    )
    op.create_index("ix_resource_engine_id", "resource", ["engine_id"])
    op.create_index("ix_resource_stack_id", "resource", ["stack_id"])
    op.create_table(
        "stack_tag",
        sa.Column("id", Id, primary_key=True),
        sa.Column("tag", sa.Unicode(80), nullable=False),
        sa.Column("stack_id", Uuid, sa.ForeignKey("stack.id"), nullable=False),
    )
    op.create_index("ix_stack_tag_stack_id", "stack_tag", ["stack_id"])
