"""Credentials for a stack's operations, and the hooks that its nodes wait at.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "user_creds",
        sa.Column("id", Id, primary_key=True),
        sa.Column("username", sa.String(255)),
        sa.Column("password", sa.Text),
        sa.Column("region_name", sa.String(255)),
        sa.Column(
            "decrypt_method", sa.String(64), comment="how password and trust_id are encrypted; NULL: neither is set"
        ),
        sa.Column("tenant", sa.String(1024), comment="the project's name"),
        sa.Column("auth_url", sa.Text),
        sa.Column("tenant_id", sa.String(256), comment="the project's id"),
        sa.Column("trust_id", sa.Text),
        sa.Column("trustor_user_id", sa.String(64)),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
    )
    op.add_column("stack", sa.Column("user_creds_id", Id, comment="user_creds.id; NULL once the stack is deleted"))
    op.add_column("sync_point", sa.Column("hook", sa.String(32), comment="hook at which the node is PAUSED"))
    op.add_column(
        "sync_point", sa.Column("cleared", sa.SmallInteger, comment="hooks that the node has passed, one bit each")
    )
