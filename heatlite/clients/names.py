"""Lookup of the ids that names in templates stand for, with few requests.

::

    "private" ──▶ known? ──▶ GET /networks?name=private ──▶ 3f0c…            kept for a short time
                                  └─ the third name of a kind within that time: GET /networks, and all are known

Steps that ask for the same name at once send one request. Only existing things are cached, so that a thing created a
second ago is found. For kinds whose ids are UUIDs, a value in the form of a UUID is taken for an id without a request.
``check`` sends a request for it.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from heatlite import exception
from heatlite.clients.api import Api

SECONDS_KEPT = 30.0
MOST_KEPT = 2000
ONE_BY_ONE = 2
"""Names of a kind that are looked up singly. The next lookup lists the whole collection."""

UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """A kind of things that templates name.

    ``entity`` is Heat's word for it in errors. ``filter`` is the query parameter that finds a thing by its name; empty:
    the service has none, and the whole collection is listed. ``id_field`` and ``name_field`` are fields of a listed
    thing.
    """

    service: str
    path: str
    key: str
    entity: str
    filter: str = "name"
    params: Mapping[str, str] = field(default_factory=dict)
    has_uuids: bool = True
    inner: str = ""
    """The key of the thing within a list's item, if it is wrapped."""
    id_field: str = "id"
    name_field: str = "name"
    exact: str = "{}"
    """The form of a name in the query."""
    microversion: str | None = None
    is_reference: bool = False
    """Things are named by their URL, which ends with the id, and not by a name."""

    def has_id(self, value: str) -> bool:
        """Tell whether a value is an id, or a reference that has one."""
        return self.has_uuids and UUID.fullmatch(self.last_part(value)) is not None

    def last_part(self, value: str) -> str:
        """Return the value, or the end of a reference."""
        return value.rstrip("/").rsplit("/", 1)[-1] if self.is_reference else value


def network(collection: str, entity: str) -> Kind:
    """Describe a kind of Neutron's."""
    return Kind("network", f"/{collection.replace('_', '-')}", collection.replace("-", "_"), entity)


def balancing(collection: str, entity: str) -> Kind:
    """Describe a kind of Octavia's."""
    return Kind("load_balancer", f"/lbaas/{collection}", collection, entity)


def sharing(collection: str, key: str, entity: str, **params: str) -> Kind:
    """Describe a kind of Manila's."""
    return Kind("shared_file_system", f"/{collection}", key, entity, "", params, microversion="2.13")


def metal(collection: str, entity: str) -> Kind:
    """Describe a kind of Ironic's, in a version of the API that has names."""
    return Kind("baremetal", f"/{collection}", collection, entity, "", id_field="uuid", microversion="1.53")


