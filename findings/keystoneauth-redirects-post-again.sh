#!/usr/bin/env bash
# keystoneauth follows every redirect with the method and the body that it had: a POST that is answered by 303 See Other
# is sent again as a POST, although RFC 9110 (15.4.4) says that the new request retrieves what was made, by GET. A
# Location without a host, which RFC 9110 (10.2.2) allows, isn't followed but raises UnknownConnectionError.
#
# Seen with keystoneauth1 5.18.1:
#
#   301, whole address: POST /made, POST /there
#   303, whole address: POST /made, POST /there
#   303, path only: POST /made, UnknownConnectionError
#
# A service behind a proxy that answers a creation with 303 is asked to create twice, so clients that create should pass
# `redirect=False` or find what they made before.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check keystoneauth1==5.18.1 2>"$work/pip.log" ||
    { cat "$work/pip.log"; exit 2; }

seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
import http.server
import threading

from keystoneauth1 import noauth, session

requests: list[str] = []
answer = {"code": 0, "location": ""}


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        requests.append(f"{self.command} {self.path}")
        if self.path == "/made":
            self.send_response(answer["code"])
            self.send_header("Location", answer["location"])
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
client = session.Session(auth=noauth.NoAuth(endpoint=address))
for code, form, location in (
    (301, "whole address", f"{address}/there"),
    (303, "whole address", f"{address}/there"),
    (303, "path only", "/there"),
):
    requests.clear()
    answer.update(code=code, location=location)
    try:
        client.post(f"{address}/made", json={"name": "a"}, authenticated=False)
    except Exception as error:
        requests.append(type(error).__name__)
    print(f"{code}, {form}: {', '.join(requests)}")
PYTHON
)
printf '%s\n' "$seen"
[ "$seen" = "301, whole address: POST /made, POST /there
303, whole address: POST /made, POST /there
303, path only: POST /made, UnknownConnectionError" ]
