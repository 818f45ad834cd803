"""A token that the command is given: keystone says whose it is, and a stack is made in that user's name."""

from __future__ import annotations

import argparse

import pytest

from heatlite import exception
from heatlite.cmd.session import request_context
from tests.deployment import InProcess
from tests.identity.keystone_server import Keystone
from tests.identity.test_trusts import stored
from tests.story import Story, hot, resource


def context_of(keystone: Keystone, token: str) -> dict[str, object]:
    """What a command sends that has this token, and else the options that nobody has given."""
    url = str(keystone.settings.auth_url).removesuffix("/v3")
    options = argparse.Namespace(os_project_id="default", os_username="login", os_token=token, os_auth_url=url)
    return request_context(options, "req-1")


def test_a_stack_is_made_for_the_user_and_in_the_project_of_the_token(engine: InProcess, keystone: Keystone) -> None:
    said = keystone.context("ann", "shop")
    story = Story(engine)
    story.context = context_of(keystone, said["auth_token"])
    assert (story.context["username"], story.context["user_id"]) == ("ann", said["user"])
    assert sorted(story.context["roles"]) == sorted(said["roles"])
    story.create(hot(one=resource()))
    story.settle("CREATE_COMPLETE")
    creds = stored(story)
    assert creds.trust_id is not None
    assert (creds.trustor_user_id, story.identity["tenant"]) == (said["user"], keystone.projects["shop"])
    story.delete()


def test_a_void_token_is_refused_before_an_engine_is_asked(keystone: Keystone) -> None:
    token = keystone.context("ann", "shop")["auth_token"]
    keystone.revoke(token)
    with pytest.raises(exception.CommandError, match="Keystone doesn't say whose the token is"):
        context_of(keystone, token)
