"""Nested stacks: the tree that a stack belongs to, and the data that its parent passed.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"

LargeText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
ROOT_COMMENT = "root of the tree that the stack is in; a root has its own id"


def upgrade() -> None:
    facade = "what a nested template may read of the parent's resource"
    later = "the operation leaves cleanups to a later operation"
    op.add_column("stack", sa.Column("root_id", sa.String(36), comment=ROOT_COMMENT))
    op.add_column("stack", sa.Column("stack_user_project_id", sa.String(64)))
    op.add_column("stack", sa.Column("facade", LargeText, comment=facade))
    op.add_column("stack", sa.Column("collects_later", sa.Boolean, comment=later))
    op.execute("UPDATE stack SET root_id = id")  # until now, every stack was a root
    op.create_index("ix_stack_root_id", "stack", ["root_id"])
