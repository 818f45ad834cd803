"""The heatlite version of each engine process, and notifications to be sent.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("stack_id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column(
            "details", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb"), comment="details of a scaling"
        ),
        sa.Column("due_at", sa.Double, nullable=False, comment="time at which an engine sends it"),
    )
    op.create_index("ix_notification_stack_id", "notification", ["stack_id", "id"])
    op.add_column(
        "service", sa.Column("version", sa.String(32), comment="version of heatlite; NULL: older than migration 0008")
    )
