"""What a run on a cloud is played on: clients with a project each, the services' faults, and what the services have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from heatlite.exception import HeatliteError
from tests.chaos.cloud import endings, shapes
from tests.chaos.cloud.faults import CLOUD_WEIGHTS, PLENTY, CloudFaults
from tests.chaos.cloud.fleet import CloudFleet
from tests.chaos.cloud.things import Thing, of_project
from tests.chaos.endings import unsettled
from tests.chaos.ground import Ground
from tests.chaos.lives import Load, Record
from tests.cloud.reached import Reached
from tests.waiting import wait_until

Things = Mapping[str, Mapping[str, Thing]]
DELETIONS = 900.0
"""Seconds that the deletion of all stacks may take on a cloud of two cores."""


def load(context_of: Callable[[int], dict[str, Any]]) -> Load:
    """Return what clients of a cloud ask for.

    :param context_of: returns the context of a client's requests, by the client's number
    """
    own = {"pauses": (2, 10, 30, 60), "most": 6, "answer": 60.0, "failing": shapes.OUTSIDE}
    return Load(shapes.SHAPES, shapes.draw, context_of, **own)


def give_plenty(cloud: Reached, project: str) -> None:
    """Make a project, and give it quotas that no stack here reaches."""
    cloud.fresh_project(project)
    owner = cloud.project_id(project)
    for service, quotas in PLENTY.items():
        path, key = ("/quotas", "quota") if service == "network" else ("/os-quota-sets", "quota_set")
        cloud.services("admin", project).api(service).put(f"{path}/{owner}", {key: quotas})


def things_of(cloud: Reached, projects: Sequence[str]) -> Things:
    """Return what projects have at the services, by project's id."""
    return {cloud.project_id(project): of_project(cloud, project) for project in projects}


class CloudGround(Ground):
    """A fleet beside a cloud."""

    settles = 900.0
    farewell = 120.0
    weights = CLOUD_WEIGHTS
    fleet: CloudFleet

    def __init__(self, fleet: CloudFleet, clients: int) -> None:
        super().__init__(fleet)
        fleet.projects = [f"chaos-{number}" for number in range(clients)]
        for project in fleet.projects:
            give_plenty(fleet.reached, project)
        self.load = load(self._context_of)
        self._faults: CloudFaults | None = None
        self._before = self._things()

    def _context_of(self, number: int) -> dict[str, Any]:
        """Return a context with a token of its own: the one before may have been revoked with the engines'."""
        project, cloud = self.fleet.projects[number], self.fleet.reached
        cloud.sessions.of(cloud.login(project, project)).invalidate()
        return cloud.context(project, project)

    def _things(self) -> Things:
        return things_of(self.fleet.reached, self.fleet.projects)

    def faults(self, random: Random) -> CloudFaults:
        """Return what makes faults happen."""
        self._faults = CloudFaults(self.fleet, random)
        return self._faults

    def violations(self, records: Sequence[Record]) -> Iterator[str]:
        """Say what is wrong when everything has settled."""
        touched = self._faults.touched if self._faults is not None else set()
        yield from endings.violations(endings.look(self.fleet.direct, self._things()), records, touched)

    def last_violations(self, records: Sequence[Record]) -> Iterator[str]:
        """Delete all stacks, and say what is left of them."""
        projects = {self.fleet.reached.project_id(project): project for project in self.fleet.projects}
        for root in endings.roots_of(self.fleet.direct):
            name = projects[root.project]
            context = self.fleet.reached.context(name, name)
            try:
                identity = self.fleet.client.identify_stack(context, root.name)
                self.fleet.client.delete_stack(context, identity)
            except HeatliteError as error:
                yield f"{root.name} can't be deleted: {error}"
        try:
            wait_until(self._is_quiet, DELETIONS, "all deletions to end")
        except AssertionError as error:
            yield f"not all deleted: {error}"
        for root in endings.roots_of(self.fleet.direct):
            yield f"{root.name} isn't deleted: {root.action}_{root.status}: {root.reason}"
        yield from unsettled(self.fleet.direct)
        told = endings.left_of(self.fleet.direct)
        yield from endings.left(self._before, self._things(), records, told)

    def _is_quiet(self) -> bool:
        return not unsettled(self.fleet.direct)

    def journals(self, violations: Sequence[str]) -> Iterator[str]:
        """Nothing: the services' own records are in the cloud's directory."""
        yield from ()
