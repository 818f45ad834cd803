"""An index alone lists root stacks, of one project or all, however many nested stacks there are.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_stack_roots", "stack", ["tenant", "deleted_at", "owner_id", "created_at", "id"])
    op.create_index("ix_stack_deleted_at", "stack", ["deleted_at", "owner_id", "created_at", "id"])
