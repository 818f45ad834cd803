"""A small API in front of heatlite's engines: create a stack with one request, and follow it with others.

    POST /stacks                {"name": "web", "template": {…}, "parameters": {…}}    ▶ 202, Location: /stacks/<id>
    GET  /stacks/<id>           state, reason, outputs
    GET  /stacks/<id>/events    what has happened so far

It needs nothing but ``heatlite.rpc`` and the standard library, and keeps nothing: kill it at any time. There is no
login here: put one in front, and set the project from it. ::

    python examples/api_service.py --config-file heatlite.conf --port 8004
    curl -i localhost:8004/stacks -d '{"name": "web", "template": {"heat_template_version": "2021-04-16"}}'
"""

from __future__ import annotations

import argparse
import json
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from heatlite import exception
from heatlite.rpc.engine_client import EngineClient
from heatlite.rpc.queries import EventQuery

MOST_BYTES = 1024 * 1024
SECONDS_TO_SEND = 30
STATUSES = {
    exception.EntityNotFound: HTTPStatus.NOT_FOUND,
    exception.StackExists: HTTPStatus.CONFLICT,
    exception.NoAnswer: HTTPStatus.SERVICE_UNAVAILABLE,
}
Reply = tuple[HTTPStatus, Any]


class Stacks:
    """The three requests, as calls of the engine."""

    def __init__(self, client: EngineClient, project: str) -> None:
        self._client = client
        self._context = {"project_id": project, "tenant": project, "username": "api", "roles": ["member"]}

    def create(self, request: dict[str, Any]) -> Reply:
        """Begin to create a stack. When this returns, some engine will finish it, whatever becomes of this process."""
        identity = self._client.create_stack(
            self._context,
            request["name"],
            request["template"],
            {"parameters": request.get("parameters", {})},
            request.get("files", {}),
            {"disable_rollback": True},
        )
        return HTTPStatus.ACCEPTED, {"id": identity["stack_id"]}

    def show(self, stack_id: str) -> Reply:
        """One stack: a look at the database, however far away the engine is that works on it."""
        identity = self._client.identify_stack(self._context, stack_id)
        (stack,) = self._client.show_stack(self._context, identity, resolve_outputs=True)
        state = f"{stack['stack_action']}_{stack['stack_status']}"
        outputs = {each["output_key"]: each.get("output_value") for each in stack.get("outputs", [])}
        return HTTPStatus.OK, {"state": state, "reason": stack["stack_status_reason"], "outputs": outputs}

    def events(self, stack_id: str) -> Reply:
        """What has happened, oldest first."""
        identity = self._client.identify_stack(self._context, stack_id)
        found = self._client.list_events(self._context, identity, EventQuery(sort_dir="asc"))
        names = ("event_time", "resource_name", "resource_action", "resource_status", "resource_status_reason")
        return HTTPStatus.OK, [{name: event[name] for name in names} for event in found]


def read(body: bytes) -> dict[str, Any]:
    """The request in a body.

    :raises ValueError: where it is no JSON object with a name and a template, or nested too deeply
    """
    try:
        request = json.loads(body)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(request, dict) or not {"name", "template"} <= request.keys():
        raise ValueError("name or template is missing")
    return request


def answer(stacks: Stacks, method: str, path: str, body: bytes) -> Reply:
    """The reply to a request; an error of the engine is told in its own words."""
    try:
        match method, path.strip("/").split("/"):
            case "POST", ["stacks"]:
                return stacks.create(read(body))
            case "GET", ["stacks", stack_id]:
                return stacks.show(stack_id)
            case "GET", ["stacks", stack_id, "events"]:
                return stacks.events(stack_id)
        return HTTPStatus.NOT_FOUND, {"error": f"there is no {method} {path}"}
    except exception.HeatliteError as error:
        known = (status for kind, status in STATUSES.items() if isinstance(error, kind))
        return next(known, HTTPStatus.BAD_REQUEST), {"error": str(error)}
    except ValueError as error:
        return HTTPStatus.BAD_REQUEST, {"error": f"a stack is a JSON object with name and template: {error}"}


def body_length(headers: Message) -> tuple[int, Reply | None]:
    """How many bytes a request's body has; and the reply that refuses it, where it can't be read."""
    if headers.get("Transfer-Encoding"):
        return 0, (HTTPStatus.NOT_IMPLEMENTED, {"error": "send the body whole, with a Content-Length"})
    written = headers.get_all("Content-Length") or []
    if not written:
        return 0, (HTTPStatus.LENGTH_REQUIRED, {"error": "send a Content-Length, and a body of that many bytes"})
    if len(set(written)) > 1 or not (written[0].isascii() and written[0].isdigit()):
        return 0, (HTTPStatus.BAD_REQUEST, {"error": "Content-Length is the number of the body's bytes"})
    if len(written[0]) > len(str(MOST_BYTES)) or int(written[0]) > MOST_BYTES:
        return 0, (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": f"a body has {MOST_BYTES} bytes at most"})
    return int(written[0]), None


def serve(client: EngineClient, project: str, port: int) -> ThreadingHTTPServer:
    """A server on the loopback; call its ``serve_forever``. Port 0 takes any that is free."""
    stacks = Stacks(client, project)

    class Handler(BaseHTTPRequestHandler):
        timeout = SECONDS_TO_SEND  # nobody holds a thread by sending nothing

        def do_GET(self) -> None:
            self.reply(b"")

        def do_POST(self) -> None:
            length, refusal = body_length(self.headers)
            if refusal is not None:
                self.close_connection = True  # what was sent is still to be read, and isn't
                self.send(*refusal)
                return
            body = self.rfile.read(length)
            if len(body) < length:
                self.close_connection = True
                self.send(HTTPStatus.BAD_REQUEST, {"error": f"the body ends after {len(body)} of {length} bytes"})
                return
            self.reply(body)

        def reply(self, body: bytes) -> None:
            self.send(*answer(stacks, self.command, self.path, body))

        def send(self, status: HTTPStatus, told: Any) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            if self.close_connection:
                self.send_header("Connection", "close")
            if status == HTTPStatus.ACCEPTED:
                self.send_header("Location", f"/stacks/{told['id']}")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until Ctrl-C. Without a ``transport_url`` the engine runs in this process."""
    from heatlite.cmd import session

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config-file", action="append", default=[], help="heatlite's configuration")
    parser.add_argument("--port", type=int, default=8004)
    parser.add_argument("--project", default="default")
    options = parser.parse_args()
    engine = session.connect(options.config_file)
    try:
        serve(engine.client, options.project, options.port).serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        engine.close()


if __name__ == "__main__":
    main()
