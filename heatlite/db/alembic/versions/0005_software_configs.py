"""Software configs, and their deployments to servers.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"

LargeText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "software_config",
        sa.Column("id", sa.String(36), primary_key=True, comment="the resource's uuid if a resource made the config"),
        sa.Column("name", sa.String(255)),
        sa.Column("group", sa.String(255)),
        sa.Column("config", LargeText, comment="config, inputs, outputs, options"),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
        sa.Index("ix_software_config_tenant", "tenant", "created_at"),
    )
    op.create_table(
        "software_deployment",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("config_id", sa.String(36), sa.ForeignKey("software_config.id"), nullable=False, index=True),
        sa.Column("server_id", sa.String(255), nullable=False, index=True),
        sa.Column("input_values", LargeText),
        sa.Column("output_values", LargeText),
        sa.Column("action", sa.String(255)),
        sa.Column("status", sa.String(255)),
        sa.Column("status_reason", sa.Text),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column(
            "stack_user_project_id", sa.String(64), comment="project whose users may see and signal the deployment"
        ),
        sa.Column("created_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
        sa.Index("ix_software_deployment_tenant", "tenant", "created_at"),
    )
