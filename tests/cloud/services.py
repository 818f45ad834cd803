"""The services that a cloud may have: what each is run from, and what it needs.

::

    ALWAYS          keystone … swift: a run has all of them, unless it names those that it needs
    ON_REQUEST      zaqar …: a run has those that it names
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.cloud import further
from tests.cloud.configuration import FILES, Written
from tests.servers import ServerUnavailable


@dataclass(frozen=True)
class Service:
    """One service.

    ``files``: the files of its configuration; the first one is its own. ``catalogue``: the types under which Keystone
    lists it, with the path behind its address. ``application``: its WSGI application; with ``pipeline``, a file for
    paste that it looks for beside its configuration, that file's, unless it names one. ``migration``: the command that
    makes its tables. ``prepares``: a command that each run needs. ``needs``: the services that it doesn't work without,
    besides keystone. ``topic``: where it must listen at the broker before it is used.
    """

    files: Mapping[str, Written]
    catalogue: tuple[tuple[str, str], ...] = ()
    application: str = ""
    daemons: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    migration: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    package: str = ""
    pipeline: str = ""
    prepares: tuple[str, ...] = ()
    takes_arguments: bool = False
    """Whether the application reads its configuration's place from the arguments."""
    topic: str = ""


ALWAYS: Mapping[str, Service] = {
    "keystone": Service(
        FILES["keystone"],
        application="keystone.wsgi.api",
        databases=("keystone",),
        migration=("keystone-manage", "db_sync"),
    ),
    "glance": Service(
        FILES["glance"],
        (("image", ""),),
        "glance.wsgi.api",
        databases=("glance",),
        migration=("glance-manage", "db_sync"),
    ),
    "placement": Service(
        FILES["placement"],
        (("placement", ""),),
        "placement.wsgi.api",
        databases=("placement",),
        migration=("placement-manage", "db", "sync"),
        package="openstack-placement",
    ),
    "nova": Service(
        FILES["nova"],
        (("compute", "/v2.1"),),
        "nova.wsgi.osapi_compute",
        ("nova-conductor", "nova-scheduler", "nova-compute"),
        databases=("nova_api", "nova_cell0", "nova"),
        needs=("glance", "placement", "neutron"),
        pipeline="api-paste.ini",
    ),
    "neutron": Service(
        FILES["neutron"],
        (("network", ""),),
        "neutron.wsgi.api",
        databases=("neutron",),
        migration=("neutron-db-manage", "upgrade", "heads"),
    ),
    "cinder": Service(
        FILES["cinder"],
        (("volumev3", "/v3/%(project_id)s"), ("block-storage", "/v3/%(project_id)s")),
        "cinder.wsgi.api",
        ("cinder-scheduler", "cinder-volume", "cinder-backup"),
        databases=("cinder",),
        migration=("cinder-manage", "db", "sync"),
        needs=("glance",),
        takes_arguments=True,
    ),
    "barbican": Service(
        FILES["barbican"],
        (("key-manager", ""),),
        databases=("barbican",),
        migration=("barbican-manage", "db", "upgrade"),
        pipeline="barbican-api-paste.ini",
    ),
    "designate": Service(
        FILES["designate"],
        (("dns", ""),),
        "designate.wsgi.api",
        ("designate-central", "designate-producer", "designate-worker"),
        databases=("designate",),
        migration=("designate-manage", "database", "sync"),
        pipeline="api-paste.ini",
        topic="central",
    ),
    "octavia": Service(
        FILES["octavia"],
        (("load-balancer", ""),),
        "octavia.wsgi.api",
        ("octavia-worker",),
        databases=("octavia",),
        migration=("octavia-db-manage", "upgrade", "head"),
        takes_arguments=True,
        topic="octavia_provisioning_v2",
    ),
    "swift": Service(FILES["swift"], (("object-store", "/v1/AUTH_%(project_id)s"),)),
}
"""Swift's servers serve themselves."""
ON_REQUEST: Mapping[str, Service] = {
    "zaqar": Service(
        further.FILES["zaqar"],
        (("messaging", ""),),
        "zaqar.transport.wsgi.app",
        databases=("zaqar",),
        migration=("zaqar-sql-db-manage", "upgrade", "head"),
        needs=("swift",),
    ),
    "gnocchi": Service(
        further.FILES["gnocchi"],
        (("metric", ""),),
        "gnocchi.rest.wsgi",
        ("gnocchi-metricd",),
        databases=("gnocchi",),
        prepares=("gnocchi-upgrade",),
        takes_arguments=True,
    ),
    "aodh": Service(
        further.FILES["aodh"],
        (("alarming", ""),),
        "aodh.wsgi.api",
        ("aodh-evaluator", "aodh-listener", "aodh-notifier"),
        databases=("aodh",),
        migration=("aodh-dbsync",),
        needs=("gnocchi",),
    ),
    "mistral": Service(
        further.FILES["mistral"],
        (("workflowv2", "/v2"),),
        "mistral.wsgi",
        ("mistral-server",),
        databases=("mistral",),
        migration=("mistral-db-manage", "upgrade", "head"),
        topic="mistral_engine",
    ),
    "manila": Service(
        further.FILES["manila"],
        (("sharev2", "/v2"), ("shared-file-system", "/v2")),
        "manila.wsgi.api",
        ("manila-scheduler", "manila-share"),
        databases=("manila",),
        migration=("manila-manage", "db", "sync"),
        takes_arguments=True,
        topic="manila-scheduler",
    ),
    "ironic": Service(
        further.FILES["ironic"],
        (("baremetal", ""),),
        "ironic.wsgi",
        ("ironic-conductor",),
        databases=("ironic",),
        migration=("ironic-dbsync", "create_schema"),
        topic="ironic.conductor_manager",
    ),
    "magnum": Service(
        further.FILES["magnum"],
        (("container-infra", "/v1"),),
        "magnum.wsgi.api",
        ("magnum-conductor",),
        databases=("magnum",),
        migration=("magnum-db-manage", "upgrade"),
        needs=("nova",),
        takes_arguments=True,
        topic="magnum-conductor",
    ),
    "blazar": Service(
        further.FILES["blazar"],
        (("reservation", "/v1"),),
        "blazar.wsgi.api",
        ("blazar-manager",),
        databases=("blazar",),
        migration=("blazar-db-manage", "upgrade", "head"),
        needs=("nova",),
        topic="blazar.manager",
    ),
    "zun": Service(
        further.FILES["zun"],
        (("container", "/v1"),),
        "zun.wsgi.api",
        ("zun-compute",),
        databases=("zun",),
        migration=("zun-db-manage", "upgrade"),
        needs=("cinder", "neutron", "placement"),
        takes_arguments=True,
        topic="zun-compute",
    ),
    "trove": Service(
        further.FILES["trove"],
        (("database", "/v1.0/%(project_id)s"),),
        "trove.cmd.app_wsgi",
        ("trove-taskmanager",),
        databases=("trove",),
        migration=("trove-manage", "db_sync"),
        needs=("nova", "cinder"),
        takes_arguments=True,
        topic="taskmanager",
    ),
}
SERVICES = {**ALWAYS, **ON_REQUEST}


def chosen(words: str) -> tuple[str, ...]:
    """The services for these words, with those that they need: without any all of ``ALWAYS``; ``all`` is all.

    :raises ServerUnavailable: where a word isn't a service
    """
    wanted = set(SERVICES) if words == "all" else set(words.split()) or set(ALWAYS)
    if unknown := wanted - SERVICES.keys():
        raise ServerUnavailable(f"no such service: {', '.join(sorted(unknown))}")
    more = {"keystone"}
    while more - wanted:
        wanted |= more
        more = {other for name in wanted for other in SERVICES[name].needs}
    return tuple(name for name in SERVICES if name in wanted)