KINDS: Mapping[str, Kind] = {
    "neutron.network": network("networks", "network"),
    "neutron.subnet": network("subnets", "subnet"),
    "neutron.subnetpool": network("subnetpools", "subnetpool"),
    "neutron.port": network("ports", "port"),
    "neutron.router": network("routers", "router"),
    "neutron.security_group": network("security_groups", "security_group"),
    "neutron.address_scope": network("address_scopes", "address_scope"),
    "neutron.segment": network("segments", "Segment"),
    "neutron.floatingip": Kind(
        "network", "/floatingips", "floatingips", "floatingip", "floating_ip_address", name_field="floating_ip_address"
    ),
    "neutron.trunk": network("trunks", "trunk"),
    "neutron.qos_policy": Kind("network", "/qos/policies", "policies", "policy"),
    "neutron.port_pair": Kind("network", "/sfc/port_pairs", "port_pairs", "port_pair"),
    "neutron.port_pair_group": Kind("network", "/sfc/port_pair_groups", "port_pair_groups", "port_pair_group"),
    "neutron.flow_classifier": Kind("network", "/sfc/flow_classifiers", "flow_classifiers", "flow_classifier"),
    "neutron.taas.tap_service": Kind("network", "/taas/tap_services", "tap_services", "tap_service"),
    "nova.flavor": Kind("compute", "/flavors", "flavors", "Flavor", "", {"is_public": "None"}, has_uuids=False),
    "nova.host": Kind(
        "compute",
        "/os-services",
        "services",
        "Host",
        "host",
        {"binary": "nova-compute"},
        has_uuids=False,
        id_field="host",
        name_field="host",
    ),
    "nova.server": Kind("compute", "/servers", "servers", "Server", exact="^{}$"),
    "nova.keypair": Kind(
        "compute", "/os-keypairs", "keypairs", "Key", "", has_uuids=False, inner="keypair", id_field="name"
    ),
    "glance.image": Kind("image", "/images", "images", "Image", params={"member_status": "all"}),
    "cinder.volume": Kind("block_storage", "/volumes", "volumes", "Volume"),
    "cinder.snapshot": Kind("block_storage", "/snapshots", "snapshots", "VolumeSnapshot"),
    "cinder.backup": Kind("block_storage", "/backups", "backups", "Volume backup"),
    "cinder.vtype": Kind("block_storage", "/types", "volume_types", "VolumeType", "", {"is_public": "None"}),
    "cinder.qos_specs": Kind("block_storage", "/qos-specs", "qos_specs", "QoS Specs", ""),
    "barbican.secret": Kind("key_manager", "/secrets", "secrets", "Secret", is_reference=True),
    "barbican.container": Kind("key_manager", "/containers", "containers", "Container", is_reference=True),
    "designate.zone": Kind("dns", "/zones", "zones", "Designate Zone"),
    "octavia.loadbalancer": balancing("loadbalancers", "Load Balancer"),
    "octavia.listener": balancing("listeners", "Listener"),
    "octavia.pool": balancing("pools", "Pool"),
    "octavia.l7policy": balancing("l7policies", "L7Policy"),
    "octavia.flavor": balancing("flavors", "Octavia Flavor"),
    "octavia.flavorprofile": balancing("flavorprofiles", "Flavor Profile"),
    "octavia.availabilityzone": Kind(
        "load_balancer",
        "/lbaas/availabilityzones",
        "availability_zones",
        "Availability Zone",
        has_uuids=False,
        id_field="name",
    ),
    "octavia.availabilityzoneprofile": Kind(
        "load_balancer", "/lbaas/availabilityzoneprofiles", "availability_zone_profiles", "Availability Zone Profile"
    ),
    "ironic.node": metal("nodes", "Node"),
    "ironic.portgroup": metal("portgroups", "PortGroup"),
    "magnum.cluster_template": Kind(
        "container_infrastructure_management",
        "/clustertemplates",
        "clustertemplates",
        "ClusterTemplate",
        "",
        id_field="uuid",
    ),
    "manila.security_service": sharing("security-services", "security_services", "security service"),
    "manila.share_network": sharing("share-networks", "share_networks", "share network"),
    "manila.share_snapshot": sharing("snapshots", "snapshots", "share snapshot"),
    "manila.share_type": sharing("types", "share_types", "share type", is_public="all"),
    "trove.flavor": Kind("database", "/flavors", "flavors", "Flavor", "", has_uuids=False, id_field="str_id"),
    "mistral.workflow": Kind("workflow", "/workflows", "workflows", "Workflow"),
}
"""Keyed by the name of Heat's custom constraint."""


