"""The tables. Names follow Heat's where Heat has them, so that a Heat operator can read the rows.

Migrations create the schema. This file defines the result, and a test compares the two. Two texts are equal only when
each character is, on every database. On MariaDB the collation of each column ensures that: migration 0014 sets it, and
``tests/functional/db/test_exact_texts.py`` checks columns that were added later.

Times that machines compare (``deadline``, ``next_cast_at``, ``due_at``) are seconds since the epoch. Times for people
(``created_at`` …) are UTC datetimes.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from heatlite.db.column_types import Id, Json, Reason, Sealed, SealedEnvironment, Secret, Uuid

metadata = sa.MetaData()


def _times() -> list[sa.Column[Any]]:
    return [sa.Column("created_at", sa.DateTime), sa.Column("updated_at", sa.DateTime)]


raw_template = sa.Table(
    "raw_template",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("content_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("template", Sealed, nullable=False),
    sa.Column("files", Sealed, nullable=False),
    sa.Column("environment", SealedEnvironment, nullable=False),
    *_times(),
)

stack = sa.Table(
    "stack",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("tenant", sa.String(255), nullable=False),
    sa.Column("live_name", sa.String(255), comment="name of a live root stack; NULL for nested and deleted stacks"),
    sa.Column("username", sa.String(255)),
    sa.Column("raw_template_id", Id, sa.ForeignKey("raw_template.id"), nullable=False),
    sa.Column("prev_raw_template_id", Id, sa.ForeignKey("raw_template.id")),
    sa.Column("current_traversal", Uuid, nullable=False, unique=True),
    sa.Column("current_deps", Json, comment="the traversal's graph; NULL while it is being planned"),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("status_reason", Reason, nullable=False),
    sa.Column("deadline", sa.Double, comment="time at which the running operation times out"),
    sa.Column("timeout", sa.Integer, comment="time limit of an operation, in minutes"),
    sa.Column("disable_rollback", sa.Boolean, nullable=False),
    sa.Column("owner_id", Uuid),
    sa.Column("nested_depth", sa.Integer, nullable=False),
    sa.Column("parent_resource_name", sa.String(255)),
    sa.Column("user_creds_id", Id, comment="user_creds.id; NULL once the stack is deleted"),
    sa.Column("deleted_at", sa.DateTime),
    *_times(),
    sa.Column("root_id", Uuid, comment="root of the tree that the stack is in; a root has its own id"),
    sa.Column("stack_user_project_id", sa.String(64)),
    sa.Column("facade", Sealed, comment="what a nested template may read of the parent's resource"),
    sa.Column("collects_later", sa.Boolean, comment="the operation leaves cleanups to a later operation"),
    sa.Column("origin", Json, comment="request id and trace of the operation's request"),
    sa.UniqueConstraint("tenant", "live_name", name="uniq_stack_live_name"),
    sa.Index("ix_stack_tenant", "tenant", "deleted_at", "created_at"),
    sa.Index("ix_stack_roots", "tenant", "deleted_at", "owner_id", "created_at", "id"),
    sa.Index("ix_stack_deleted_at", "deleted_at", "owner_id", "created_at", "id"),
    sa.Index("ix_stack_owner_id", "owner_id"),
    sa.Index("ix_stack_root_id", "root_id"),
    sa.Index("ix_stack_status_deadline", "status", "deadline"),
)

stack_tag = sa.Table(
    "stack_tag",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("tag", sa.Unicode(80), nullable=False),
    sa.Column("stack_id", Uuid, sa.ForeignKey("stack.id"), nullable=False, index=True),
)

resource = sa.Table(
    "resource",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("uuid", Uuid, nullable=False, unique=True),
    sa.Column("stack_id", Uuid, sa.ForeignKey("stack.id"), nullable=False, index=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("type", sa.String(255), nullable=False),
    sa.Column("physical_resource_id", sa.String(255)),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("status_reason", Reason, nullable=False),
    sa.Column("engine_id", Uuid, index=True, comment="engine that holds the lock"),
    sa.Column("atomic_key", sa.Integer, nullable=False, comment="incremented by every locked write"),
    sa.Column("wanted_by", Uuid, comment="newer traversal that waits for the lock"),
    sa.Column("requires", Json, nullable=False),
    sa.Column("replaces", Id),
    sa.Column("replaced_by", Id),
    sa.Column("current_template_id", Id),
    sa.Column("fingerprint", sa.String(64), comment="hash of the definition that the last success applied"),
    sa.Column("progress", Sealed, comment="data for the next step of an unfinished action"),
    sa.Column("due_at", sa.Double, comment="time at which that step is due"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("properties_data", Sealed),
    sa.Column("attr_data", Sealed),
    sa.Column("resource_metadata", Sealed),
    sa.Column("resource_data", Sealed, comment="the plugin's own data"),
    *_times(),
    sa.Column("deletion_policy", sa.String(16), comment="policy for the physical resource; NULL: Delete"),
    sa.Column("external_id", sa.String(255), comment="id of an external resource, never changed or deleted"),
    sa.Column("made_from", sa.String(64), comment="hash of all inputs of the last success; NULL: visit always"),
)

sync_point = sa.Table(
    "sync_point",
    metadata,
    sa.Column("traversal_id", Uuid, primary_key=True),
    sa.Column("resource_id", Id, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("stack_id", Uuid, nullable=False, index=True),
    sa.Column("acting_id", Id, nullable=False, comment="row that the node acts on: resource_id or its replacement"),
    sa.Column("remaining", sa.Integer, nullable=False),
    sa.Column("state", sa.SmallInteger, nullable=False),
    sa.Column("engine_id", Uuid),
    sa.Column("claim_id", Uuid),
    sa.Column("next_cast_at", sa.Double),
    sa.Column("casts", sa.Integer, nullable=False),
    sa.Column("hook", sa.String(32), comment="hook at which the node is PAUSED"),
    sa.Column("cleared", sa.SmallInteger, comment="hooks that the node has passed, one bit each"),
    sa.Column("held_for", sa.String(255), comment="project for whose turn a ready node is queued"),
    sa.Index("ix_sync_point_state_held_for", "state", "held_for", "next_cast_at"),
    sa.Index("ix_sync_point_engine_id_claim_id", "engine_id", "claim_id"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("uuid", Uuid, nullable=False, unique=True),
    sa.Column("stack_id", Uuid, sa.ForeignKey("stack.id"), nullable=False),
    sa.Column("resource_name", sa.String(255), nullable=False),
    sa.Column("resource_type", sa.String(255), nullable=False),
    sa.Column("physical_resource_id", sa.String(255)),
    sa.Column("resource_action", sa.String(32), nullable=False),
    sa.Column("resource_status", sa.String(32), nullable=False),
    sa.Column("resource_status_reason", Reason, nullable=False),
    sa.Column("engine_id", Uuid, comment="engine that wrote the event"),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Index("ix_event_stack_id", "stack_id", "id"),
)

service = sa.Table(
    "service",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("engine_id", Uuid, nullable=False, unique=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("hostname", sa.String(255), nullable=False),
    sa.Column("binary", sa.String(255), nullable=False),
    sa.Column("topic", sa.String(255), nullable=False),
    sa.Column("report_interval", sa.Integer, nullable=False),
    sa.Column("lease_counter", sa.BigInteger, nullable=False),
    sa.Column("deleted_at", sa.DateTime),
    *_times(),
    sa.Column("version", sa.String(32), comment="version of heatlite; NULL: older than migration 0008"),
    sa.Column("serving", sa.Boolean, comment="whether the broker delivers messages to it; NULL: unknown"),
)

user_creds = sa.Table(
    "user_creds",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("username", sa.String(255)),
    sa.Column("password", Secret),
    sa.Column("region_name", sa.String(255)),
    sa.Column("decrypt_method", sa.String(64), comment="how password and trust_id are encrypted; NULL: neither is set"),
    sa.Column("tenant", sa.String(1024), comment="the project's name"),
    sa.Column("auth_url", sa.Text),
    sa.Column("tenant_id", sa.String(256), comment="the project's id"),
    sa.Column("trust_id", Secret),
    sa.Column("trustor_user_id", sa.String(64)),
    *_times(),
    sa.Column("user_id", sa.String(64)),
)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("id", Uuid, primary_key=True, comment="id of the snapshot and of the traversal that took it"),
    sa.Column("stack_id", Uuid, sa.ForeignKey("stack.id"), nullable=False, index=True),
    sa.Column("tenant", sa.String(255), nullable=False),
    sa.Column("name", sa.String(255)),
    sa.Column("action", sa.String(32), nullable=False, comment="CREATE; DELETE once its deletion was requested"),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("status_reason", Reason),
    sa.Column("data", Sealed, comment="the stack in the format of stack abandon"),
    *_times(),
)

client_call = sa.Table(
    "client_call",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("stack_id", Uuid, nullable=False),
    sa.Column("traversal_id", Uuid, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, index=True),
)

notification = sa.Table(
    "notification",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("stack_id", Uuid, nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("reason", Reason, nullable=False),
    sa.Column("details", Json, comment="details of a scaling"),
    sa.Column("due_at", sa.Double, nullable=False, comment="time at which an engine sends it"),
    sa.Index("ix_notification_stack_id", "stack_id", "id"),
)

event_sink = sa.Table(
    "event_sink",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("stack_id", Uuid, nullable=False, comment="a root stack"),
    sa.Column("target", sa.String(64), nullable=False, comment="name of a queue"),
    sa.Column("user_creds_id", Id, comment="user_creds.id; kept until the last event of a deleted stack is sent"),
    sa.Column("last_id", Id, nullable=False, comment="highest event.id that was sent"),
    sa.Column("floor_id", Id, nullable=False, comment="event.id up to which all were sent"),
    sa.Column("recent", Json, nullable=False, comment="event.id above it, and when it was sent"),
    sa.Column("look_at", sa.Double, comment="time to look again without a newer event"),
    sa.Column("free_at", sa.Double, nullable=False, comment="time until which an engine has it"),
    sa.UniqueConstraint("stack_id", "target", name="uniq_event_sink_target"),
)

observation = sa.Table(
    "observation",
    metadata,
    sa.Column("stack_id", Uuid, primary_key=True, comment="a root stack"),
    sa.Column("next_look_at", sa.Double, nullable=False, comment="time from which it is looked at again"),
    sa.Column("engine_id", Uuid, comment="engine that has claimed the stack for a look"),
    sa.Column("looked_at", sa.Double, comment="time of the last look"),
    sa.Column("seen", sa.Integer, nullable=False, comment="resources that the last look saw"),
    sa.Column("unseen", sa.Integer, nullable=False, comment="resources that it couldn't see"),
    sa.Column("requests", sa.Integer, nullable=False, comment="requests that it took"),
    sa.Column("drifted", sa.Integer, nullable=False, comment="resources that differ"),
    sa.Column("drift", Json, nullable=False, comment="resource.id of each, and what differs"),
    sa.Column("repairs", Json, nullable=False, comment="times of the latest repairs"),
    sa.Column("tries", sa.Integer, nullable=False, comment="repairs in a row that didn't help"),
    sa.Column("left_alone", Reason, comment="why a stack that asks to be kept isn't repaired"),
    sa.Index("ix_observation_next_look_at", "next_look_at"),
    sa.Index("ix_observation_drifted", "drifted"),
)

observer = sa.Table(
    "observer",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False, comment="always 1"),
    sa.Column("stopped", sa.Boolean, nullable=False, comment="an operator has stopped it"),
    sa.Column("free_at", sa.Double, nullable=False, comment="time from which the pace allows the next look"),
    sa.Column("repairs", Json, nullable=False, comment="times of the latest repairs of all stacks"),
    sa.Column("version", sa.Integer, nullable=False, comment="incremented with each repair"),
)
