"""A web server on loopback, from which Glance downloads."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CONTENTS = b"a disk"


class Disk(http.server.BaseHTTPRequestHandler):
    """One file, at /disk; anything else isn't there."""

    def do_GET(self) -> None:
        is_there = self.path == "/disk"
        self.send_response(200 if is_there else 404)
        self.send_header("Content-Length", str(len(CONTENTS) if is_there else 0))
        self.end_headers()
        if is_there:
            self.wfile.write(CONTENTS)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@contextmanager
def web_server() -> Iterator[str]:
    """The URL of one."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Disk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
