"""Stories of stacks of the cloud's types: what exists at the services after each step of a stack's life?

::

    create ─▶ update with nothing new ─▶ updates in place ─▶ updates that replace ─▶ delete
       └───────────────┴──────────────────────┴──────────────────────┴─────────────────┴──▶ the project's objects
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cloud.reached import Reached
from tests.heat_api.stories.services import Looker, Objects
from tests.heat_api.stories.teller import Teller, Web, template_of

Parameters = Mapping[str, Any]
BORROWERS = ("VolumeAttachment", "ExtraRouteSet", "EncryptedVolumeType")
DRAWN_NAME = re.compile(r"(?<![^/])[a-z2-7]{12}$")
"""The name of a scaling group's member."""
PATIENCE = 900.0
"""Seconds for one operation: servers and volumes take their time where a cloud shares two processors with others."""


@dataclass(frozen=True)
class Life:
    """One stack's template, and the parameters of each of its updates, which add up."""

    name: str
    steps: Mapping[str, Parameters]
    user: str = ""
    """Whose stack it is: ``admin``, or the project's member."""
    files: Mapping[str, str] = field(default_factory=dict)
    given: Callable[[Reached, str, str], Parameters] = lambda cloud, project, url: {}
    """Parameters that are known when the cloud is up, from the project's name and a web server's URL."""

    @property
    def template(self) -> str:
        """Its text."""
        return template_of(f"services_{self.name}")


@dataclass
class Lived:
    """What came of a life: the notes, and step by step the objects."""

    notes: list[tuple[str, Any]] = field(default_factory=list)
    objects: dict[str, Objects] = field(default_factory=dict)


def compute_host(cloud: Reached) -> str:
    """The host that nova-compute runs on."""
    listed = cloud.services("admin", "admin").api("compute").get("/os-services")["services"]
    return str(next(it["host"] for it in listed if it["binary"] == "nova-compute"))


LIVES = (
    Life(
        "servers",
        {
            "in place": {"name": "two", "metadata": {"c": "d"}, "tags": "green"},
            "replaced": {"is_first": False, "data": "#!/bin/sh\necho two\n"},
        },
    ),
    Life(
        "moving",
        {"resized": {"flavor": "m1.small"}, "rebuilt": {"image": "ubuntu"}, "moved": {"address": "10.62.1.21"}},
    ),
    Life(
        "volumes",
        {
            "in place": {"size": 2, "name": "two", "metadata": {"kept": "no"}},
            "replaced": {"image": "ubuntu"},
        },
    ),
    Life(
        "networks",
        {
            "in place": {
                "name": "two",
                "servers": "10.64.0.4",
                "routes": [],
                "pools": [{"start": "10.64.0.10", "end": "10.64.0.120"}],
                "gateway": False,
                "tags": "z",
                "nexthop": "10.64.0.8",
            },
            "replaced": {"cidr": "10.65.1.0/24"},
        },
    ),
    Life("route", {"replaced": {"destination": "10.94.0.0/24"}}),
    Life("addresses", {"in place": {"chosen": "second", "outside": 2223}}),
    Life(
        "groups",
        {"in place": {"name": "two", "tags": "z"}, "replaced": {"port": 80, "prefix": "10.0.0.0/8"}},
    ),
    Life("trunks", {"in place": {"name": "two", "tag": 101}, "replaced": {"mac": "fa:16:3e:00:01:02"}}),
    Life(
        "provider",
        {
            "in place": {"name": "two", "dscp": 26, "kbps": 2000, "least": 600},
            "replaced": {"target": "f" * 32, "physical": "nowhere"},
        },
        user="admin",
    ),
    Life(
        "compute",
        {
            "in place": {"specs": {"n": "2"}, "cores": 31, "metadata": {"n": "2"}},
            "replaced": {"ram": 128},
        },
        user="admin",
        given=lambda cloud, project, url: {"project": project, "host": compute_host(cloud)},
    ),
    Life(
        "storage",
        {"in place": {"name": "silver", "size": 512, "metadata": {"b": "3"}, "iops": "8", "second": False}},
        user="admin",
    ),
    Life(
        "images",
        {
            "in place": {"tags": "z", "more": {"hw_vif_model": "e1000"}, "distro": "fedora"},
            "replaced": {"ram": 2},
        },
        given=lambda cloud, project, url: {"url": f"{url}/disk"},
    ),
    Life("ec2", {"in place": {"Port": "80"}, "resized": {"Flavor": "m1.small"}}),
    Life(
        "scaled",
        {"grown": {"number": 2}, "resized": {"flavor": "m1.small"}, "shrunk": {"number": 1}},
        files={"child.yaml": template_of("services_scaled_child")},
    ),
)


def lived(life: Life, cloud: Reached, api_url: str, project: str, url: str, found: Lived) -> None:
    """Have whoever answers heat-api live through it, in a project of its own."""
    user = life.user or project
    token = cloud.context(user, project)["auth_token"]
    tell = Teller(Web(f"{api_url}/{cloud.project_id(project)}", token), f"services-{life.name}")
    looker = Looker(cloud, project)
    found.notes = tell.notes
    parameters: dict[str, Any] = dict(life.given(cloud, project, url))
    words = {**parameters}
    ever: dict[str, str] = {}

    def look(step: str) -> None:
        """Note what the stack has come to, and keep what exists now."""
        owned = owned_by(tell)
        ever.update(owned)
        given = life.template + json.dumps({**words, **parameters}) + "".join(life.files.values())
        tell.note("step", step)
        tell.resources()
        tell.others()
        found.objects[step] = looker.objects(owned if owned else ever, given)

    tell.patience = PATIENCE
    tell.create(life.template, files=dict(life.files), parameters=dict(parameters))
    if not tell.rows():
        body = {"template": life.template, "files": dict(life.files), "parameters": dict(parameters)}
        raise AssertionError(tell.web.ask("POST", "/stacks", {"stack_name": "again", **body}))
    for row in tell.rows():
        if str(row["resource_status"]).endswith("FAILED"):
            print(f"{project}: {row['resource_name']}: {row['resource_status_reason']}", flush=True)
    look("created")
    before = ids(looker, ever)
    tell.happened()
    tell.update(life.template, files=dict(life.files), parameters=dict(parameters))
    tell.happened(inside=True)
    tell.note("objects that came or went", sorted(before ^ ids(looker, ever)))
    look("updated with nothing new")
    for step, changed in life.steps.items():
        parameters |= changed
        tell.update(life.template, files=dict(life.files), parameters=dict(parameters))
        look(step)
    tell.delete()
    look("deleted")


def owned_by(tell: Teller) -> dict[str, str]:
    """Physical id → resource, of all resources of the stack, nested ones too. Some have the id of what they change."""
    found = {}
    for row in sorted(tell.rows(), key=lambda it: str(it["resource_type"]).endswith(BORROWERS)):
        parents = "".join(f"{it}/" for it in (row.get("parent_resource"),) if it)
        if row["physical_resource_id"]:
            name = DRAWN_NAME.sub("*", f"{parents}{row['resource_name']}")
            found.setdefault(str(row["physical_resource_id"]), name)
    return found


def ids(looker: Looker, owned: Mapping[str, str]) -> set[str]:
    """The ids of what exists, with the collection of each."""
    return {f"{name} {it.get('id') or it.get('name')}" for name, it in looker.raw(owned)}
