"""The request that began a stack's operation, for the logs and traces of all engines that work on it.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"

LargeText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    told = "request id and trace of the operation's request"
    op.add_column("stack", sa.Column("origin", LargeText, comment=told))
