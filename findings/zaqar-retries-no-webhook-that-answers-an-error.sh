#!/usr/bin/env bash
# Zaqar 23.0.1 sends a message to a subscriber once more if the connection breaks, and not if the subscriber answers 503:
# the retry policy of the subscription and of the queue begins only where no answer came.
#
# Seen with Zaqar 23.0.1 and requests 2.34.2 on Python 3.11, with its own webhook task and a subscriber on loopback that
# answers every request but the first with 200:
#
#   first answer 200: 1 request
#   first answer 500: 1 request
#   first answer 503: 1 request
#   no first answer: 2 requests
#
# The task asks `response and response.status_code not in range(200, 500)`, and a response of requests is false where its
# status is 400 or more. So a signal that Zaqar brings to a service which is starting, or to a proxy before it, is lost.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps zaqar==23.0.1 requests==2.34.2 PyYAML==6.0.4 \
    attrs==26.1.0 certifi==2025.1.31 charset-normalizer==3.4.4 debtcollector==3.1.0 decorator==5.3.1 dogpile.cache==1.5.0 \
    idna==3.20 iso8601==2.1.0 jsonpointer==3.1.1 jsonschema==4.26.0 jsonschema-specifications==2025.9.1 msgpack==1.2.2 \
    netaddr==1.3.0 oslo.cache==4.3.0 oslo.concurrency==7.6.1 oslo.config==10.7.0 oslo.context==6.5.0 oslo.i18n==6.9.0 \
    oslo.log==8.3.2 oslo.serialization==5.11.0 oslo.utils==10.2.0 osprofiler==4.4.0 fasteners==0.20 pbr==7.1.3 \
    psutil==7.2.2 python-dateutil==2.9.0.post0 six==1.17.0 referencing==0.37.0 rfc3986==2.0.0 rpds-py==2026.9.1 \
    setuptools==80.9.0 stevedore==5.10.0 typing_extensions==4.16.0 urllib3==2.8.0 WebOb==1.8.11 wrapt==2.5.2 \
    2>"$work/pip.log" || { cat "$work/pip.log"; exit 2; }
cat >"$work/seen.py" <<'PYTHON'
import http.server
import logging
import threading

from zaqar.notification.tasks import webhook

logging.disable()
answers, requests = [], []


class Subscriber(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        requests.append(self.rfile.read(int(self.headers["Content-Length"])))
        answer = answers.pop(0) if answers else 200
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Subscriber)
threading.Thread(target=server.serve_forever, daemon=True).start()
subscription = {
    "source": "queue",
    "subscriber": f"http://127.0.0.1:{server.server_port}/",
    "options": {"_retry_policy": {"retries_with_no_delay": 1, "minimum_delay_retries": 0, "maximum_delay_retries": 0}},
}
for first in (200, 500, 503, None):
    answers[:] = [first]
    requests.clear()
    webhook.WebhookTask().execute(subscription, [{"body": "signal"}], queue_retry_policy={})
    print(f"{f'first answer {first}' if first else 'no first answer'}: {len(requests)} request{'s'[: len(requests) - 1]}")
server.shutdown()
PYTHON
seen=$("$work/venv/bin/python" -W ignore "$work/seen.py")
printf '%s\n' "$seen"
[ "$seen" = "first answer 200: 1 request
first answer 500: 1 request
first answer 503: 1 request
no first answer: 2 requests" ]
