"""Have a real Heat make the stacks of ``heat_stacks`` or of ``heat_values``, and write its database down as SQL.

::

    python -m tests.imports.fill --transport rabbit://… --database mysql+pymysql://…           plain ones
        (start heat-engine anew, with encrypt_parameters_and_properties = true)
    python -m tests.imports.fill --transport rabbit://… --database mysql+pymysql://… --encrypts --dump heat27.sql

    python -m tests.imports.fill --transport rabbit://… --database mysql+pymysql://… --values --dump heat27_values.sql
        (on another database, which has nothing)

Run by hand where the fixture is to be made anew; the test suite needs the SQL only. heat-engine is configured with
``auth_encryption_key = 0123456789abcdef0123456789abcdef``, ``deferred_auth_method = password``.
"""

from __future__ import annotations

import argparse
import time
import uuid
from typing import Any

import oslo_messaging
import sqlalchemy as sa
from oslo_config import cfg

from tests.imports.heat_stacks import STACKS, HeatStack
from tests.imports.heat_values import VALUE_STACKS
from tests.waiting import PATIENCE

LEFT_OUT = {"alembic_version", "migrate_version", "stack_lock"}
PAUSE = 0.3


class Plain(oslo_messaging.NoOpSerializer):
    """Contexts are dicts already."""

    def serialize_context(self, context: Any) -> Any:
        return dict(context)

    def deserialize_context(self, context: Any) -> Any:
        return context


class Heat:
    """A client of heat-engine."""

    def __init__(self, transport: str) -> None:
        cfg.CONF([], project="fill", default_config_files=[], default_config_dirs=[])
        oslo_messaging.set_transport_defaults("heat")
        bus = oslo_messaging.get_rpc_transport(cfg.CONF, url=transport)
        target = oslo_messaging.Target(topic="engine", version="1.0")
        self._client = oslo_messaging.get_rpc_client(bus, target, serializer=Plain())

    def call(self, project: str, method: str, version: str, **arguments: Any) -> Any:
        """One call on behalf of a project."""
        context = {
            "user": "fill", "user_id": "fill", "username": "fill", "password": "of fill", "project_id": project,
            "project": project, "tenant": project, "tenant_id": project, "project_name": project, "roles": ["admin"],
            "is_admin": False, "auth_token": "none", "request_id": f"req-{uuid.uuid4()}", "is_admin_project": True,
        }  # fmt: skip
        return self._client.prepare(version=version, timeout=PATIENCE).call(context, method, **arguments)

    def make(self, stack: HeatStack) -> None:
        """Create a stack, and do with it what is to be done."""
        args = {"timeout_mins": 60, "disable_rollback": True, **stack.args}
        identity = self.call(
            stack.project, "create_stack", "1.36", stack_name=stack.name, template=stack.template,
            params=stack.environment, files=stack.files, environment_files=None, files_container=None, args=args,
            owner_id=None, nested_depth=0, user_creds_id=None, stack_user_project_id=None, parent_resource_name=None,
            template_id=None,
        )  # fmt: skip
        if stack.state.endswith("IN_PROGRESS"):
            time.sleep(3)  # so long that what runs has begun
            return
        self.wait(stack, identity)
        for method, argument in stack.then:
            self.then(stack, identity, method, argument)
        print(stack.name, self.wait(stack, identity))

    def then(self, stack: HeatStack, identity: Any, method: str, argument: Any) -> None:
        """One call on a stack that is there."""
        project = stack.project
        match method:
            case "update":
                self.call(
                    project, "update_stack", "1.36", stack_identity=identity, template=argument, params={},
                    files=stack.files, environment_files=None, files_container=None, args={"timeout_mins": 60},
                    template_id=None,
                )  # fmt: skip
            case "snapshot":
                self.call(project, "stack_snapshot", "1.0", stack_identity=identity, name=argument)
            case "suspend":
                self.call(project, "stack_suspend", "1.0", stack_identity=identity)
            case "delete":
                self.call(project, "delete_stack", "1.0", stack_identity=identity)

    def wait(self, stack: HeatStack, identity: Any) -> str:
        """Wait until nothing is in progress; the state then."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                [shown] = self.call(stack.project, "show_stack", "1.20", stack_identity=identity, resolve_outputs=False)
            except oslo_messaging.RemoteError as error:
                if "EntityNotFound" in str(error.exc_type):
                    return "DELETE_COMPLETE"
                raise
            if shown["stack_status"] != "IN_PROGRESS":
                return f"{shown['stack_action']}_{shown['stack_status']} {shown['stack_status_reason']}"
            time.sleep(PAUSE)
        raise TimeoutError(stack.name)


def dump(engine: sa.Engine, *, events: bool = True) -> str:
    """A database as SQL that MariaDB and SQLite both read: types in small, rows whole."""
    tables = sa.MetaData()
    tables.reflect(engine)
    lines = []
    with engine.connect() as connection:
        for table in sorted(tables.tables.values(), key=lambda it: it.name):
            if table.name in LEFT_OUT:
                continue
            columns = ", ".join(f"`{column.name}` {kind(column)}" for column in table.columns)
            lines.append(f"CREATE TABLE `{table.name}` ({columns});")
            if table.name == "event" and not events:
                continue
            for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns)):
                lines.append(f"INSERT INTO `{table.name}` VALUES ({', '.join(literal(value) for value in row)});")
    return "\n".join(lines) + "\n"


def kind(column: Any) -> str:
    """A type that both have."""
    if column.name == "id" and isinstance(column.type, sa.Integer):
        return "INTEGER PRIMARY KEY"
    if isinstance(column.type, sa.DateTime):
        return "DATETIME"
    return "INTEGER" if isinstance(column.type, sa.Integer | sa.Boolean) else "TEXT"


def literal(value: Any) -> str:
    """A value as SQL without backslash escapes, on one line."""
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return str(int(value))
        case bytes():
            return "NULL"  # pickled properties of old events, which nobody reads
        case _:
            text = str(value).replace("'", "''")
            assert "\n" not in text, "one statement a line"
            return f"'{text}'"


def main() -> None:
    """Fill, and dump."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transport", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--encrypts", action="store_true")
    parser.add_argument("--values", action="store_true")
    parser.add_argument("--dump")
    parsed = parser.parse_args()
    heat = Heat(parsed.transport)
    ends_last = sorted(VALUE_STACKS if parsed.values else STACKS, key=lambda it: it.state.endswith("IN_PROGRESS"))
    for stack in ends_last:
        if stack.encrypts == parsed.encrypts:
            heat.make(stack)
    if parsed.dump:
        with open(parsed.dump, "w") as file:
            file.write(dump(sa.create_engine(parsed.database), events=not parsed.values))


if __name__ == "__main__":
    main()
