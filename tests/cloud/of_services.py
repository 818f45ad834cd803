"""One stack with all types of a service, as it is created and as it becomes in an update that replaces nothing.

It needs nothing of the project's but what ``prepared`` makes, so each project can have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from tests.cloud import test_blazar, test_ironic, test_magnum, test_manila
from tests.cloud.configuration import HOST
from tests.cloud.reached import Reached
from tests.cloud.test_aodh import KINDS
from tests.cloud.test_mistral import GREETING
from tests.cloud.test_zun import GIVEN
from tests.cloud.words import ref, typed
from tests.story import Template, hot


@dataclass(frozen=True)
class OfService:
    """``template``: the stack's, before (False) and after (True) the update. ``needs``: the services besides its own.

    ``is_for_administrators``: only they may make some of its resources. ``prepared``: makes what they need in a
    project, and removes it at the end. ``spared``: the names of those that nobody deletes behind an engine's back:
    nothing of them is at the service, or another one's deletion needs them. ``reuses_ids``: what is made anew has the
    id of what was deleted, so that those who need it are only found gone by a look.
    ``orders``: how many there are: what Barbican made for one outlives it.
    """

    template: Callable[[bool], Template]
    needs: tuple[str, ...] = ()
    is_for_administrators: bool = False
    prepared: Callable[[Reached, str], AbstractContextManager[None]] = lambda cloud, project: nullcontext()
    spared: frozenset[str] = frozenset()
    reuses_ids: bool = False
    orders: int = 0
    heats: Callable[[bool], Template] | None = None
    """The template of which Heat makes a stack, where it refuses the other one."""


def network(cidr: str) -> Template:
    """Return a network with a subnet."""
    return {"net": typed("Neutron::Net"), "subnet": typed("Neutron::Subnet", network=ref("net"), cidr=cidr)}


def one_more(changed: bool) -> Template:
    """Return what an update adds where no type can be changed in place."""
    return {"more": typed("Heat::RandomString")} if changed else {}


def of_barbican(changed: bool) -> Template:
    """Secrets, containers of each kind, and orders."""
    held = [{"name": "password", "ref": ref("password")}]
    return hot(
        password=typed("Barbican::Secret", payload="hunter2"),
        other=typed("Barbican::Secret", payload="hunter3"),
        box=typed("Barbican::GenericContainer", secrets=held),
        pair=typed("Barbican::RSAContainer", private_key_ref=ref("password"), public_key_ref=ref("other")),
        certificate=typed("Barbican::CertificateContainer", certificate_ref=ref("password")),
        order=typed("Barbican::Order", type="key", algorithm="aes", bit_length=256, mode="cbc"),
        **one_more(changed),
    )


def of_designate(changed: bool) -> Template:
    """A zone with records."""
    address = "192.0.2.2" if changed else "192.0.2.1"
    return hot(
        zone=typed("Designate::Zone", name="walk.test.", email="b@walk.test" if changed else "a@walk.test"),
        www=typed("Designate::RecordSet", zone=ref("zone"), name="www.walk.test.", type="A", records=[address]),
        mail=typed("Designate::RecordSet", zone=ref("zone"), name="m.walk.test.", type="TXT", records=['"x"']),
    )


def of_octavia(changed: bool) -> Template:
    """A load balancer with a listener, a pool, a monitor and two members."""
    weight = 2 if changed else 1
    members = {
        f"member_{number}": typed(
            "Octavia::PoolMember", pool=ref("pool"), address=f"10.68.0.{number}", protocol_port=80, weight=weight
        )
        for number in (51, 52)
    }
    probe = {"type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 2}
    return hot(
        **network("10.68.0.0/24"),
        balancer=typed("Octavia::LoadBalancer", vip_subnet=ref("subnet")),
        listener=typed("Octavia::Listener", loadbalancer=ref("balancer"), protocol="HTTP", protocol_port=80),
        pool=typed("Octavia::Pool", listener=ref("listener"), protocol="HTTP", lb_algorithm="ROUND_ROBIN"),
        monitor=typed("Octavia::HealthMonitor", pool=ref("pool"), **probe),
        policy=typed("Octavia::L7Policy", listener=ref("listener"), action="REJECT"),
        rule=typed("Octavia::L7Rule", l7policy=ref("policy"), type="PATH", compare_type="EQUAL_TO", value="/no"),
        **members,
    )


def of_swift(changed: bool) -> Template:
    """Containers by both names, and a handle."""
    return hot(
        box=typed("Swift::Container", **{"X-Container-Meta": {"For": "us"}}),
        bucket={"type": "AWS::S3::Bucket", "properties": {"AccessControl": "PublicRead"}},
        handle=typed("Heat::SwiftSignalHandle"),
        **one_more(changed),
    )


def of_zaqar(changed: bool) -> Template:
    """A queue, who is told of its messages, and a URL for it. Heat can make no queue with metadata on Zaqar 23."""
    return hot(
        queue=typed("Zaqar::Queue", **({"metadata": {"for": "us"}} if changed else {})),
        told=typed("Zaqar::Subscription", queue_name=ref("queue"), subscriber="http://127.0.0.1:1/x", ttl=3600),
        signed=typed("Zaqar::SignedQueueURL", queue=ref("queue"), methods=["GET", "POST"], ttl=7200),
    )


def of_aodh(changed: bool) -> Template:
    """An alarm of each kind but that of a load balancer's members: Heat asks Octavia for their pool."""
    common = {"alarm_actions": ["http://127.0.0.1:1/alarm"], "severity": "critical" if changed else "low"}
    alarms = {}
    for kind, given, update, _ in KINDS:
        if kind == "OS::Aodh::LBMemberHealthAlarm":
            continue
        compared = {"comparison_operator": "gt"} if "Gnocchi" in kind else {}  # or Heat sends the text None
        properties = {**compared, **given, **(update if changed else {}), **common}
        kept = {name: it for name, it in properties.items() if it is not None}  # for a number null is 0, as in Heat
        alarms[kind.rpartition("::")[2]] = {"type": kind, "properties": kept}
    return hot(**alarms)


