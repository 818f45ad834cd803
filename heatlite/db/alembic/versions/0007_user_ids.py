"""The user id in the credentials of a stack's operations, because a name is unique only within its domain.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("user_creds", sa.Column("user_id", sa.String(64)))
