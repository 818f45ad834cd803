"""Reading files of the web, from a server on this machine: bounded in size and in time."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from heatlite.cmd.fetch import CannotRead, read

TEMPLATE = b"heat_template_version: 2021-04-16\nresources: {a: {type: sub/child.yaml}}\n"
CHILD = b"heat_template_version: 2021-04-16\nresources: {b: {type: T, properties: {d: {get_file: ../data.txt}}}}\n"
ENVIRONMENT = b"resource_registry: {My::Type: sub/child.yaml}\n"
PAGES = {"/web.yaml": TEMPLATE, "/sub/child.yaml": CHILD, "/data.txt": b"text", "/env.yaml": ENVIRONMENT}
SENT_ON = {"/moved": "/data.txt", "/local": "file:///etc/passwd", "/ftp": "ftp://x/y", "/round": "/round"}


class Pages(BaseHTTPRequestHandler):
    """Serves ``PAGES``; ``/drip`` gives a byte now and then, until the test is over."""

    def do_GET(self):
        if self.path == "/drip":
            self.drip()
        elif place := SENT_ON.get(self.path):
            self.send_response(302)
            self.send_header("Location", place)
            self.end_headers()
        elif page := PAGES.get(self.path):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page)
        else:
            self.send_error(404, "Nothing here")

    def drip(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.is_over.wait(0.05):
            try:
                self.wfile.write(b".")
            except OSError:
                return

    def log_message(self, *args):
        pass


@pytest.fixture
def site(monkeypatch):
    """The address of the server."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.is_over = threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_is_read_also_where_it_has_moved_to(site):
    assert read(f"{site}/data.txt") == b"text"
    assert read(f"{site}/moved") == b"text"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/none", "/none: the server answers 404 Nothing here"),
        ("/local", "Redirection to url 'file:///etc/passwd' is not allowed"),
        ("/ftp", "/ftp: unknown url type: ftp"),
        ("/round", "/round: the server answers 302 "),
    ],
)
def test_a_page_that_cannot_be_had_is_said_with_the_reason(site, path, reason):
    with pytest.raises(CannotRead) as caught:
        read(f"{site}{path}")
    assert reason in str(caught.value)


def test_a_page_that_is_too_large_is_not_read_to_its_end(site):
    with pytest.raises(CannotRead, match="the file is larger than 10 bytes"):
        read(f"{site}/web.yaml", largest=10)


def test_a_page_that_drips_is_given_up(site):
    with pytest.raises(CannotRead, match=r"no complete answer within 0\.3 seconds"):
        read(f"{site}/drip", time_limit=0.3)


def test_a_server_that_is_not_there_is_named(site):
    with pytest.raises(CannotRead, match=r"http://127\.0\.0\.1:1/x: Connection refused"):
        read("http://127.0.0.1:1/x")


def test_a_local_file_is_read_no_further_than_is_allowed():
    with pytest.raises(CannotRead, match="the file is larger than 100 bytes"):
        read("file:///dev/zero", largest=100)


def test_a_stack_can_be_made_of_a_template_and_an_environment_on_the_web(shell, site):
    request = ["stack", "create", "-t", f"{site}/web.yaml", "-e", f"{site}/env.yaml", "web"]
    assert shell.run(*request) == 0, shell.err
    sent = shell.engine.last("create_stack")
    child = f"{site}/sub/child.yaml"
    assert sent["template"]["resources"]["a"]["type"] == child
    assert sent["params"]["resource_registry"] == {"My::Type": child}
    assert json.loads(sent["files"][child])["resources"]["b"]["properties"]["d"] == {"get_file": f"{site}/data.txt"}
    assert sent["files"][f"{site}/data.txt"] == "text"
