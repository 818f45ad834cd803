"""A request carried through the client API of an engine: told, previewed, created, updated, shown, deleted.

Whatever is refused leaves no row; whatever is accepted ends COMPLETE or FAILED and can be looked at.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from heatlite.exception import HeatliteError
from tests.functional.engine.endpoint import Endpoint
from tests.fuzz.limits import soon

SHOWN = ("get_template", "get_environment", "get_files", "list_outputs", "list_stack_resources", "list_events")
ENDED = {"COMPLETE", "FAILED"}


def carry_through(engine: Endpoint, request: Any, second: Any) -> bool:
    """One stack from the first request to its end, updated to the second one; whether it came to be.

    :raises Exception: what is not a named error
    """
    with soon():
        only_told(engine, "validate_template", arguments(request, without=("name", "args")))
        sent = arguments(request)
        only_told(engine, "preview_stack", sent)
        identity = accepted(engine, "create_stack", sent)
    if identity is None:
        return False
    settle(engine, identity)
    change = arguments(second, without=("name",)) | {"stack_identity": identity}
    with soon():
        only_told(engine, "preview_update_stack", change)
        updated = accepted(engine, "update_stack", change)
    if updated is not None:
        settle(engine, identity)
    end(engine, identity)
    return True


def arguments(request: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a request comes to on the wire."""
    sent = json.loads(json.dumps(request))
    sent = sent if isinstance(sent, dict) else {"template": sent}
    found = {key: sent.get(key) for key in ("template", "params", "files", "environment_files")}
    return {
        key: it
        for key, it in {**found, "args": sent.get("args"), "stack_name": sent.get("name")}.items()
        if key.removeprefix("stack_") not in without
    }


def only_told(engine: Endpoint, method: str, sent: dict[str, Any]) -> None:
    """Call what writes nothing, and see that it doesn't."""
    before = engine.rows()
    with contextlib.suppress(HeatliteError):
        json.dumps(engine.call(method, **sent))
    assert engine.rows() == before, f"{method} wrote something"


def accepted(engine: Endpoint, method: str, sent: dict[str, Any]) -> Any:
    """The reply of what writes; None where it is refused, and leaves nothing behind."""
    before = engine.rows()
    try:
        return engine.call(method, **sent)
    except HeatliteError:
        assert engine.rows() == before, f"{method} was refused, and left something"
        return None


def settle(engine: Endpoint, identity: dict[str, Any]) -> None:
    """Do all that is announced; the stack ends, and can be looked at."""
    with soon():
        engine.settle()
        shown = engine.show(identity, resolve_outputs=True)
        assert shown["stack_status"] in ENDED
        json.dumps([engine.call(method, stack_identity=identity) for method in SHOWN])
        for resource in engine.call("list_stack_resources", stack_identity=identity):
            name = resource["resource_name"]
            json.dumps(engine.call("describe_stack_resource", stack_identity=identity, resource_name=name))


def end(engine: Endpoint, identity: dict[str, Any]) -> None:
    """Delete the stack, and see it gone."""
    with soon():
        engine.call("delete_stack", stack_identity=identity)
        engine.settle()
        assert engine.show(identity)["stack_status"] == "COMPLETE"
