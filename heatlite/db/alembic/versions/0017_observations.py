"""Add the observer's tables: its observation of each root stack, and its state in the deployment.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"

Json = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")

EXACT = {"mariadb": "utf8mb4_nopad_bin", "mysql": "utf8mb4_0900_bin"}
"""As in revision 0014."""


def upgrade() -> None:
    op.create_table(
        "observation",
        sa.Column("stack_id", sa.String(36), primary_key=True, comment="a root stack"),
        sa.Column("next_look_at", sa.Double, nullable=False, comment="time from which it is looked at again"),
        sa.Column("engine_id", sa.String(36), comment="engine that has claimed the stack for a look"),
        sa.Column("looked_at", sa.Double, comment="time of the last look"),
        sa.Column("seen", sa.Integer, nullable=False, comment="resources that the last look saw"),
        sa.Column("unseen", sa.Integer, nullable=False, comment="resources that it couldn't see"),
        sa.Column("requests", sa.Integer, nullable=False, comment="requests that it took"),
        sa.Column("drifted", sa.Integer, nullable=False, comment="resources that differ"),
        sa.Column("drift", Json, nullable=False, comment="resource.id of each, and what differs"),
        sa.Column("repairs", Json, nullable=False, comment="times of the latest repairs"),
        sa.Column("tries", sa.Integer, nullable=False, comment="repairs in a row that didn't help"),
        sa.Column("left_alone", sa.Text, comment="why a stack that asks to be kept isn't repaired"),
        sa.Index("ix_observation_next_look_at", "next_look_at"),
        sa.Index("ix_observation_drifted", "drifted"),
    )
    op.create_table(
        "observer",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False, comment="always 1"),
        sa.Column("stopped", sa.Boolean, nullable=False, comment="an operator has stopped it"),
        sa.Column("free_at", sa.Double, nullable=False, comment="time from which the pace allows the next look"),
        sa.Column("repairs", Json, nullable=False, comment="times of the latest repairs of all stacks"),
        sa.Column("version", sa.Integer, nullable=False, comment="incremented with each repair"),
    )
    connection = op.get_bind()
    if connection.dialect.name in EXACT:
        collation = EXACT["mariadb" if getattr(connection.dialect, "is_mariadb", False) else "mysql"]
        op.execute(f"ALTER TABLE observation CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}")
