"""Reached: a running cloud as tests use it: as its users, with what they asked counted."""

from __future__ import annotations

import json
import os
import pathlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from heatlite.clients.cloud import ServicesOf
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.clients.settings import Settings, StackDomain
from tests.cloud.cloud import ROLES_OF_DEMO
from tests.cloud.run import VARIABLE
from tests.identity.request_context import request_context
from tests.interrupted import Interruptions

BY_A_SERVICE = " a service"
"""The end of a record of what one service asked another (``fakes/sitecustomize.py``): Nova asks Neutron."""
NO_CHANGES = "/remote-consoles"
"""Where a POST changes nothing: a console is shown."""


class Reached:
    """One cloud. ``interruptions``: what takes the steps of its resources. ``broker``: the URL of the services' own.

    :param described: what ``Cloud.described`` says of it
    """

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._password, self._calls = described["password"], described["calls"]
        self.broker: str = described["broker"]
        boss = Login(username="heat_domain_admin", password=self._password, user_domain_name="heat", domain_name="heat")
        self.settings = Settings(
            auth_url=described["auth_url"],
            service=Login(username="heat", password=self._password),
            stack_domain=StackDomain(boss),
            allow_trusts_redelegation=True,
            region_name=described["region"],
        )
        self.sessions = Sessions(self.settings)
        self.url = self.settings.auth_url
        self._projects: dict[str, str] = {}
        self.interruptions = Interruptions()

    def identity(self) -> Identity:
        """Keystone as its administrator."""
        return self.services("admin", "admin").identity

    def has(self, service: str) -> bool:
        """Tell whether the run has this service."""
        return service in self._calls

    def requires(self, *services: str) -> None:
        """Skip the test where the run has been told to do without one of these services."""
        if missing := sorted(it for it in services if not self.has(it)):
            pytest.skip(f"this run's cloud is without {', '.join(missing)}")

    def project_id(self, name: str) -> str:
        """The id of a project."""
        if not self._projects:
            session = self.sessions.of(Login(username="admin", password=self._password))
            found = session.get(f"{self.settings.auth_url}/auth/projects").json()["projects"]
            self._projects = {it["name"]: it["id"] for it in found}
        return self._projects[name]

    def fresh_project(self, name: str) -> None:
        """Make a project of this name with a user of the same name, unless they exist: it has nothing of others.

        The user has the roles that ``demo`` has, and ``admin`` is an administrator of it.
        """
        identity = self.identity()
        if any(it["name"] == name for it in identity.listed("project")):
            return
        project = identity.create("project", {"name": name, "domain_id": "default"})["id"]
        user = identity.create("user", {"name": name, "password": self._password, "domain_id": "default"})["id"]
        for role, who in (*((it, user) for it in ROLES_OF_DEMO), ("admin", self._admin_id())):
            identity.put(f"projects/{project}/users/{who}/roles/{identity.id_of('role', role)}")
        self._projects.clear()

    def _admin_id(self) -> str:
        session = self.sessions.of(Login(username="admin", password=self._password))
        return str(session.get_user_id())

    def login(self, user: str, project: str) -> Login:
        """How a user logs in."""
        return Login(username=user, password=self._password, project_id=self.project_id(project))

    def services(self, user: str = "demo", project: str = "demo") -> ServicesOf:
        """The services as a user."""
        return ServicesOf(self.sessions, lambda: self.login(user, project))

    def context(self, user: str, project: str) -> dict[str, Any]:
        """Build the context of a user's request as heat-api would send it."""
        return request_context(self.sessions.of(self.login(user, project)), user, project)

    @contextmanager
    def counted(self) -> Iterator[Counter[str]]:
        """Count what the services are asked in a block, and not by one another: ``neutron GET``, ``nova POST`` …"""
        counts: Counter[str] = Counter()
        with self.recorded() as requests:
            yield counts
        counts.update(" ".join(it.split()[:2]) for it in requests if not it.endswith(BY_A_SERVICE))

    @contextmanager
    def recorded(self) -> Iterator[list[str]]:
        """Record what the services are asked in a block: ``neutron GET /v2.0/ports 200 AGENT``, in no order."""
        before = {name: len(self._asked(path)) for name, path in self._calls.items()}
        requests: list[str] = []
        yield requests
        for name, path in self._calls.items():
            requests.extend(f"{name} {line}" for line in self._asked(path)[before[name] :])

    @contextmanager
    def changes(self) -> Iterator[list[str]]:
        """Record the changes that the services are asked for in a block; not by one another, and not logins."""
        changes: list[str] = []
        with self.recorded() as requests:
            yield changes
        for service, method, path, *_ in (it.split() for it in requests if not it.endswith(BY_A_SERVICE)):
            if service != "keystone" and method not in ("GET", "HEAD") and not path.endswith(NO_CHANGES):
                changes.append(f"{service} {method} {path}")

    def number_of(self, service: str, method: str, ending: str, status: str = "2") -> int:
        """How many requests a service has answered with such a status whose path ends so; 2: any success."""
        lines = (it.split() for it in self._asked(self._calls[service]))
        return sum(it[0] == method and it[1].endswith(ending) and it[2].startswith(status) for it in lines)

    def number_of_requests(self) -> int:
        """How many requests all services have answered."""
        return sum(len(self._asked(path)) for path in self._calls.values())

    def options(self) -> dict[str, str]:
        """What an engine's configuration says of the domain for stacks' users."""
        admin = {"stack_domain_admin": "heat_domain_admin", "stack_domain_admin_password": self._password}
        region = {"region_name_for_services": str(self.settings.region_name)}
        return {"stack_user_domain_name": "heat", **admin, **region}

    def trustee(self) -> dict[str, str]:
        """What its section ``trustee`` says."""
        return {
            "auth_url": self.settings.auth_url.removesuffix("/v3"),
            "username": "heat",
            "password": self._password,
            "user_domain_id": "default",
        }

    def _asked(self, path: str) -> list[str]:
        file = pathlib.Path(path)
        return file.read_text().splitlines() if file.exists() else []


def reached() -> Reached:
    """Return the cloud that ``tools/cloud`` has started."""
    return Reached(json.loads(pathlib.Path(os.environ[VARIABLE]).read_text()))
