"""A real keystone on loopback, over SQLite, in a directory that goes with it.

    HEATLITE_KEYSTONE=/path/to/venv     has keystone and waitress installed
    --all                               one is made in the user's cache, once, from PyPI

What it holds beside keystone's own: users ann and bob (member) in the projects shop and mill; the engine's user
heat; the domain heat with its administrator; the role heat_stack_user.
"""

from __future__ import annotations

import os
import pathlib
import socket
import subprocess
import sys
from typing import Any

from heatlite.clients.cloud import ServicesOf
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.clients.settings import Settings, StackDomain
from tests.identity.request_context import request_context
from tests.once import made_once
from tests.servers import ServerUnavailable
from tests.servers.guard import free_port
from tests.waiting import PATIENCE, wait_until

VARIABLE = "HEATLITE_KEYSTONE"
WANTED = ("keystone==30.0.0", "waitress")
PASSWORD = "a password for tests"
SERVE = "import sys; from keystone.wsgi import api; import waitress; waitress.serve(api.application, **{})"
CONFIGURATION = """
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///{directory}/keystone.sqlite3
[token]
provider = fernet
[fernet_tokens]
key_repository = {directory}/fernet-keys
[credential]
key_repository = {directory}/credential-keys
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = dogpile.cache.memory
"""


def venv(*, may_install: bool) -> pathlib.Path:
    """Where keystone is installed.

    :raises ServerUnavailable: where it isn't, and may not or can't be
    """
    if named := os.environ.get(VARIABLE):
        return pathlib.Path(named)
    if not may_install:
        raise ServerUnavailable(f"set {VARIABLE} to a venv with {' and '.join(WANTED)}, or use --all")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    place = cache / "heatlite" / f"{WANTED[0].replace('==', '-')}-py{sys.version_info[0]}{sys.version_info[1]}"
    return made_once(place, lambda: make_venv(place))


def make_venv(place: pathlib.Path) -> None:
    """Install keystone."""
    try:
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, capture_output=True)
        subprocess.run([str(place / "bin/pip"), "install", "-q", *WANTED], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise ServerUnavailable(f"keystone can't be installed: {error} {said.decode()[-500:]}") from None


class Keystone:
    """The server; ``settings`` are the clients', as an engine has them."""

    def __init__(self, place: pathlib.Path, directory: pathlib.Path) -> None:
        self._bin, self._directory = place / "bin", directory
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}/v3"
        self._process: subprocess.Popen[bytes] | None = None
        heat_domain_admin = Login(
            username="heat_domain_admin", password=PASSWORD, user_domain_name="heat", domain_name="heat"
        )
        self.settings = Settings(
            auth_url=self.url,
            service=Login(username="heat", password=PASSWORD),
            stack_domain=StackDomain(heat_domain_admin),
        )
        self.projects: dict[str, str] = {}

    def start(self) -> None:
        """Set it up, start it, and make the accounts."""
        (self._directory / "keystone.conf").write_text(CONFIGURATION.format(directory=self._directory))
        for keys in ("fernet-keys", "credential-keys"):
            (self._directory / keys).mkdir()
        uid, gid = str(os.getuid()), str(os.getgid())
        self._manage("db_sync")
        self._manage("fernet_setup", "--keystone-user", uid, "--keystone-group", gid)
        self._manage("credential_setup", "--keystone-user", uid, "--keystone-group", gid)
        urls = [f"--bootstrap-{it}-url={self.url}" for it in ("admin", "internal", "public")]
        self._manage("bootstrap", f"--bootstrap-password={PASSWORD}", "--bootstrap-region-id=RegionOne", *urls)
        self.serve()
        self._make_accounts()

    def serve(self) -> None:
        """Start the server."""
        serve = SERVE.replace("{}", repr({"host": "127.0.0.1", "port": self._port, "threads": 1}))
        with (self._directory / "keystone.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "python"), "-W", "ignore", "-c", serve],
                stdout=log,
                stderr=log,
                env={**os.environ, "OS_KEYSTONE_CONFIG_DIR": str(self._directory)},
            )
        wait_until(self.answers, PATIENCE, "keystone to answer", self.tail)

    def stop(self) -> None:
        """End the server; what it holds stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def answers(self) -> bool:
        """Whether somebody listens."""
        assert self._process is not None
        assert self._process.poll() is None, self.tail()
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            return False
        return True

    def tail(self) -> str:
        """The end of its log."""
        return (self._directory / "keystone.log").read_text(errors="replace")[-3000:]

    def identity(self, user: str = "admin", project: str = "admin") -> Identity:
        """Keystone as one of its users."""
        return Identity(self.sessions().of(self.login(user, project)), self.url)

    def cloud(self, user: str = "admin", project: str = "admin") -> ServicesOf:
        """The services as one of its users."""
        return ServicesOf(self.sessions(), lambda: self.login(user, project))

    def sessions(self) -> Sessions:
        """New clients of it."""
        return Sessions(self.settings)

    def login(self, user: str, project: str) -> Login:
        """How a user logs in to a project."""
        project_id = self.projects.get(project) or Identity(self._admin(), self.url).id_of("project", project)
        return Login(username=user, password=PASSWORD, project_id=project_id)

    def context(self, user: str, project: str) -> dict[str, Any]:
        """Build the context of a user's request as heat-api would send it."""
        return request_context(self.sessions().of(self.login(user, project)), user, project)

    def revoke(self, token: str) -> None:
        """Make a token void."""
        answer = self._admin().delete(f"{self.url}/auth/tokens", headers={"X-Subject-Token": token})
        assert answer.status_code == 204

    def _admin(self) -> Any:
        return self.sessions().of(Login(username="admin", password=PASSWORD, project_id=self.projects.get("admin")))

    def _manage(self, *arguments: str) -> None:
        command = [str(self._bin / "keystone-manage"), "--config-file", str(self._directory / "keystone.conf")]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]

    def _make_accounts(self) -> None:
        session = self.sessions().of(Login(username="admin", password=PASSWORD))
        found = session.get(f"{self.url}/auth/projects").json()["projects"]
        self.projects["admin"] = next(it["id"] for it in found if it["name"] == "admin")
        admin = self.identity()
        member, role_admin = admin.id_of("role", "member"), admin.id_of("role", "admin")
        admin.create("role", {"name": "heat_stack_user"})
        for name in ("shop", "mill", "service"):
            self.projects[name] = admin.create("project", {"name": name, "domain_id": "default"})["id"]
        for name in ("ann", "bob"):
            user = admin.create("user", {"name": name, "password": PASSWORD, "domain_id": "default"})["id"]
            for project in ("shop", "mill"):
                admin.put(f"projects/{self.projects[project]}/users/{user}/roles/{member}")
        heat = admin.create("user", {"name": "heat", "password": PASSWORD, "domain_id": "default"})["id"]
        admin.put(f"projects/{self.projects['service']}/users/{heat}/roles/{role_admin}")
        domain = admin.create("domain", {"name": "heat"})["id"]
        boss = admin.create("user", {"name": "heat_domain_admin", "password": PASSWORD, "domain_id": domain})["id"]
        admin.put(f"domains/{domain}/users/{boss}/roles/{role_admin}")
