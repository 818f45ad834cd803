"""The hash of a resource's inputs, so that an update can skip unchanged resources.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "resource",
        sa.Column("made_from", sa.String(64), comment="hash of all inputs of the last success; NULL: visit always"),
    )