class KnownNames:
    """The cached names of one login. ``clock`` returns seconds that never decrease."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ids: dict[tuple[str, str], tuple[float, str]] = {}
        self._asked: dict[str, list[float]] = {}
        self._under_way: dict[tuple[str, str], Future[str]] = {}

    def through(self, api: Callable[[str], Api]) -> Names:
        """Combine the cache with a way to ask the services."""
        return Names(self, api)

    def get(self, kind: str, name: str) -> str | None:
        """Return the id of a known name."""
        with self._lock:
            known = self._ids.get((kind, name))
            return known[1] if known and self._clock() - known[0] < SECONDS_KEPT else None

    def learn(self, kind: str, found: Mapping[str, str]) -> None:
        """Cache the ids of these names."""
        now = self._clock()
        with self._lock:
            if len(self._ids) + len(found) > MOST_KEPT:
                self._ids.clear()
            self._ids.update({(kind, name): (now, thing_id) for name, thing_id in found.items()})

    def forget(self, kind: str, name: str) -> None:
        """Drop a name from the cache, because its thing is gone."""
        with self._lock:
            self._ids.pop((kind, name), None)

    def ask_once(self, kind: str, name: str, ask: Callable[[], str]) -> str:
        """Return what ``ask`` returns. Others who ask for the same meanwhile wait for that and take it.

        If it raises, they ask themselves: what wasn't there when the first asked may be there now.
        """
        with self._lock:
            first = self._under_way.get((kind, name))
            own = self._under_way.setdefault((kind, name), Future())
        if first is not None:
            return ask() if first.exception() is not None else first.result()
        try:
            own.set_result(ask())
        except BaseException as error:
            own.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._under_way[kind, name]
        return own.result()

    def asks_much(self, kind: str) -> bool:
        """Record a lookup of a kind, and tell whether there were many within a short time."""
        now = self._clock()
        with self._lock:
            recent = [at for at in self._asked.get(kind, ()) if now - at < SECONDS_KEPT]
            self._asked[kind] = [*recent, now]
            return len(recent) >= ONE_BY_ONE


class Names:
    """Finds ids, for one login.

    :param api: returns a service's API
    """

    def __init__(self, known: KnownNames, api: Callable[[str], Api]) -> None:
        self._known = known
        self._api = api

    def id_of(self, kind: str, value: str) -> str:
        """Return the id of a thing that a template names by its name or its id.

        :raises EntityNotFound: when there is no such thing
        :raises PhysicalResourceNameAmbiguity: when several have the name
        :raises CloudError: when the service can't be reached
        """
        described = KINDS[kind]
        if described.has_id(value):
            return value
        return self.check(kind, value)

    def check(self, kind: str, value: str) -> str:
        """Return the id likewise, but make sure that an id belongs to an existing thing."""
        known = self._known.get(kind, value)
        if known is not None:
            return known
        return self._known.ask_once(kind, value, lambda: self._asked(kind, value))

    def _asked(self, kind: str, value: str) -> str:
        described = KINDS[kind]
        is_id = described.has_id(value)
        if is_id and described.service == "network":
            found = self._listed(described, {"id": value})
        elif is_id:
            found = self._shown(described, value)
        else:
            found = [] if described.is_reference else self._named(kind, described, value)
        return self._one(kind, described, value, found)

    def is_kept(self, kind: str, value: str) -> bool:
        """Tell whether ``id_of`` would answer by what was found a short time ago."""
        return not KINDS[kind].has_id(value) and self._known.get(kind, value) is not None

    def forget(self, kind: str, value: str) -> None:
        """Drop a name from the cache, because its thing is gone."""
        self._known.forget(kind, value)

    def _named(self, kind: str, described: Kind, value: str) -> list[tuple[str, str]]:
        if described.filter and not self._known.asks_much(kind):
            query = re.escape(value) if described.exact != "{}" else value
            return self._listed(described, {described.filter: described.exact.format(query)})
        found = self._listed(described, {})
        times = Counter(name for _, name in found)
        self._known.learn(kind, {name: thing_id for thing_id, name in found if times[name] == 1 and name})
        return found

    def _listed(self, described: Kind, query: Mapping[str, str]) -> list[tuple[str, str]]:
        """List the matching things as (id, name)."""
        api = self._api(described.service)
        params = {**described.params, **query}
        things = api.listed(described.path, described.key, params=params, microversion=described.microversion)
        plain = (it.get(described.inner, it) if described.inner else it for it in things)
        return [(str(it[described.id_field]), str(it.get(described.name_field) or "")) for it in plain]

    def _shown(self, described: Kind, value: str) -> list[tuple[str, str]]:
        try:
            place = f"{described.path}/{described.last_part(value)}"
            self._api(described.service).get(place, microversion=described.microversion)
        except exception.CloudNotFound:
            return []
        return [(value, "")]

    def _one(self, kind: str, described: Kind, value: str, found: list[tuple[str, str]]) -> str:
        matching = {thing_id for thing_id, _ in found if thing_id == value} or {
            thing_id for thing_id, name in found if name == value
        }
        if len(matching) > 1 and described.service == "network":  # an administrator sees the things of all projects
            own = {"name": value, "project_id": str(self._api(described.service).project_id())}
            matching = {thing_id for thing_id, name in self._listed(described, own) if name == value} or matching
        if len(matching) > 1:
            raise exception.PhysicalResourceNameAmbiguity(name=value)
        if not matching:
            raise exception.EntityNotFound(entity=described.entity, name=value)
        [thing_id] = matching
        self._known.learn(kind, {value: thing_id})
        return thing_id
