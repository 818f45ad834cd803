"""Each engine's service row says whether the broker hands out messages to it.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    comment = "whether the broker delivers messages to it; NULL: unknown"
    op.add_column("service", sa.Column("serving", sa.Boolean, comment=comment))
