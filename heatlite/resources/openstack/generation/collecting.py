"""Collect what a project has from the services: one list for each kind of objects. The only I/O of this package.

::

    Neutron   networks, subnets, routers, ports, groups, floating IPs of the project; and external networks
    Nova      servers of the project, key pairs of the user; flavors, if there are servers
    Cinder    volumes of the project
    Glance    the images that servers and volumes were made of

Services that the cloud lacks have nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from heatlite.exception import Forbidden, RequestLimitExceeded
from heatlite.resources.cloud import Cloud
from heatlite.resources.openstack.generation import things
from heatlite.resources.openstack.generation.finding import image_in, image_of
from heatlite.resources.openstack.generation.things import Body, Existing, Kind
from heatlite.resources.openstack.sights import IDS_TOGETHER

MOST_OBJECTS = 10_000
"""Objects that all lists together may have."""


def collect(cloud: Cloud, project_id: str, most: int = MOST_OBJECTS) -> Existing:
    """Return what a project has.

    :param cloud: the services, as a user of that project
    :param project_id: the project that the user says to be in
    :raises Forbidden: if the user's token is for another project
    :raises RequestLimitExceeded: if there are more objects than ``most``
    :raises CloudError: if a service can't be asked
    """
    if cloud.api("network").project_id() != project_id:
        raise Forbidden(action=f"project {project_id}: the token of this request is for another project")
    lists = _Lists(cloud, project_id, most)
    networks = lists.of_neutron(things.NETWORK)
    servers, volumes = lists.of(things.SERVER), lists.of(things.VOLUME)
    keys = tuple(it.get("keypair") or it for it in lists.of(things.KEY))
    return Existing(
        networks=networks,
        subnets=lists.of_neutron(things.SUBNET),
        routers=lists.of_neutron(things.ROUTER),
        ports=lists.of_neutron(things.PORT),
        groups=lists.of_neutron(things.GROUP),
        floating_ips=lists.of_neutron(things.FLOATING_IP),
        servers=servers,
        volumes=volumes,
        keys=keys,
        outer_networks=names_of(lists.of(things.NETWORK, {"router:external": "True"})),
        flavors=names_of(lists.listed("compute", "/flavors", "flavors", {"is_public": "None"})) if servers else {},
        images=names_of(lists.images({*map(image_of, servers), *map(image_in, volumes)} - {""})),
    )


class _Lists:
    """The lists of one project. ``left``: how many objects they may still have."""

    def __init__(self, cloud: Cloud, project_id: str, most: int) -> None:
        self._cloud, self._project, self._left, self._most = cloud, project_id, most, most

    def of_neutron(self, kind: Kind) -> tuple[Body, ...]:
        """Return the project's objects of a kind; Neutron shows others, too: shared ones, to administrators all."""
        return self.of(kind, {"project_id": self._project})

    def of(self, kind: Kind, query: Mapping[str, Any] | None = None) -> tuple[Body, ...]:
        """Return the objects in the list of a kind."""
        plugin = kind.plugin
        if plugin.missing(self._cloud) is not None:
            return ()
        path, key = plugin.whole_list or plugin.path, plugin.list_key or f"{plugin.key}s"
        return self.listed(plugin.service, path, key, query, plugin.microversion)

    def listed(
        self, service: str, path: str, key: str, query: Mapping[str, Any] | None = None, version: str | None = None
    ) -> tuple[Body, ...]:
        """Return the objects in a list."""
        listed = self._cloud.api(service).listed(path, key, params=dict(query or {}), microversion=version)
        return tuple(self._counted(listed))

    def images(self, ids: Iterable[str]) -> tuple[Body, ...]:
        """Return the images with these ids that exist."""
        wanted = sorted(ids)
        if not wanted or self._cloud.endpoint("image") is None:
            return ()
        groups = [wanted[at : at + IDS_TOGETHER] for at in range(0, len(wanted), IDS_TOGETHER)]
        queries = [{"id": f"in:{','.join(group)}", "member_status": "all"} for group in groups]
        return tuple(it for query in queries for it in self.listed("image", "/images", "images", query))

    def _counted(self, listed: Iterable[Body]) -> Iterator[Body]:
        for body in listed:
            self._left -= 1
            if self._left < 0:
                message = f"The project has more than {self._most} objects, which is too much for one template."
                raise RequestLimitExceeded(message=message)
            yield body


def names_of(bodies: Iterable[Body]) -> dict[str, str]:
    """Return id → name of these objects."""
    return {str(it["id"]): str(it.get("name") or "") for it in bodies}
