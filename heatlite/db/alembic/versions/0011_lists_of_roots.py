"""A project's root stacks are listed by an index alone, however many nested ones it has.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_stack_roots", "stack", ["tenant", "deleted_at", "owner_id", "created_at", "id"])
