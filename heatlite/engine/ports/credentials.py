"""Store the credentials of the request that begins an operation, and build the context that engines use for it later.

request ──of──▶ Credentials ──store, renew──▶ user_creds ◀── stack.user_creds_id
                                                  │
RequestContext ◀──stored_context──────────────────┘         in any process, at any time
"""

from __future__ import annotations

from heatlite import exception
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


def stored_context(context: EngineContext, stack: StackRecord, request_id: str | None = None) -> RequestContext:
    """Return the context for a stack's operations: that of the last request on the stack, without its roles.

    :param context: names the database
    :param stack: the root stack, or a child, which has the same ``user_creds_id``
    :param request_id: the id of the current request, if there is one
    :raises NotFound: when the stack has no credentials (any more)
    :raises InvalidEncryptionKey: when they were encrypted with a key that isn't configured here
    """
    found = None if stack.user_creds_id is None else user_creds.get(context, stack.user_creds_id)
    if found is None:
        raise exception.NotFound(
            msg_fmt=f"The stack {stack.name} has no stored credentials. "
            "Update it: the credentials of the update are stored."
        )
    return RequestContext(context.database, wire(found, request_id))


def wire(credentials: Credentials, request_id: str | None = None) -> dict[str, object]:
    """Return credentials with the keys of Heat's ``RequestContext.to_dict()``."""
    return {
        "username": credentials.username,
        "user": credentials.username,
        "user_id": credentials.user_id,
        "password": credentials.password,
        "trust_id": credentials.trust_id,
        "trustor_user_id": credentials.trustor_user_id,
        "tenant": credentials.tenant,
        "project_name": credentials.tenant,
        "tenant_id": credentials.tenant_id,
        "project_id": credentials.tenant_id,
        "auth_url": credentials.auth_url,
        "region_name": credentials.region_name,
        "request_id": request_id,
        "is_admin": False,
    }
