"""Raw templates: each content is stored once and shared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_error

from heatlite.db import lengths, models
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.column_types import hidden_parameters, sealing
from heatlite.db.crypt import Vault
from heatlite.db.records import TemplateRecord
from heatlite.db.retry import retried

CONTENT = ("template", "files", "environment")
COLUMNS = ("id", *CONTENT)
TABLE = models.raw_template
TOUCHED_AFTER = timedelta(hours=12)
"""A template that is found again after this time is marked as used, so that it isn't purged meanwhile."""
BY_HASH = sa.select(TABLE.c.id, TABLE.c.created_at, TABLE.c.updated_at).where(
    TABLE.c.content_hash == sa.bindparam("content_hash")
)
BY_ID = sa.select(TABLE.c.id, TABLE.c.template, TABLE.c.files, TABLE.c.environment).where(
    TABLE.c.id == sa.bindparam("template_id")
)


@reader
def find(
    context: Context, template: Mapping[str, Any], files: Mapping[str, str], environment: Mapping[str, Any]
) -> int | None:
    """Return the id of the row with this content; None if there is none. Nothing is written."""
    digest = _digest(context.database.vault, {"template": template, "files": files, "environment": environment})
    found = context.connection.execute(BY_HASH, {"content_hash": digest}).one_or_none()
    return None if found is None else int(found.id)


@writer
def store(
    context: Context,
    template: Mapping[str, Any],
    files: Mapping[str, str],
    environment: Mapping[str, Any],
    now: datetime,
) -> int:
    """Return the id of the row with this content. Insert the row if there is none.

    When two transactions store the same content at once, the unique hash decides: the later INSERT fails with
    ``DBDuplicateEntry``, and its transaction finds the row when it is run again.
    """
    content = {"template": template, "files": files, "environment": environment}
    digest = _digest(context.database.vault, content)
    found = context.connection.execute(BY_HASH, {"content_hash": digest}).one_or_none()
    if found is not None and _still_there(context, found, now):
        return int(found.id)
    values = {**_to_be_stored(context.database.vault, content), "content_hash": digest, "created_at": now}
    key = context.connection.execute(sa.insert(TABLE).values(values)).inserted_primary_key
    assert key is not None, "an INSERT of one row answers its key"
    return int(key[0])


@reader
def bytes_of_stacks(context: Context, stack_ids: Sequence[str]) -> int:
    """Return the bytes of the templates of these stacks with their files and environments, as they are stored.

    A template counts once for each stack that has it.
    """
    columns = tuple(TABLE.c[name] for name in CONTENT)
    return lengths.total(
        context, columns, TABLE.c.id == models.stack.c.raw_template_id, models.stack.c.id.in_(stack_ids)
    )


def _still_there(context: Context, found: Any, now: datetime) -> bool:
    """Make sure that a found template stays: one that was unused for long may be purged at this moment."""
    used_at = found.updated_at or found.created_at
    if used_at is not None and now - used_at < TOUCHED_AFTER:
        return True
    statement = sa.update(TABLE).where(TABLE.c.id == found.id).values(updated_at=now)
    return rows(context.connection.execute(statement)) == 1


def _digest(vault: Vault, content: Mapping[str, Any]) -> str:
    """Return the hash that identifies a content.

    With encryption it is keyed, so that nobody can check a guessed content.
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return vault.digest(text) if vault.encrypts else hashlib.sha256(text.encode()).hexdigest()


def _to_be_stored(vault: Vault, content: Mapping[str, Any]) -> Mapping[str, Any]:
    if not vault.encrypts:
        return content
    hidden = hidden_parameters(content["template"])
    return {**content, "environment": sealing(content["environment"], hidden)}


@writer
def rewrite(context: Context, row: Mapping[str, Any]) -> bool:
    """Write a row again, encrypted or plain as the vault now says. Return False when it is gone.

    If another row already has the same content and hash, this row gets a hash that no content has. The row stays with
    its stacks, and no new stack shares it.

    :param row: ``COLUMNS``, as they were read
    """
    content, vault = {name: row[name] for name in CONTENT}, context.database.vault
    digest = _digest(vault, content)
    if context.connection.execute(BY_HASH, {"content_hash": digest}).scalar() not in (None, row["id"]):
        digest = hashlib.sha256(f"{digest} {row['id']}".encode()).hexdigest()
    values = {**_to_be_stored(vault, content), "content_hash": digest}
    return rows(context.connection.execute(sa.update(TABLE).where(TABLE.c.id == row["id"]).values(values))) == 1


def stored(
    context: Context,
    template: Mapping[str, Any],
    files: Mapping[str, str],
    environment: Mapping[str, Any],
    now: datetime,
) -> int:
    """Store a template in a separate transaction. It is retried when another one stored the same content."""
    try:
        return _store(context, template, files, environment, now)
    except db_error.DBDuplicateEntry:  # the other transaction has committed, so the row is found now
        return _store(context, template, files, environment, now)


_store = retried(store)


@reader
def get(context: Context, template_id: int) -> TemplateRecord:
    """Return the template with this id.

    :raises LookupError: when there is none; that never happens to a live stack's template
    """
    row = context.connection.execute(BY_ID, {"template_id": template_id}).one_or_none()
    if row is None:
        raise LookupError(f"raw_template {template_id} does not exist")
    return TemplateRecord(*row)
