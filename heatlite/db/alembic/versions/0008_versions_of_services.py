"""Which version of heatlite an engine process is of.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("service", sa.Column("version", sa.String(32), comment="of heatlite; NULL: before 0008"))
