"""``heatlite-manage stack``: explain a stack's state, and begin a new operation for a stack that went wrong.

explain   reads the database, and needs nothing else: no broker, no engine
repair    asks an engine, over the broker, for an operation as any client does
reset     (``reset_stack_status``) asks an engine to end the running operation as FAILED, at its present point

No state is edited. heat-manage does that for a stack that no engine works on any more. heatlite has no such stacks,
because engines take over the work of dead ones. Only an operation that takes too long has to be ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from oslo_config import cfg

AS_BEFORE = {"existing": True, "converge": True, "refresh": False}
"""The arguments of an update that visits every resource, and leaves alone what was changed outside."""
WithDatabase = Callable[..., None]


def add_parsers(subparsers: Any, with_database: WithDatabase) -> None:
    """Add the subcommands. ``with_database`` calls a function with the configured database."""
    stack = subparsers.add_parser("stack", help="one stack, of any project")
    actions = stack.add_subparsers(dest="action", required=True)
    explain = actions.add_parser("explain", help="explain the stack's state: what runs, and what waits for what")
    explain.add_argument("stack", metavar="STACK", help="id, or name if only one stack has it")
    explain.set_defaults(function=lambda conf: with_database(lambda database: explain_stack(conf, database), conf))
    repair = actions.add_parser("repair", help="begin a new operation with the stack's present template")
    repair.add_argument("stack", metavar="STACK", help="id, or name if only one stack has it")
    repair.set_defaults(function=lambda conf: with_database(lambda database: repair_stack(conf, database), conf))
    reset = subparsers.add_parser(
        "reset_stack_status", help="end the running operation as FAILED, at its present point"
    )
    reset.add_argument("stack", metavar="STACK_ID", help="id, or name if only one stack has it")
    reset.set_defaults(function=lambda conf: with_database(lambda database: reset_stack(conf, database), conf))


def explain_stack(conf: cfg.ConfigOpts, database: Any) -> None:
    """Print the explanation.

    :raises EntityNotFound: when there is no such stack
    :raises Invalid: when several stacks have the name
    """
    from heatlite.context import EngineContext
    from heatlite.engine.observability import explaining

    context = EngineContext(database)
    stack = explaining.find(context, conf.command.stack)
    facts = explaining.facts_of(
        context, stack, time.time(), sweep_interval=conf.sweep_interval, lease_seconds=conf.lease_seconds
    )
    print("\n".join(explaining.explained(facts)))


def repair_stack(conf: cfg.ConfigOpts, database: Any) -> None:
    """Begin the operation, and print it.

    :raises HeatliteError: when the stack can't be repaired, an engine refuses, or none answers
    """
    from heatlite.cmd import connect
    from heatlite.context import EngineContext
    from heatlite.engine.observability import explaining
    from heatlite.engine.observability.explaining.remedy import remedy
    from heatlite.rpc import broker, transport

    stack = explaining.find(EngineContext(database), conf.command.stack)
    begun = remedy(stack)
    bus = transport.get(conf)
    try:
        begin(connect.client_of(bus), stack.tenant, stack.id, begun)
    finally:
        broker.close(bus)
    print(f"Stack {stack.name} ({stack.id}): {begun} has begun. See: heatlite-manage stack explain {stack.id}")


def reset_stack(conf: cfg.ConfigOpts, database: Any) -> None:
    """End the running operation, and print what can be done next.

    :raises HeatliteError: when no operation runs that may be ended, or no engine answers
    """
    from heatlite.cmd import connect
    from heatlite.context import EngineContext
    from heatlite.engine.observability import explaining
    from heatlite.engine.observability.explaining.remedy import check_resettable
    from heatlite.rpc import broker, transport

    stack = explaining.find(EngineContext(database), conf.command.stack)
    check_resettable(stack)
    bus = transport.get(conf)
    try:
        client, context = connect.client_of(bus), {"project_id": stack.tenant}
        client.stack_cancel_update(context, client.identify_stack(context, stack.id), False)
    finally:
        broker.close(bus)
    print(f"Stack {stack.name} ({stack.id}): {stack.action} has ended, FAILED; what runs at this moment finishes.")
    print(f"To have it done after all: heatlite-manage stack repair {stack.id}")


def begin(client: Any, project: str, stack_id: str, operation: str) -> None:
    """Ask an engine for the operation, as a member of the stack's project without credentials.

    :raises HeatliteError: from the engine
    """
    context = {"project_id": project}  # no secret: the credentials stored with the stack stay
    identity = client.identify_stack(context, stack_id)
    match operation:
        case "DELETE":
            client.delete_stack(context, identity)
        case "SUSPEND":
            client.stack_suspend(context, identity)
        case _:
            client.update_stack(context, identity, None, {}, {}, AS_BEFORE)
