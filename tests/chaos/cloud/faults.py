"""Faults of a cloud, besides those of engines, database and broker. Each is a block: see ``tests.chaos.faults``.

refused    a service answers 500, 503 or 429 for a while, and does nothing
hanging    a service answers nothing for a while, and drops the requests then
lost       a service acts, and the answers to some changes are lost
half       a service acts, and half of some answers arrives
caught     a service acts, and the engine that asked is killed before the answer
restarted  a service's API is ended and started again; nobody gets through meanwhile
keystone   nobody reaches Keystone for a while
revoked    a token that engines use is revoked
quota      a project may have no more than it has, for a while
deleted    a thing that a stack has is deleted behind its back
changed    a thing that a stack has is renamed behind its back
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable
from random import Random

import psutil

from heatlite.exception import HeatliteError
from tests.chaos.cloud.endings import rows_of
from tests.chaos.cloud.fleet import CloudFleet
from tests.chaos.cloud.things import LISTED
from tests.chaos.faults import WEIGHTS, Faults
from tests.servers.api_proxy import APIProxy, Mishap, asking

OF_CLOUD = {
    "refused": 5,
    "hanging": 3,
    "lost": 5,
    "half": 2,
    "caught": 6,
    "restarted": 2,
    "keystone": 2,
    "revoked": 2,
    "quota": 2,
    "deleted": 2,
    "changed": 2,
}
CLOUD_WEIGHTS = {**WEIGHTS, **OF_CLOUD}
STATUSES = (500, 503, 429)
SERVING = ("nova", "neutron", "cinder", "glance")
FIRST_ASKED = {
    "nova": ("compute", "/servers", "servers"),
    "neutron": ("network", "/networks", "networks"),
    "cinder": ("block_storage", "/volumes", "volumes"),
    "glance": ("image", "/images", "images"),
}
CHANGED = ("nova", "neutron", "cinder")
"""Services that stacks have changes made by."""
SHORT, LONG = 1.0, 6.0
PATIENCE = 10.0
QUOTAS = (
    ("compute", "/os-quota-sets/{}", "quota_set", ("instances",), "/servers", "servers"),
    ("block_storage", "/os-quota-sets/{}", "quota_set", ("volumes",), "/volumes", "volumes"),
    ("network", "/quotas/{}", "quota", ("port",), "/ports", "ports"),
)
PLENTY = {
    "compute": {"instances": 500, "cores": 1000, "ram": 1_000_000, "server_groups": 200},
    "block_storage": {"volumes": 500, "gigabytes": 10_000, "snapshots": 500, "backups": 500},
    "network": {"port": 1000, "network": 300, "subnet": 300, "security_group": 300, "security_group_rule": 3000},
}
DELETABLE = ("ports", "servers", "volumes")


class CloudFaults(Faults):
    """Makes them happen; ``touched`` has project's id and name of each stack whose things it has touched."""

    def __init__(self, fleet: CloudFleet, random: Random, sleep: Callable[[float], object] = time.sleep) -> None:
        super().__init__(fleet, random, sleep)
        self.fleet: CloudFleet = fleet
        self.touched: set[tuple[str, str]] = set()

    def happen(self, name: str) -> bool:
        """Have one fault happen, to its end: False where there was nobody it could happen to."""
        match name:
            case "refused":
                return self._while(self._proxy(SERVING).answers(self.random.choice(STATUSES)))
            case "hanging":
                return self._while(self._proxy(SERVING).hangs())
            case "lost":
                return self._lose(self.random.randint(1, 3))
            case "half":
                return self._lose(self.random.randint(1, 2), part=0.5)
            case "caught":
                return self._lose(1, when_acted=self._kill_who_asks)
            case "restarted":
                return self._restart(self.random.choice(SERVING))
            case "keystone":
                self.last(self.fleet.services["keystone"].away(), SHORT, LONG)
            case "revoked":
                return self._revoke()
            case "quota":
                return self._limit()
            case "deleted" | "changed":
                return self._touch(name)
            case _:
                return super().happen(name)
        return True

    def _proxy(self, names: tuple[str, ...]) -> APIProxy:
        return self.fleet.services[self.random.choice(names)]

    def _while(self, fault: contextlib.AbstractContextManager[Mishap]) -> bool:
        with fault as mishap:
            self.sleep(self.random.uniform(SHORT, LONG))
            return mishap.happened.is_set()

    def _lose(self, times: int, part: float = 0.0, when_acted: Callable[[int], object] = lambda port: None) -> bool:
        mishap = self._proxy(CHANGED).forget(times, part=part, when_acted=when_acted)
        return mishap.happened.wait(PATIENCE)

    def _kill_who_asks(self, port: int) -> None:
        if (pid := asking(port)) is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).send_signal(signal.SIGKILL)

    def _restart(self, service: str) -> bool:
        """Start a service's API again, and ask it once before the engines do.

        In one run a Neutron whose first requests were several at once answered 403 now and then until its end.
        """
        kind, path, key = FIRST_ASKED[service]
        with self.fleet.services[service].away():
            self.fleet.cloud.restart(service)
            list(self.fleet.reached.services().api(kind).listed(path, key))
        return True

    def _revoke(self) -> bool:
        """Revoke the newest token that an engine has sent."""
        tokens = [it for name in SERVING for it in list(self.fleet.services[name].tokens)[-1:]]
        if not tokens:
            return False
        identity = self.fleet.cloud.connection("admin", "admin").identity
        subject = {"X-Subject-Token": self.random.choice(tokens)}
        return bool(identity.delete("/auth/tokens", headers=subject).ok)

    def _limit(self) -> bool:
        """Let a project have no more of something than it has."""
        service, path, key, names, listed, kind = self.random.choice(QUOTAS)
        project = self.random.choice(self.fleet.projects)
        owner = self.fleet.reached.project_id(project)
        api = self.fleet.reached.services("admin", project).api(service)
        has = len(list(api.listed(listed, kind, params={"project_id": owner} if service == "network" else {})))
        try:
            api.put(path.format(owner), {key: dict.fromkeys(names, has)})
        except HeatliteError:  # there is more by now, and Neutron refuses a limit below that
            return False
        self.sleep(self.random.uniform(SHORT, 2 * LONG))
        api.put(path.format(owner), {key: {name: PLENTY[service][name] for name in names}})
        return True

    def _touch(self, how: str) -> bool:
        """Delete or rename a thing that a stack has: the first one for which its service does that."""
        found = [it for it in rows_of(self.fleet.direct) if it.kind in DELETABLE]
        self.random.shuffle(found)
        for row in found[:10]:
            service, path = next((service, path) for service, path, key in LISTED if key == row.kind)
            name = next(it for it in self.fleet.projects if self.fleet.reached.project_id(it) == row.project)
            api = self.fleet.reached.services("admin", name).api(service)
            self.touched.add((row.project, row.root))
            with contextlib.suppress(HeatliteError):
                if how == "deleted":
                    api.delete(f"{path}/{row.physical_id}")
                else:
                    api.put(f"{path}/{row.physical_id}", {row.kind.removesuffix("s"): {"name": "renamed by somebody"}})
                return True
        return False
