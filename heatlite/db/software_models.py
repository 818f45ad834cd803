"""The tables of software configs and their deployments to servers.

Their contents may be secret, such as the password that a server signals with.
"""

from __future__ import annotations

import sqlalchemy as sa

from heatlite.db.models import Reason, Sealed, Uuid, metadata

software_config = sa.Table(
    "software_config",
    metadata,
    sa.Column("id", Uuid, primary_key=True, comment="the resource's uuid if a resource made the config"),
    sa.Column("name", sa.String(255)),
    sa.Column("group", sa.String(255)),
    sa.Column("config", Sealed, comment="config, inputs, outputs, options"),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("created_at", sa.DateTime),
    sa.Column("updated_at", sa.DateTime),
    sa.Index("ix_software_config_tenant", "tenant", "created_at"),
)

software_deployment = sa.Table(
    "software_deployment",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("config_id", Uuid, sa.ForeignKey("software_config.id"), nullable=False, index=True),
    sa.Column("server_id", sa.String(255), nullable=False, index=True),
    sa.Column("input_values", Sealed),
    sa.Column("output_values", Sealed),
    sa.Column("action", sa.String(255)),
    sa.Column("status", sa.String(255)),
    sa.Column("status_reason", Reason),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("stack_user_project_id", sa.String(64), comment="project whose users may see and signal the deployment"),
    sa.Column("created_at", sa.DateTime),
    sa.Column("updated_at", sa.DateTime),
    sa.Index("ix_software_deployment_tenant", "tenant", "created_at"),
)
