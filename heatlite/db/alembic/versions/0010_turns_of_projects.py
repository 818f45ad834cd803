"""Ready nodes may be queued for their project's turn. An index alone finds an engine's claims.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    held_for = sa.Column("held_for", sa.String(255), comment="project for whose turn a ready node is queued")
    op.add_column("sync_point", held_for)
    op.create_index("ix_sync_point_state_held_for", "sync_point", ["state", "held_for", "next_cast_at"])
    op.drop_index("ix_sync_point_state_next_cast_at", "sync_point")
    op.create_index("ix_sync_point_engine_id_claim_id", "sync_point", ["engine_id", "claim_id"])
    op.drop_index("ix_sync_point_engine_id", "sync_point")
