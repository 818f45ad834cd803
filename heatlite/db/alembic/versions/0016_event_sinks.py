"""Event sinks, and how far the events of each stack have been sent there.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"


Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


EXACT = {"mariadb": "utf8mb4_nopad_bin", "mysql": "utf8mb4_0900_bin"}
"""As in revision 0014."""


def upgrade() -> None:
    op.create_table(
        "event_sink",
        sa.Column("id", Id, primary_key=True),
        sa.Column("stack_id", sa.String(36), nullable=False, comment="a root stack"),
        sa.Column("target", sa.String(64), nullable=False, comment="name of a queue"),
        sa.Column("user_creds_id", Id, comment="user_creds.id; kept until the last event of a deleted stack is sent"),
        sa.Column("last_id", Id, nullable=False, comment="highest event.id that was sent"),
        sa.Column("floor_id", Id, nullable=False, comment="event.id up to which all were sent"),
        sa.Column("recent", Json, nullable=False, comment="event.id above it, and when it was sent"),
        sa.Column("look_at", sa.Double, comment="time to look again without a newer event"),
        sa.Column("free_at", sa.Double, nullable=False, comment="time until which an engine has it"),
        sa.UniqueConstraint("stack_id", "target", name="uniq_event_sink_target"),
    )
    connection = op.get_bind()
    if connection.dialect.name in EXACT:
        collation = EXACT["mariadb" if getattr(connection.dialect, "is_mariadb", False) else "mysql"]
        op.execute(f"ALTER TABLE event_sink CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}")
