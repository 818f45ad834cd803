"""AWS::IAM::User and AccessKey, against the real keystone: who signs with the key reads what the policies allow."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.resources.signing import signature
from tests.deployment import InProcess
from tests.identity.keystone_server import Keystone
from tests.identity.test_stack_users import in_domain, outputs
from tests.identity.test_trusts import tell
from tests.story import hot

URL = "http://cfn.invalid:8000/v1/"


def with_a_user() -> dict[str, Any]:
    """A user with a policy and a key, and what a server needs of them."""
    policy = {"type": "OS::Heat::AccessPolicy", "properties": {"AllowedResources": ["web"]}}
    user = {"type": "AWS::IAM::User", "properties": {"Policies": [{"get_resource": "policy"}]}}
    key = {"type": "AWS::IAM::AccessKey", "properties": {"UserName": {"get_resource": "user"}}}
    told = {
        "access": {"value": {"get_resource": "key"}},
        "secret": {"value": {"get_attr": ["key", "SecretAccessKey"]}},
        "name": {"value": {"get_attr": ["key", "UserName"]}},
    }
    stored = {"type": "OS::Heat::Value", "properties": {"value": 1}}
    return hot(None, told, policy=policy, user=user, key=key, web=stored, db=stored)


def signed_in(keystone: Keystone, access: str, secret: str) -> Any:
    """What keystone answers to a signed request, as heat-api-cfn passes it on."""
    query = {"Action": "DescribeStackResource", "AWSAccessKeyId": access, "SignatureMethod": "HmacSHA256"} | {
        "SignatureVersion": "2"
    }
    signed = signature("GET", URL, query, secret)
    shown = {"access": access, "host": "cfn.invalid:8000", "verb": "GET", "path": "/v1/", "params": query}
    session = keystone.sessions().of(keystone.login("heat", "service"))
    body = {"credentials": {**shown, "signature": signed}}
    return session.post(f"{keystone.url}/ec2tokens", json=body, raise_exc=False)


def test_who_signs_with_the_key_reads_what_the_policies_allow(engine: InProcess, keystone: Keystone) -> None:
    before = in_domain(keystone)
    story = tell(engine, keystone, "ann")
    story.create(with_a_user())
    story.settle("CREATE_COMPLETE")
    found = outputs(story)
    assert signed_in(keystone, found["access"], "another secret").status_code == 401
    answer = signed_in(keystone, found["access"], found["secret"])
    assert answer.status_code == 200, answer.text
    token = answer.json()["token"]
    assert token["user"]["name"] == found["name"]

    project = token["project"]["id"]
    who = {"user": token["user"]["id"], "username": token["user"]["name"]}
    as_user = {"project_id": project, **who, "roles": ["heat_stack_user"]}
    identity = {**story.identity, "tenant": project}
    assert engine.client.describe_stack_resource(as_user, identity, "web")["resource_name"] == "web"
    for name in ("db", "user", "key", "policy"):
        with pytest.raises(exception.Forbidden):
            engine.client.describe_stack_resource(as_user, identity, name)

    story.delete()
    story.settle("DELETE_COMPLETE")
    assert in_domain(keystone) == before
    assert signed_in(keystone, found["access"], found["secret"]).status_code == 404


def test_a_key_goes_before_its_user(engine: InProcess, keystone: Keystone) -> None:
    story = tell(engine, keystone, "ann")
    template = with_a_user()
    story.create(template)
    story.settle("CREATE_COMPLETE")
    found = outputs(story)
    without = {name: it for name, it in template["resources"].items() if name != "key"}
    story.update({**template, "resources": without, "outputs": {}})
    story.settle("UPDATE_COMPLETE")
    assert signed_in(keystone, found["access"], found["secret"]).status_code == 404
    assert found["name"] in in_domain(keystone)["user"]
    story.delete()
    story.settle("DELETE_COMPLETE")
