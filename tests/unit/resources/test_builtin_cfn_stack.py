"""AWS::CloudFormation::Stack: where its template comes from, and what can be asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from heatlite.exception import InvalidTemplateAttribute, StackValidationFailed
from heatlite.resources.builtin import cfn_stack
from heatlite.resources.builtin.access_policy import AccessPolicy
from heatlite.resources.builtin.cfn_stack import CfnStack
from heatlite.resources.testing import instance_of
from heatlite.schema.child_process import allowed

UUID = "5ee4c1f0-7a5d-4e1c-9f3f-2f9c8a8b1d11"
TEMPLATE = '{"HeatTemplateFormatVersion": "2012-12-12"}'


class Pages(BaseHTTPRequestHandler):
    """One template, and nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/it.template" else 404)
        self.end_headers()
        self.wfile.write(TEMPLATE.encode())

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def stack(url: Any, **facts: Any) -> CfnStack:
    return CfnStack(instance_of(CfnStack, {"TemplateURL": url, "TimeoutInMinutes": 5, "Parameters": {"a": 1}}, **facts))


def test_the_template_is_the_page_or_the_file_that_came_with_the_parents(site: str) -> None:
    assert stack(f"{site}/it.template").child_template() == TEMPLATE
    assert stack("http://here/a", files={"http://here/a": "text"}).child_template() == "text"
    assert (stack("http://here/a").child_parameters(), stack("http://here/a").child_timeout()) == ({"a": 1}, 5)


@pytest.mark.parametrize(
    ("url", "reason"),
    [("/nothing", "the server answers 404"), ("file:///etc/passwd", "a URL of http or https"), ("x", "a URL of http")],
)
def test_a_page_that_cannot_be_had_is_told_with_its_reason(site: str, url: str, reason: str) -> None:
    with pytest.raises(StackValidationFailed, match=f"Could not fetch remote template: .*{reason}"):
        stack(site + url if url.startswith("/") else url).child_template()


def test_all_pages_of_a_call_share_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def page(url: str, time_limit: float, largest: int) -> bytes:
        given.append(time_limit)
        return TEMPLATE.encode()

    monkeypatch.setattr(cfn_stack, "read_web", page)
    with allowed(3.0) as left:
        assert stack("http://here/a").child_template() == TEMPLATE
        left.left = 0.0
        with pytest.raises(StackValidationFailed, match="http://here/b: no time is left in this call"):
            stack("http://here/b").child_template()
    assert len(given) == 1
    assert given[0] <= 3.0
    stack("http://here/c").child_template()
    assert given[1:] == [cfn_stack.TIME_LIMIT]


def test_the_time_that_a_page_takes_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cfn_stack, "read_web", lambda *arguments: TEMPLATE.encode())
    with allowed(3.0) as left:
        stack("http://here/a").child_template()
        assert left.left < 3.0


def test_while_the_url_is_not_known_there_is_no_template() -> None:
    unknown = object()
    assert stack(unknown, unknown=unknown).child_template() is None


def test_its_attributes_are_its_outputs() -> None:
    recorded = {"Outputs": {"address": {"ip": "::1"}}}
    assert CfnStack.has_attribute("Outputs.address")
    assert not CfnStack.has_attribute("address")
    assert CfnStack.read_attribute("web", recorded, "Outputs.address", ["ip"]) == "::1"
    with pytest.raises(InvalidTemplateAttribute, match=r"Outputs\.other"):
        CfnStack.read_attribute("web", recorded, "Outputs.other", [])


def test_its_reference_is_the_stacks_identity_once_there_is_one() -> None:
    assert stack("http://here/a").reference() == "web"
    there = stack("http://here/a", resource_id="id", uuid=UUID, stack_name="shop", project_id="p9")
    assert there.reference() == f"arn:openstack:heat::p9:stacks/{there.physical_resource_name()}/{UUID}"


def test_a_policy_allows_what_it_names() -> None:
    assert AccessPolicy.allows({"AllowedResources": ["web"]}, "web")
    assert not AccessPolicy.allows({"AllowedResources": ["web"]}, "db")
