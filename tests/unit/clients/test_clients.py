"""What the clients do about names, voided tokens, lost answers and refusals."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import quote

import pytest
import requests
from keystoneauth1 import exceptions
from openstack import exceptions as sdk_exceptions
from urllib3.util.retry import Retry

from heatlite import exception
from heatlite.clients.api import Api
from heatlite.clients.domain import Domain
from heatlite.clients.failures import as_cloud_errors
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.paths import is_plain
from heatlite.clients.sessions import Sessions, patient
from heatlite.clients.trusts import Trusts
from tests.memory_keystone import SETTINGS, URL, MemoryKeystone

ANN = Login(user_id="u-ann", password="hunter2", project_id="p-shop")


@pytest.fixture
def keystone() -> MemoryKeystone:
    return MemoryKeystone()


@pytest.fixture
def sessions(keystone: MemoryKeystone) -> Sessions:
    return keystone.sessions()


@pytest.fixture
def identity(sessions: Sessions) -> Identity:
    return Identity(sessions.of(ANN), URL)


def logins(keystone: MemoryKeystone) -> int:
    return keystone.asked.count(("POST", "auth/tokens"))


def test_nothing_is_sent_before_it_is_needed_and_one_login_serves_many(
    keystone: MemoryKeystone, sessions: Sessions
) -> None:
    session = sessions.of(ANN)
    assert keystone.asked == []
    Identity(session, URL).listed("role")
    Identity(sessions.of(dataclasses.replace(ANN)), URL).listed("role")
    assert logins(keystone) == 1


def test_a_voided_token_is_replaced_and_the_call_repeated(
    keystone: MemoryKeystone, sessions: Sessions, identity: Identity
) -> None:
    identity.listed("role")
    keystone.void.add(str(sessions.of(ANN).get_token()))
    assert identity.get("project", "p-shop")
    assert logins(keystone) == 2


def test_a_requests_token_is_used_as_it_is_and_not_kept(keystone: MemoryKeystone, sessions: Sessions) -> None:
    login = Login(token="gAAAA")
    assert Identity(sessions.of(login), URL).get("project", "p-shop")
    assert logins(keystone) == 0
    assert sessions.of(login) is not sessions.of(login)
    keystone.void.add("gAAAA")
    with pytest.raises(exception.CloudError, match="answered 401"):
        Identity(sessions.of(login), URL).get("project", "p-shop")


def test_only_what_cannot_have_been_done_is_tried_again() -> None:
    retry: Any = patient(2, "https://keys").get_adapter("https://keys").max_retries
    assert isinstance(retry, Retry)
    assert (retry.connect, retry.read) == (2, 0)
    assert retry.is_retry("POST", 503)
    assert not any(retry.is_retry("POST", status) for status in (409, 500, 502, 504))


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("project", "p-shop", "p-shop"),
        ("project", "shop", "p-shop"),
        ("project", "shop{Default}", "p-shop"),
        ("domain", "Default", "default"),
        ("region", "RegionOne", "RegionOne"),
        ("service", "keystone", "s-keys"),
    ],
)
def test_a_name_or_an_id_gives_the_id(identity: Identity, kind: str, name: str, found: str) -> None:
    assert identity.id_of(kind, name) == found


@pytest.mark.parametrize(
    ("kind", "name"),
    [("project", "nowhere"), ("project", ""), ("project", "../users/u-ann"), ("region", "Two"), ("user", "ann{heat}")],
)
def test_what_is_not_there_is_named(identity: Identity, kind: str, name: str) -> None:
    with pytest.raises(exception.EntityNotFound, match=f"Keystone{kind.capitalize()}"):
        identity.id_of(kind, name)


def test_deleting_and_changing_what_is_gone_is_no_error(identity: Identity) -> None:
    assert not identity.delete("project", "gone")
    assert identity.update("project", "gone", {"name": "x"}) is None
    assert not identity.remove("projects/p-shop/users/u-ann/roles/r-member")


def test_a_refusal_tells_keystones_own_words(identity: Identity) -> None:
    with pytest.raises(exception.CloudConflict, match="Keystone answered 409: Conflict occurred"):
        identity.create("project", {"name": "shop", "domain_id": "default"})


def test_a_request_whose_answer_was_lost_may_have_been_done_and_is_not_repeated(
    keystone: MemoryKeystone, identity: Identity
) -> None:
    identity.listed("role")
    keystone.dies_after = "POST"
    with pytest.raises(exception.CloudUnavailable, match="no answer"):
        identity.create("project", {"name": "web"})
    assert keystone.asked.count(("POST", "projects")) == 1


def test_a_trust_is_to_the_engines_user_and_for_the_roles_asked_for(
    keystone: MemoryKeystone, sessions: Sessions
) -> None:
    trusts = Trusts(sessions)
    trust_id = trusts.grant(Login(token="t"), "u-ann", "p-shop", ["member", "reader"])
    trust = keystone.things["trust"][trust_id]

    assert (trust["trustor_user_id"], trust["trustee_user_id"]) == ("u-ann", "u-heat")
    assert trust["impersonation"]
    assert trust["roles"] == [{"name": "member"}, {"name": "reader"}]
    trusts.revoke(trust_id)
    trusts.revoke(trust_id)
    assert keystone.things["trust"] == {}


def test_configured_roles_are_passed_on_in_place_of_all(keystone: MemoryKeystone) -> None:
    sessions = keystone.sessions(dataclasses.replace(SETTINGS, trusts_delegated_roles=("reader",)))
    trust_id = Trusts(sessions).grant(Login(token="t"), "u-ann", "p-shop", ["member"])
    assert keystone.things["trust"][trust_id]["roles"] == [{"name": "reader"}]


@pytest.mark.parametrize("allowed", [False, True])
def test_services_may_pass_a_trust_on_only_if_that_is_configured(keystone: MemoryKeystone, allowed: bool) -> None:
    sessions = keystone.sessions(dataclasses.replace(SETTINGS, allow_trusts_redelegation=allowed))
    trust_id = Trusts(sessions).grant(Login(token="t"), "u-ann", "p-shop", ["member"])
    assert keystone.things["trust"][trust_id]["allow_redelegation"] is allowed


def test_nothing_secret_stands_in_a_login_that_is_shown() -> None:
    shown = repr(Login(token="tok-1", password="hunter2", trust_id="t-4711", username="ann"))
    assert "ann" in shown
    assert not any(secret in shown for secret in ("tok-1", "hunter2", "t-4711"))


def test_a_project_in_the_domain_is_made_once_and_goes_with_its_users(keystone: MemoryKeystone) -> None:
    domain = Domain(keystone.sessions())
    project = domain.project("shop-web")
    assert domain.project("shop-web") == project
    user = domain.user("web-handle", "hunter2", project)
    assert domain.user("web-handle", "hunter3", project) == user
    assert keystone.things["user"][user]["password"] == "hunter3"

    domain.delete_projects("shop-web")
    domain.delete_projects("shop-web")
    assert user not in keystone.things["user"]
    assert project not in keystone.things["project"]


def test_without_a_domain_it_is_said_what_to_configure(keystone: MemoryKeystone) -> None:
    domain = Domain(keystone.sessions(dataclasses.replace(SETTINGS, stack_domain=None)))
    with pytest.raises(exception.ConfigurationError, match="stack_user_domain_id or stack_user_domain_name"):
        domain.project("shop-web")


@pytest.mark.parametrize("written", [".", "..", "a/../b"])
def test_what_a_client_wrote_for_an_id_leads_to_no_other_path(
    keystone: MemoryKeystone, sessions: Sessions, identity: Identity, written: str
) -> None:
    identity.listed("role")
    before = list(keystone.asked)
    assert identity.get("project", written) is None
    assert not identity.delete("user", written)
    assert not identity.remove(f"groups/{written}/users/u")
    with pytest.raises(exception.CloudError):
        identity.put(f"groups/{written}/users/u")
    assert keystone.asked == before
    api = Api("network", lambda: pytest.fail("a request would be sent"))
    for path in (quote(written, safe=""), written, quote(written).replace(".", "%2e")):
        for send in (api.get, api.delete, api.put, api.post):
            with pytest.raises(exception.CloudNotFound):
                send(f"/ports/{path}/tags?name=a")


@pytest.mark.parametrize(
    "path", ["/ports/a.b", "/v2.0/..ports", "/images?marker=../x", "https://c/v2.0/ports?a=..#/.."]
)
def test_dots_within_a_name_or_a_query_are_no_other_path(path: str) -> None:
    assert is_plain(path)


@pytest.mark.parametrize(
    ("error", "is_lost"),
    [
        (exceptions.ConnectFailure("refused"), True),
        (exceptions.ConnectTimeout("too long"), True),
        (exceptions.UnknownConnectionError("half", requests.exceptions.ChunkedEncodingError()), True),
        (exceptions.UnknownConnectionError("half", requests.exceptions.ContentDecodingError()), True),
        (exceptions.UnknownConnectionError("no address", requests.exceptions.InvalidURL()), False),
        (exceptions.Unauthorized("wrong password"), False),
    ],
)
def test_half_an_answer_is_none_and_what_cannot_be_sent_fails(error: Exception, is_lost: bool) -> None:
    with pytest.raises(exception.CloudError) as raised, as_cloud_errors():
        raise error
    assert isinstance(raised.value, exception.CloudUnavailable) is is_lost


@pytest.mark.parametrize(("status", "is_later"), [(503, True), (429, True), (403, False)])
def test_a_login_that_is_refused_for_now_may_be_accepted_later(status: int, is_later: bool) -> None:
    with pytest.raises(exception.CloudError) as raised, as_cloud_errors():
        raise exceptions.HttpError("busy", http_status=status)
    assert isinstance(raised.value, exception.CloudUnavailable) is is_later


def test_a_service_that_does_not_tell_its_versions_is_asked_again() -> None:
    """The SDK takes one whose versions can't be read now for one that has none which it knows."""
    answers: list[Any] = [sdk_exceptions.NotSupported("exists but does not have any supported versions"), SDKClient()]

    def find_client() -> Any:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    api = Api("image", find_client)
    with pytest.raises(exception.CloudUnavailable, match="supported versions"):
        api.get("/images")
    assert api.get("/images") == {"images": []}


class SDKClient:
    """What the SDK gives for a service."""

    def request(self, path: str, method: str, **_: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"images": []}'
        return answer
