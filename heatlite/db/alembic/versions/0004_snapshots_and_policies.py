"""Snapshots of stacks, and the deletion policies of resources.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"

LargeText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column(
            "id", sa.String(36), primary_key=True, comment="id of the snapshot and of the traversal that took it"
        ),
        sa.Column("stack_id", sa.String(36), sa.ForeignKey("stack.id"), nullable=False, index=True),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("action", sa.String(32), nullable=False, comment="CREATE; DELETE once its deletion was requested"),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", sa.Text),
        sa.Column("data", LargeText, comment="the stack in the format of stack abandon"),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
    )
    op.add_column(
        "resource",
        sa.Column("deletion_policy", sa.String(16), comment="policy for the physical resource; NULL: Delete"),
    )
    op.add_column(
        "resource",
        sa.Column(
            "external_id",
            sa.String(255),
            comment="id of an external resource, never changed or deleted",
        ),
    )
