#!/usr/bin/env bash
# keystoneauth1 raises ConnectTimeout for a request that was sent and whose answer didn't come in time.
#
# Seen with keystoneauth1 5.18.1 (requests 2.32.5) on Python 3.11: a server takes the connection, reads the whole POST and
# answers nothing. Session.post(…, timeout=1) raises keystoneauth1.exceptions.connection.ConnectTimeout, and with
# connect_retries the request is sent once more.
#
#   raised: ConnectTimeout
#   the server had read the POST: True
#   requests that connect_retries=1 made of one POST: 2
#
# So ConnectTimeout doesn't say that nothing was done: what a POST may have made has to be looked for before it is sent
# again, and connect_retries may make something twice.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    keystoneauth1==5.18.1 requests==2.32.5 2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
cat >"$work/seen.py" <<'PYTHON'
import socket
import threading

from keystoneauth1 import session

listener = socket.create_server(("127.0.0.1", 0))
posts, kept = [], []


def swallow():
    while True:
        connection, _ = listener.accept()
        kept.append(connection)  # so that it isn't closed
        data = b""
        while b'{"made": 1}' not in data:
            data += connection.recv(65536)
        posts.append(data)


threading.Thread(target=swallow, daemon=True).start()
url = f"http://127.0.0.1:{listener.getsockname()[1]}/things"


def post(**more):
    try:
        session.Session(timeout=1).post(url, json={"made": 1}, authenticated=False, **more)
    except Exception as error:
        return error


error = post(connect_retries=0)
print(f"raised: {type(error).__name__}")
print(f"the server had read the POST: {len(posts) == 1}")
posts.clear()
post(connect_retries=1)
print(f"requests that connect_retries=1 made of one POST: {len(posts)}")
PYTHON
seen=$(http_proxy='' HTTP_PROXY='' no_proxy='*' "$work/venv/bin/python" -W ignore "$work/seen.py" 2>/dev/null)
printf '%s\n' "$seen"
expected='raised: ConnectTimeout
the server had read the POST: True
requests that connect_retries=1 made of one POST: 2'
[ "$seen" = "$expected" ] || { echo "the behaviour has changed" >&2; exit 1; }
