"""Records for tests of the engine's pure parts."""

from __future__ import annotations

import datetime
from typing import Any

from heatlite.convergence.model import Action, Status
from heatlite.db.records import ResourceRecord, ServiceRecord, StackRecord

NOON = datetime.datetime(2026, 11, 20, 12, 0, 0)


def stack(**changed: Any) -> StackRecord:
    """A stack that is CREATE_COMPLETE."""
    values: dict[str, Any] = {
        **dict.fromkeys(StackRecord.__dataclass_fields__),
        "id": "6a1b0ff0-0000-4000-8000-000000000000",
        "name": "web",
        "tenant": "demo",
        "raw_template_id": 1,
        "action": Action.CREATE,
        "status": Status.COMPLETE,
        "disable_rollback": True,
        "created_at": NOON,
    }
    return StackRecord(**{**values, **changed})


def row(id_: int, name: str = "one", state: str = "CREATE_COMPLETE", **changed: Any) -> ResourceRecord:
    """A row that serves a name, in a state such as ``UPDATE_IN_PROGRESS``."""
    action, _, status = state.partition("_")
    values: dict[str, Any] = {
        **dict.fromkeys(ResourceRecord.__dataclass_fields__),
        "id": id_,
        "uuid": f"uuid-{id_}",
        "name": name,
        "type": "OS::Heat::TestResource",
        "action": Action(action),
        "status": Status(status),
        "status_reason": "",
        "requires": (),
        "created_at": NOON,
    }
    return ResourceRecord(**{**values, **changed})


def service(**changed: Any) -> ServiceRecord:
    """An engine that was heard of at noon, and is every ten seconds."""
    values: dict[str, Any] = {**dict.fromkeys(ServiceRecord.__dataclass_fields__), "report_interval": 10}
    return ServiceRecord(**{**values, "updated_at": NOON, "created_at": NOON, **changed})
