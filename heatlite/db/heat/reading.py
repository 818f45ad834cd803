"""Reader of the live stacks in a Heat database. It takes a few queries for each stack, and writes nothing.

A stack that can't be read (a secret that no key opens, a missing row) is an error of that stack alone.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from heatlite.db import dialects
from heatlite.db.crypt import Vault
from heatlite.db.heat import secrets, tables
from heatlite.db.heat.records import HeatResource, HeatStack, HeatTemplate
from heatlite.db.user_creds import Credentials
from heatlite.exception import Invalid

STACK, RESOURCE = tables.stack.c, tables.resource.c
SILENT_AFTER = 2
"""Report intervals after which an engine counts as stopped."""


class HeatDatabase:
    """A Heat database.

    :param url: its URL, as SQLAlchemy writes it
    :param vault: the vault with Heat's keys
    """

    def __init__(self, url: str, vault: Vault) -> None:
        self._vault = vault
        self._engine = sa.create_engine(dialects.spelled_out(sa.make_url(url)), hide_parameters=True)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _rows(self, statement: Any) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(statement)]

    def running_engines(self, now: datetime.datetime) -> list[str]:
        """List the hosts of Heat's engines that reported recently. They should be stopped.

        :param now: UTC, without a zone
        """
        alive = self._rows(sa.select(tables.service).where(tables.service.c.deleted_at.is_(None)))
        heard = [row for row in alive if row["updated_at"] is not None]
        silent = [datetime.timedelta(seconds=SILENT_AFTER * row["report_interval"]) for row in heard]
        return [row["hostname"] for row, limit in zip(heard, silent, strict=True) if now - row["updated_at"] < limit]

    def roots(self, project: str | None) -> list[tuple[str, str, str]]:
        """List (id, name, project) of each live stack that isn't nested, of one project or of all."""
        conditions: list[Any] = [STACK.owner_id.is_(None), STACK.deleted_at.is_(None)]
        conditions += [STACK.tenant == project] if project is not None else []
        statement = sa.select(STACK.id, STACK.name, STACK.tenant).where(*conditions)
        found = self._rows(statement.order_by(STACK.tenant, STACK.created_at, STACK.name))
        return [(row["id"], row["name"], row["tenant"]) for row in found]

    def held(self) -> dict[str, str]:
        """Return the roots that resources of other stacks of their project refer to: id → the other stack's id."""
        owner = tables.stack.alias()
        statement = (
            sa.select(STACK.id, owner.c.id.label("owner"))
            .join(tables.resource, RESOURCE.nova_instance == STACK.id)
            .join(owner, sa.and_(owner.c.id == RESOURCE.stack_id, owner.c.tenant == STACK.tenant))
            .where(STACK.owner_id.is_(None), STACK.deleted_at.is_(None), owner.c.deleted_at.is_(None))
            .where(owner.c.id != STACK.id)
        )
        return {row["id"]: row["owner"] for row in self._rows(statement)}

    def stack(self, stack_id: str, *, events: bool = False) -> HeatStack:
        """Read a live stack with all its nested stacks.

        :param events: read the events too
        :raises InvalidEncryptionKey: when no key fits
        :raises Invalid: when a row isn't in the form that Heat 27 writes
        """
        found = self._rows(sa.select(tables.stack).where(STACK.id == stack_id, STACK.deleted_at.is_(None)))
        if not found:
            raise Invalid(reason=f"stack {stack_id} is gone from Heat's database")
        return self._stack(found[0], events, frozenset())

    def _stack(self, row: dict[str, Any], events: bool, above: frozenset[str]) -> HeatStack:
        """Read a stack.

        :param above: the stacks that it is in; none of them is in it again, whatever its resources refer to
        """
        above |= {row["id"]}
        owned = sa.select(tables.stack).where(STACK.owner_id == row["id"], STACK.deleted_at.is_(None))
        children = self._rows(owned.where(sa.or_(STACK.backup.is_(None), STACK.backup.is_(False))))
        own = {name: row[name] for name in HeatStack.__dataclass_fields__ if name in row}
        resources = self._resources(row["id"])
        separate = self._separate(row["tenant"], resources, above)
        configs, deployments = self._software(row["tenant"], resources)
        return HeatStack(
            configs=configs,
            deployments=deployments,
            **{
                **own,
                "status_reason": row["status_reason"] or "",
                "disable_rollback": bool(row["disable_rollback"]),
                "nested_depth": row["nested_depth"] or 0,
            },
            is_convergence=bool(row["convergence"]),
            template=self._template(row["raw_template_id"]),
            resources=resources,
            children=tuple(self._stack(child, events, above) for child in children),
            separate=tuple(self._stack(each, events, above) for each in separate),
            tags=tuple(it["tag"] for it in self._of_stack(tables.stack_tag, row["id"])),
            credentials=self._credentials(row["user_creds_id"]) if row["owner_id"] is None else None,
            snapshots=tuple(self._snapshot(it) for it in self._of_stack(tables.snapshot, row["id"])),
            events=tuple(self._of_stack(tables.event, row["id"])) if events else (),
        )

    def _separate(self, tenant: str, rows: Sequence[HeatResource], above: frozenset[str]) -> list[dict[str, Any]]:
        ids = sorted({row.physical_resource_id for row in rows if row.physical_resource_id} - above)
        live = (STACK.owner_id.is_(None), STACK.deleted_at.is_(None), STACK.tenant == tenant)
        return self._rows(sa.select(tables.stack).where(STACK.id.in_(ids), *live)) if ids else []

    def _software(self, tenant: str, rows: Sequence[HeatResource]) -> tuple[tuple[dict[str, Any], ...], ...]:
        """Read the software configs and deployments of a stack's resources, and configs that these name."""
        made = {row.physical_resource_id for row in rows if row.physical_resource_id}
        named = {text for row in rows for text in texts(row.properties) if UUID.fullmatch(text)}
        deployments = self._owned(tables.software_deployment, tenant, made)
        configs = self._owned(tables.software_config, tenant, made | named | {it["config_id"] for it in deployments})
        return tuple(configs), tuple(deployments)

    def _owned(self, table: sa.Table, tenant: str, ids: Collection[str]) -> list[dict[str, Any]]:
        statement = sa.select(table).where(table.c.id.in_(sorted(ids)), table.c.tenant == tenant)
        return self._rows(statement.order_by(table.c.id)) if ids else []

    def _of_stack(self, table: sa.Table, stack_id: str) -> list[dict[str, Any]]:
        return self._rows(sa.select(table).where(table.c.stack_id == stack_id).order_by(table.c.id))

    def _by_id(self, table: sa.Table, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        found = self._rows(sa.select(table).where(table.c.id.in_(ids))) if ids else []
        return {row["id"]: row for row in found}

    def _template(self, template_id: int) -> HeatTemplate:
        row = self._by_id(tables.raw_template, [template_id])[template_id]
        files = row["files"] or {}
        if row["files_id"] is not None:
            files = self._by_id(tables.raw_template_files, [row["files_id"]])[row["files_id"]]["files"] or {}
        environment = secrets.environment_of(self._vault, row["environment"])
        return HeatTemplate(template_id, row["template"], files, environment)

    def _resources(self, stack_id: str) -> tuple[HeatResource, ...]:
        rows = self._of_stack(tables.resource, stack_id)
        wanted = [row[name] for row in rows for name in ("rsrc_prop_data_id", "attr_data_id")]
        stored = self._by_id(tables.resource_properties_data, [each for each in wanted if each is not None])
        kept: dict[int, dict[str, str]] = {}
        ids = [row["id"] for row in rows]
        table = tables.resource_data
        for each in self._rows(sa.select(table).where(table.c.resource_id.in_(ids)).order_by(table.c.id)):
            method, value = each["decrypt_method"], each["value"]
            plain = secrets.text_of(self._vault, method, value) if each["redact"] else value
            kept.setdefault(each["resource_id"], {})[each["key"]] = plain or ""
        return tuple(self._resource(row, stored, kept.get(row["id"], {})) for row in rows)

    def _resource(self, row: dict[str, Any], stored: dict[int, dict[str, Any]], kept: dict[str, str]) -> HeatResource:
        own = {name: row[name] for name in HeatResource.__dataclass_fields__ if name in row}
        properties = self._stored(stored.get(row["rsrc_prop_data_id"]))
        if properties is None:  # from before Heat had a table for properties
            properties = secrets.map_of(
                self._vault, row["properties_data"], encrypted=bool(row["properties_data_encrypted"])
            )
        return HeatResource(
            **{
                **own,
                "status_reason": row["status_reason"] or "",
                "requires": tuple(row["requires"] or ()),
            },
            physical_resource_id=row["nova_instance"],
            metadata=row["rsrc_metadata"] or {},
            properties=properties,
            attributes=self._stored(stored.get(row["attr_data_id"])),
            data=kept,
        )

    def _stored(self, row: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if row is None else secrets.map_of(self._vault, row["data"], encrypted=bool(row["encrypted"]))

    def _credentials(self, user_creds_id: int | None) -> Credentials | None:
        if user_creds_id is None:
            return None
        row = self._by_id(tables.user_creds, [user_creds_id]).get(user_creds_id)
        if row is None:
            return None
        secret = {name: secrets.text_of(self._vault, row["decrypt_method"], row[name]) for name in SECRETS}
        return Credentials(**{name: row[name] for name in Credentials.__dataclass_fields__ if name in row} | secret)

    def _snapshot(self, row: dict[str, Any]) -> dict[str, Any]:
        """Read a snapshot, with its resources in its data, where Heat stored them before it had a table for them."""
        table = tables.resource_snapshot
        of_resources = self._rows(sa.select(table).where(table.c.snapshot_id == row["id"]))
        data = dict(row["data"] or {})
        data["resources"] = {
            **(data.get("resources") or {}),
            **{it["resource_name"]: it["data"] for it in of_resources},
        }
        return {**row, "data": data}


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECRETS = ("password", "trust_id")
