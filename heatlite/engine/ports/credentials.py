"""Store the credentials of the request that begins an operation. ``ports.clouds`` logs in with them at each step.

request ──of──▶ Credentials ──store, renew──▶ user_creds ◀── stack.user_creds_id
"""

from __future__ import annotations

from heatlite.context import EngineContext, RequestContext
from heatlite.db import stacks, user_creds
from heatlite.db.records import StackRecord
from heatlite.db.user_creds import Credentials
from heatlite.engine.common.inputs import Inputs


def of(context: RequestContext) -> Credentials:
    """Return the credentials of a request that can be stored. A token can't: it expires before a long operation ends.

    With a trust, no password is needed, and none is stored.
    """
    wire = context.wire
    common = {"region_name": wire.get("region_name"), "auth_url": wire.get("auth_url")}
    project = {"tenant": wire.get("project_name"), "tenant_id": context.project_id or None}
    if wire.get("trust_id"):
        trust = {"trust_id": wire["trust_id"], "trustor_user_id": wire.get("trustor_user_id")}
        return Credentials(**common, **project, **trust)
    user = {"username": context.username, "user_id": context.user_id}
    return Credentials(**user, password=wire.get("password") or None, **common, **project)


def renew(context: EngineContext, inputs: Inputs, stack: StackRecord, credentials: Credentials) -> None:
    """Run a stack's operations with other credentials from now on: those of the request that began the newest one.

    This runs in the transaction that begins the operation. Credentials without a secret replace none.

    :param stack: the stack as it is now, with the new traversal
    """
    if not credentials.is_secret:
        return
    now = inputs.utcnow()
    if stack.user_creds_id is None or not user_creds.update(context, stack.user_creds_id, credentials, now):
        columns = {"user_creds_id": user_creds.insert(context, credentials, now)}
        stacks.advance(context, stack.id, stack.current_traversal, columns)
