"""The context of a user's request, as heat-api builds it from the user's token."""

from __future__ import annotations

from typing import Any


def request_context(session: Any, user: str, project: str) -> dict[str, Any]:
    """Build the context of a user's request as heat-api would send it: with a token, and without the password.

    :param session: an authenticated keystoneauth session of the user in the project
    :param user: the user's name
    :param project: the project's name
    """
    access = session.auth.get_access(session)
    return {
        "username": user,
        "user": access.user_id,
        "project_id": access.project_id,
        "project": access.project_id,
        "project_name": project,
        "roles": access.role_names,
        "auth_token": access.auth_token,
        "is_admin": False,
    }
