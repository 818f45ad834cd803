"""Credentials of a stack's operations: those of the request that began the last one, stored or given as a trust.

::

    request ──of──▶ Credentials ──renew──▶ user_creds ◀── stack.user_creds_id      ports.clouds logs in with them

    grant a trust ─▶ begin ─┬─ stored: the trust is the stack's, and one that it had before is revoked
                            └─ not stored, for whatever reason: it is revoked

Only the request's token can grant a trust, so that comes first. If an engine dies in between, a trust remains that
nobody uses; nobody can find its id to do so.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from heatlite import exception
from heatlite.context import EngineContext, RequestContext
from heatlite.db import stacks, user_creds
from heatlite.db.records import StackRecord
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.db.user_creds import Credentials
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.ports.clouds import login_of_request
from heatlite.engine.shared import Shared


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


LOG = logging.getLogger(__name__)


@contextmanager
def for_new_stack(shared: Shared, context: RequestContext, stack_id: str) -> Iterator[Credentials]:
    """Yield the credentials that a new stack stores.

    If the block raises, the trust is revoked again, unless the stack has it nevertheless because only the database's
    answer was lost.
    """
    asked_by = granted(shared, context)
    try:
        yield asked_by
    except BaseException:
        if _is_unused(shared, stack_id, asked_by):
            revoke_new(shared, context, asked_by)
        raise


def _is_unused(shared: Shared, stack_id: str, asked_by: Credentials) -> bool:
    try:
        now = stored(shared, stack_id)
    except DATABASE_ERRORS:
        return False  # who can't look mustn't take it away
    return now is None or now.trust_id != asked_by.trust_id


@contextmanager
def for_stack(shared: Shared, context: RequestContext, stack: StackRecord) -> Iterator[Credentials]:
    """Yield the credentials that an existing stack stores. A trust of the same user and project is kept."""
    before = stored(shared, stack.id)
    asked_by = of(context) if serves_on(before, context) else granted(shared, context)
    try:
        yield asked_by
    finally:
        _settle(shared, context, stack.id, before, asked_by)


def _settle(
    shared: Shared, context: RequestContext, stack_id: str, before: Credentials | None, asked_by: Credentials
) -> None:
    """Revoke the trust that the stack doesn't have: the new one, or that of before."""
    with suppress(*DATABASE_ERRORS):  # who can't look mustn't take one away
        now = stored(shared, stack_id)
        if now is None or now.trust_id != asked_by.trust_id:
            revoke_new(shared, context, asked_by)
        elif before is not None and before.trust_id not in (None, now.trust_id):
            revoke(shared, before.trust_id)


def granted(shared: Shared, context: RequestContext) -> Credentials:
    """Return the credentials of a request, with a new trust if trusts are configured and the request can give one.

    :raises CloudError: where keystone refuses to let it
    """
    said, clouds = of(context), shared.clouds
    login, user_id = login_of_request(context), context.user_id
    if clouds is None or not clouds.settings.makes_trusts or said.trust_id is not None or login is None or not user_id:
        return said
    roles = [str(role) for role in context.wire.get("roles") or ()]
    trust_id = clouds.trusts.grant(login, str(user_id), context.project_id, roles)
    mine = {"trust_id": trust_id, "trustor_user_id": str(user_id)}
    return dataclasses.replace(said, username=None, user_id=None, password=None, **mine)


def serves_on(before: Credentials | None, context: RequestContext) -> bool:
    """Whether a stack's credentials are a trust of this very user and project."""
    if before is None or before.trust_id is None or context.wire.get("password"):
        return False
    return (before.trustor_user_id, before.tenant_id) == (context.user_id, context.project_id)


def stored(shared: Shared, stack_id: str) -> Credentials | None:
    """Return a stack's stored credentials; None without a cloud, where nobody needs them."""
    if shared.clouds is None:
        return None
    stack = stacks.get(shared.context(), stack_id)
    if stack is None or stack.user_creds_id is None:
        return None
    return user_creds.get(shared.context(), stack.user_creds_id)


def revoke_new(shared: Shared, context: RequestContext, asked_by: Credentials) -> None:
    """Revoke a trust that was granted for this request."""
    if asked_by.trust_id is not None and asked_by.trust_id != context.wire.get("trust_id"):
        revoke(shared, asked_by.trust_id)


def revoke(shared: Shared, trust_id: str | None) -> None:
    """Revoke a trust that nobody needs any more. Where that fails, it is said in the log only."""
    if shared.clouds is None or trust_id is None:
        return
    try:
        shared.clouds.trusts.revoke(trust_id)
    except exception.HeatliteError as error:
        LOG.warning("A trust that is of no use any more can't be revoked: %s", error)
