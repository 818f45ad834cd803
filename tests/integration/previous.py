"""``python -m tests.integration.previous``: an engine of the version before, for tests of rolling upgrades.

It is today's, without what that one couldn't do yet; with each release it is written anew::

    messages   heat-engine-listener 1.0, which has no ``wake``
               no ``engine_nested``: what is to be done with a nested stack is a call of Heat's own method on the topic
               ``engine``, and is in its ``args``
    schema     0004: it says nothing of columns that came later
"""

from __future__ import annotations

import sys
from typing import Any

import heatlite
from heatlite.cmd import engine

VERSION = "the one before"
NESTED = "nested_operation"
CHANGES = ("create_stack", "update_stack", "delete_stack")
VISITS = ("stack_suspend", "stack_resume", "stack_check")
LATER = {"version"}
"""The columns of ``service`` that came later."""


def forget() -> None:
    """Take away what is new. Called once the backend has been chosen, after which anything may be imported."""
    import oslo_messaging

    from heatlite.db import services
    from heatlite.engine.runtime import listener
    from heatlite.rpc import messages

    heatlite.__version__ = VERSION
    begin_nested_stacks_by_the_client_api()
    messages.LISTENER_VERSION = "1.0"
    del listener.ListenerEndpoint.wake
    listener.ListenerEndpoint.target = oslo_messaging.Target(version="1.0")
    register = services.register

    def register_as_before(context: Any, values: Any) -> None:
        register(context, {name: value for name, value in values.items() if name not in LATER})

    services.register = register_as_before


def begin_nested_stacks_by_the_client_api() -> None:
    """Send and take operations on nested stacks as calls of Heat's methods."""
    from heatlite.engine.api.service import EngineEndpoint
    from heatlite.rpc import messages
    from heatlite.rpc.worker_client import WorkerClient

    messages.NESTED_TOPIC = "a topic of which this version knows nothing"
    WorkerClient.begin = cast_to_the_client_api  # type: ignore[method-assign]
    for name in (*CHANGES, *VISITS):
        setattr(EngineEndpoint, name, or_nested(getattr(EngineEndpoint, name)))


def cast_to_the_client_api(self: Any, request: dict[str, Any], message: Any) -> None:
    """What ``WorkerClient.begin`` did."""
    verb, identity = message.verb.lower(), {"tenant": request["project_id"], "stack_name": message.name, "path": ""}
    method = f"stack_{verb}" if f"stack_{verb}" in VISITS else f"{verb}_stack"
    nothing = {"template": None, "params": None, "files": None} if method in CHANGES[:2] else {}
    named = {"stack_identity": {**identity, "stack_id": message.child_id}}
    whose = {"stack_name": message.name} if verb == "create" else named
    client = self._nested.prepare(topic="engine", version="1.36")
    client.cast(request, method, **whose, **nothing, args={NESTED: message.to_wire()})


def or_nested(method: Any) -> Any:
    """A method of the client API that takes an engine's call as well."""
    from heatlite.engine.nested.begin import Children
    from heatlite.rpc.messages import BeginChild

    def call(self: Any, context: Any, **arguments: Any) -> Any:
        args = arguments.get("args") or {}
        if NESTED not in args:
            return method(self, context, **arguments)
        lifecycle = self._lifecycle
        children = Children(lifecycle._shared, lifecycle._recorder)
        return children.receive(context, [BeginChild.from_wire(args[NESTED])])

    return call


def main() -> int:
    """Run it."""
    run = engine.run

    def run_as_before(conf: Any) -> int:
        forget()
        return run(conf)

    engine.run = run_as_before
    return engine.main()


if __name__ == "__main__":
    sys.exit(main())
