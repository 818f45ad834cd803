#!/usr/bin/env bash
# A service that the catalogue lacks is an object all the same in openstacksdk, if the connection was made from a session:
# `connection.workflow` raises nothing. What is read of it raises ServiceDisabledException, which is no AttributeError, so
# `hasattr` and `getattr` with a default raise it too, and no request is sent. Whoever asks whether a cloud has a service has to
# ask the session for its endpoint.
#
# Seen with openstacksdk 4.22.0 and keystoneauth1 5.18.1, and a catalogue that has Nova only:
#
#   workflow: _ServiceDisabledProxyShim
#   its endpoint, asked of the session: EndpointNotFound
#   hasattr(workflow, 'executions'): ServiceDisabledException
#   requests sent meanwhile: 0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3.11}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check openstacksdk==4.22.0 keystoneauth1==5.18.1 2>"$work/pip.log" ||
    { cat "$work/pip.log"; exit 2; }

cat >"$work/ask.py" <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from keystoneauth1 import session
from keystoneauth1.identity import v3
from openstack.connection import Connection

asked = []


class Keystone(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        nova = {"id": "n", "interface": "public", "region": "R", "region_id": "R", "url": f"{url}/nova"}
        domain = {"id": "default", "name": "Default"}
        token = {
            "methods": ["password"],
            "user": {"id": "u", "name": "ann", "domain": domain},
            "project": {"id": "p", "name": "p", "domain": domain},
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2999-01-01T00:00:00.000000Z",
            "catalog": [{"id": "c", "type": "compute", "name": "nova", "endpoints": [nova]}],
        }
        self.answer(201, {"token": token})

    def do_GET(self):
        asked.append(self.path)
        self.answer(404, {})

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("X-Subject-Token", "t")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *given):
        pass


server = HTTPServer(("127.0.0.1", 0), Keystone)
url = f"http://127.0.0.1:{server.server_port}"
threading.Thread(target=server.serve_forever, daemon=True).start()
login = v3.Password(f"{url}/v3", username="ann", password="x", user_domain_id="default", project_id="p")
connected = Connection(session=session.Session(auth=login), region_name="R")
workflow = connected.workflow
print("workflow:", type(workflow).__name__)
try:
    connected.session.get_endpoint(service_type="workflow", region_name="R")
except Exception as error:
    print("its endpoint, asked of the session:", type(error).__name__)
asked.clear()
try:
    print(hasattr(workflow, "executions"))
except Exception as error:
    print("hasattr(workflow, 'executions'):", type(error).__name__)
print("requests sent meanwhile:", len(asked))
PY
seen=$("$work/venv/bin/python" -I -W ignore "$work/ask.py" 2>/dev/null)
printf '%s\n' "$seen"
[ "$seen" = "workflow: _ServiceDisabledProxyShim
its endpoint, asked of the session: EndpointNotFound
hasattr(workflow, 'executions'): ServiceDisabledException
requests sent meanwhile: 0" ]
