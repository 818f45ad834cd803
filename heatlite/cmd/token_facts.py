"""Ask keystone whose a token is, so that a command acts as that user, in that project, with those roles."""

from __future__ import annotations

from typing import Any

from heatlite import exception


def facts_of(token: str, auth_url: str | None) -> dict[str, Any]:
    """Return the parts of a request's context that a token decides.

    :param auth_url: keystone's URL, with or without its version
    :raises CommandError: when there is no URL, or keystone doesn't accept the token, or it is for no project
    """
    from keystoneauth1 import exceptions, session

    from heatlite.clients.given_token import GivenToken

    if not auth_url:
        raise exception.CommandError(reason="A token (--os-token) needs keystone's URL: --os-auth-url, or OS_AUTH_URL")
    url = auth_url.rstrip("/")
    plugin = GivenToken(url if url.endswith("/v3") else f"{url}/v3", token)
    try:
        access = plugin.get_access(session.Session(auth=plugin))
    except exceptions.ClientException as error:
        raise exception.CommandError(reason=f"Keystone doesn't say whose the token is: {error}") from None
    if access.project_id is None:
        raise exception.CommandError(reason="The token is for no project: ask keystone for one that is")
    project = dict.fromkeys(("project", "project_id", "tenant", "tenant_id"), access.project_id)
    user = {"user": access.user_id, "user_id": access.user_id, "username": access.username}
    return {**project, **user, "project_name": access.project_name, "roles": access.role_names, "auth_token": token}