def of_mistral(changed: bool) -> Template:
    """A workflow, when it is executed, and something that it makes.

    A queue whose messages execute it would need a trust that Keystone refuses to a stack: see doc/security.md.
    """
    makes = {**GREETING, "output": {"resource_id": "thing", "said": "<% $.said %>"}}
    actions = {it: {"workflow": ref("make")} for it in ("CREATE", "UPDATE", "DELETE")}
    given = {"input": {"who": "bob"}}
    return hot(
        flow=typed("Mistral::Workflow", **GREETING, description="greets all" if changed else "greets"),
        trigger=typed("Mistral::CronTrigger", pattern="0 3 * * *", workflow={"name": ref("flow"), **given}),
        make=typed("Mistral::Workflow", **makes),
        thing=typed("Mistral::ExternalResource", actions=actions, input={"who": "thing2" if changed else "thing1"}),
    )


def of_manila(changed: bool) -> Template:
    """A type of shares, a share of it, and a network with a service."""
    rules = [{"access_type": "ip", "access_to": "10.0.0.2" if changed else "10.0.0.1", "access_level": "ro"}]
    specs = {"ours:for": "others" if changed else "us"}  # the scheduler looks only for those without a colon
    return hot(
        kind=typed("Manila::ShareType", name="walked", driver_handles_share_servers=False, extra_specs=specs),
        share=typed("Manila::Share", share_protocol="NFS", size=1, share_type=ref("kind"), access_rules=rules),
        service=typed("Manila::SecurityService", type="ldap", user="eve" if changed else "ann"),
        **network("10.73.0.0/24"),
        work=typed(
            "Manila::ShareNetwork",
            neutron_network=ref("net"),
            neutron_subnet=ref("subnet"),
            security_services=[ref("service")],
        ),
    )


def of_ironic(changed: bool) -> Template:
    """A port of a machine."""
    extra = {"a": "c" if changed else "b"}
    sent = {"pxe_enabled": True, "is_smartnic": False}  # or Heat sends null, which Ironic 39 takes for neither
    port = typed("Ironic::Port", node=test_ironic.MACHINE, address="52:54:00:cf:2d:51", extra=extra, **sent)
    return hot(port=port)


def of_magnum(changed: bool) -> Template:
    """A cluster, and what it is made by."""
    return hot(
        kind=typed("Magnum::ClusterTemplate", **test_magnum.TEMPLATE),
        cluster=typed("Magnum::Cluster", cluster_template=ref("kind"), node_count=2 if changed else 1),
    )


def of_blazar(changed: bool) -> Template:
    """The cloud's only host, and a lease of it."""
    return hot(
        host=typed("Blazar::Host", name=HOST),
        lease=typed("Blazar::Lease", name="night", **test_blazar.DATES, reservations=[test_blazar.INSTANCES])
        | {"depends_on": "host"},
        **one_more(changed),
    )


def host_of_blazar(changed: bool) -> Template:
    """The host alone: Heat refuses a lease before there is a host, also one whose host is in the same template."""
    found = of_blazar(changed)
    del found["resources"]["lease"]
    return found


def of_zun(changed: bool) -> Template:
    """A container on a network."""
    container = {**GIVEN, "cpu": 0.2 if changed else 0.1}
    box = typed("Zun::Container", **container, networks=[{"network": ref("net")}])
    return hot(**network("10.74.0.0/24"), box=box | {"depends_on": "subnet"})


def of_trove(changed: bool) -> Template:
    """An instance with databases and a user."""
    user = {"name": "ann", "password": "secret1", "databases": ["shop"]}
    shop = typed(
        "Trove::Instance",
        flavor="m1.tiny",
        size=1,
        networks=[{"network": ref("net")}],
        databases=[{"name": it} for it in ("shop", *(("news",) if changed else ()))],
        users=[user],
    )
    return hot(**network("10.76.0.0/24"), shop=shop | {"depends_on": "subnet"})


@contextmanager
def pools(cloud: Reached, project: str) -> Iterator[None]:
    """Wait until there is a place for shares."""
    test_manila.await_pools(cloud)
    yield


STACKS: Mapping[str, OfService] = {
    "barbican": OfService(of_barbican, orders=1),
    "designate": OfService(of_designate),
    "octavia": OfService(of_octavia),
    "swift": OfService(of_swift),
    "zaqar": OfService(of_zaqar, spared=frozenset({"signed"})),
    "aodh": OfService(of_aodh),
    "mistral": OfService(of_mistral, spared=frozenset({"thing", "make"})),
    "manila": OfService(of_manila, is_for_administrators=True, prepared=pools),
    "ironic": OfService(of_ironic, is_for_administrators=True, prepared=test_ironic.machines),
    "magnum": OfService(of_magnum, prepared=test_magnum.image),
    "blazar": OfService(
        of_blazar, is_for_administrators=True, prepared=test_blazar.pool, reuses_ids=True, heats=host_of_blazar
    ),
    "zun": OfService(of_zun),
    "trove": OfService(of_trove),
}
