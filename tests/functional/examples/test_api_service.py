"""The example of an API process: a stack is created by one request, and followed by others."""

from __future__ import annotations

import http.client
import importlib.util
import json
import pathlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployment import in_process
from tests.waiting import PATIENCE, wait_until

SOURCE = pathlib.Path(__file__).parents[3] / "examples" / "api_service.py"
TEMPLATE = {
    "heat_template_version": "2021-04-16",
    "parameters": {"word": {"type": "string"}},
    "resources": {"a": {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "word"}}}},
    "outputs": {"said": {"value": {"get_attr": ["a", "output"]}}},
}


class Api:
    """A client of the service."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, method: str, path: str, body: str | None = None) -> tuple[int, Any, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        connection.request(method, path, body)
        response = connection.getresponse()
        told = json.loads(response.read())
        connection.close()
        return response.status, told, response.headers["Location"]

    def raw(self, head: list[str], body: bytes) -> tuple[int, Any]:
        """Send bytes that no client library would."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE) as connection:
            lines = "\r\n".join(["POST /stacks HTTP/1.1", "Host: localhost", *head, "", ""])
            connection.sendall(lines.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return response.status, json.loads(response.read())


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    spec = importlib.util.spec_from_file_location("api_service", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    service = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(service)
    deployment = in_process(tmp_path_factory.mktemp("api"))
    server = service.serve(deployment.client, "demo", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Api(server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()
    deployment.stop()


def test_a_stack_is_created_and_followed_to_its_end(api: Api) -> None:
    request = json.dumps({"name": "web", "template": TEMPLATE, "parameters": {"word": "hello"}})
    status, told, location = api("POST", "/stacks", request)
    assert (status, location) == (202, f"/stacks/{told['id']}")
    wait_until(lambda: api("GET", location)[1]["state"] == "CREATE_COMPLETE", PATIENCE, "the stack")
    assert api("GET", location)[1]["outputs"] == {"said": "hello"}
    _, events, _ = api("GET", f"{location}/events")
    assert [event["resource_name"] for event in events] == ["web", "a", "a", "web"]
    assert api("POST", "/stacks", request)[0] == 409


@pytest.mark.parametrize(
    ("head", "body", "status", "said"),
    [
        (["Content-Length: -1"], b"{}", 400, "Content-Length"),
        (["Content-Length: +5"], b"{}", 400, "Content-Length"),
        (["Content-Length: 0x5"], b"{}", 400, "Content-Length"),
        (["Content-Length: 2", "Content-Length: 3"], b"{} ", 400, "Content-Length"),
        (["Content-Length: " + "9" * 5000], b"{}", 413, "at most"),
        (["Content-Length: 1048577"], b"{}", 413, "at most"),
        ([], b"{}", 411, "Content-Length"),
        (["Transfer-Encoding: chunked"], b"0\r\n\r\n", 501, "Content-Length"),
        (["Content-Length: 10"], b"{}", 400, "ends after 2 of 10"),
        (["Content-Length: 0"], b"", 400, "JSON"),
        (["Content-Length: 4"], b"\xff\xfe{}", 400, "JSON"),
        (["Content-Length: 2"], b"[]", 400, "missing"),
        (["Content-Length: 4"], b"null", 400, "missing"),
        (["Content-Length: 200000"], b"[" * 200_000, 400, "JSON"),
        (["Content-Length: 53"], b'{"name": 7, "template": {}, "parameters": {"a": 1}}   ', 400, "name"),
        (["Content-Length: 31"], b'{"name": "wob", "template": 7} ', 400, "template"),
        (["Content-Length: 35"], b'{"name": "a\\u0000", "template": {}}  ', 400, "name"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_and_the_service_goes_on(
    api: Api, head: list[str], body: bytes, status: int, said: str
) -> None:
    found, told = api.raw(head, body)
    assert (found, said in told["error"]) == (status, True), told
    assert api("GET", "/elsewhere")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/stacks/nobody", None, 404, "nobody"),
        ("GET", "/elsewhere", None, 404, "elsewhere"),
        ("POST", "/stacks", "{", 400, "JSON"),
        ("POST", "/stacks", "[]", 400, "JSON"),
        ("POST", "/stacks", '{"name": "wrong", "template": {"resources": {}}}', 400, "version"),
    ],
)
def test_an_error_says_what_is_wrong(
    api: Api, method: str, path: str, body: str | None, status: int, said: str
) -> None:
    found, told, _ = api(method, path, body)
    assert found == status
    assert said in told["error"]
