"""What a project has at the cloud's services, object by object and field by field, in words that two runs share.

::

    services ──list──▶ bodies ──ids and times mapped away──▶ objects: collection → label → fields

An id of a resource of the stack is told by the resource's name; another id, a time, a drawn name, address or number by
what it is. So the objects of two engines that do the same are equal.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.exception import CloudError
from tests.cloud.left import OF_PROJECT
from tests.cloud.reached import Reached

Body = dict[str, Any]
Objects = dict[str, list[Body]]
"""Collection → its objects. ``label`` is the name of the resource that an object is, or empty."""
LABEL = "label"
COMPUTE, STORAGE = "2.96", "3.70"
"""The versions of the APIs: they tell a server's user data, tags and host name, and a volume's attachments."""


@dataclass(frozen=True)
class Collection:
    """Where objects are listed. ``is_common``: they are of no project, so those of the stack's resources are taken."""

    service: str
    path: str
    key: str
    is_common: bool = False


COLLECTIONS = (
    *(Collection("network", name, name.rsplit("/", 1)[-1].replace("-", "_")) for name in OF_PROJECT["network"]),
    Collection("network", "segments", "segments", is_common=True),
    Collection("block_storage", "volumes/detail", "volumes"),
    Collection("block_storage", "snapshots/detail", "snapshots"),
    Collection("block_storage", "backups/detail", "backups"),
    Collection("block_storage", "attachments/detail", "attachments"),
    Collection("block_storage", "types", "volume_types", is_common=True),
    Collection("block_storage", "qos-specs", "qos_specs", is_common=True),
    Collection("compute", "servers/detail", "servers"),
    Collection("compute", "os-server-groups", "server_groups"),
    Collection("compute", "os-keypairs", "keypairs"),
    Collection("compute", "flavors/detail", "flavors", is_common=True),
    Collection("compute", "os-aggregates", "aggregates", is_common=True),
    Collection("image", "images", "images", is_common=True),
)
PARTS = {
    "servers/detail": (
        ("servers/{}/os-volume_attachments", "volumeAttachments"),
        ("servers/{}/os-interface", "interfaceAttachments"),
    ),
    "types": (("types/{}/encryption", ""), ("types/{}/os-volume-type-access", "volume_type_access")),
    "qos-specs": (("qos-specs/{}/associations", "qos_associations"),),
    "flavors/detail": (("flavors/{}/os-flavor-access", "flavor_access"),),
    "images": (("images/{}/members", "members"),),
}
"""Collection → where what belongs to each of its objects is found; without a key the answer is the object."""
QUOTAS = (
    ("compute", "os-quota-sets", "quota_set"),
    ("network", "quotas", "quota"),
    ("block_storage", "os-quota-sets", "quota_set"),
)
LEFT_OUT = ("links", "revision_number", "next_link", "standard_attr_id")
DRAWN = (
    "hostId",
    "OS-EXT-SRV-ATTR:instance_name",
    "OS-EXT-SRV-ATTR:reservation_id",
    "OS-EXT-SRV-ATTR:host",
    "provider:segmentation_id",
    "file",
    "schema",
    "self",
)
"""Fields whose values are drawn, and differ from run to run; one that the template gives is told."""
IDS = ("id", "of")
"""Fields whose values may be short ids, such as an aggregate's number, which would be taken for an id anywhere else."""
SHORTEST = 8
"""Characters of an id that is taken for one wherever it stands."""
EXACT = ("cidr", "gateway_ip", "start", "end", "prefixes", "destination", "remote_ip_prefix")
"""Fields with addresses that nobody draws."""
SEEDED = ("public", "public-subnet", "cirros", "ubuntu", "fedora", "centos")
"""What the cloud has for everybody, besides flavors."""
USER_DATA = "OS-EXT-SRV-ATTR:user_data"
MASKS = (
    (re.compile(r"={3,}\w{10,}={2,}"), "BOUNDARY"),
    (re.compile(r"\bhost(-[0-9a-f]*)+"), "host-*"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "TIME"),
    (re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"(?<=-)[a-z2-7]{12}(?=$|[-.])"), "*"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HERE"),
)
MAC = re.compile(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b")
IPV4 = re.compile(r"\b(\d+\.\d+)\.(\d+)\.\d+\b(?!/)")
IPV6 = re.compile(r"\b(fd00:[0-9a-f]+::)[0-9a-f:]+\b(?!/)")


@dataclass
class Words:
    """The words for what differs from run to run.

    ``known``: id → the name for it. ``given``: the template's text, whose addresses and numbers nobody draws.
    """

    known: Mapping[str, str]
    given: str

    def of(self, value: Any, field: str = "") -> Any:
        """A JSON value in these words; a list is sorted, because services list in no order."""
        if isinstance(value, dict):
            return {self._text(name, ""): self.of(it, name) for name, it in value.items() if name not in LEFT_OUT}
        if isinstance(value, list):
            return sorted((self.of(it, field) for it in value), key=lambda it: json.dumps(it, sort_keys=True))
        if field in DRAWN and value is not None and str(value) not in self.given:
            return "DRAWN"
        if field == USER_DATA and isinstance(value, str):
            return self._text(decoded(value), "").splitlines()
        if field in IDS and str(value) in self.known:
            return self.known[str(value)]
        return self._text(value, field) if isinstance(value, str) else value

    def _text(self, text: str, field: str) -> str:
        if text in self.known and (len(text) >= SHORTEST or field in IDS):
            return self.known[text]
        for word, name in self.known.items():
            if len(word) >= 32:
                text = text.replace(word, name)
        for pattern, masked in MASKS:
            text = pattern.sub(masked, text)
        text = MAC.sub(lambda it: it[0] if it[0] in self.given else "MAC", text)
        if field in EXACT:
            return text
        text = IPV4.sub(lambda it: it[0] if it[0] in self.given else self._network(it), text)
        return IPV6.sub(lambda it: it[0] if it[0] in self.given else f"{it[1]}*", text)

    def _network(self, address: re.Match[str]) -> str:
        return f"{address[1]}.*" if address[1] == "172.24" else f"{address[1]}.{address[2]}.*"


def decoded(text: str) -> str:
    """What base64 text says; the text if it isn't base64."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


@dataclass
class Looker:
    """Looks at a project as its administrator."""

    cloud: Reached
    project: str

    def __post_init__(self) -> None:
        self._services = self.cloud.services("admin", self.project)
        self._project_id = self.cloud.project_id(self.project)
        self._users = {it: self.cloud.identity().id_of("user", it) for it in (self.project, "admin")}
        self._common = self._found_for_everybody()

    def raw(self, owned: Mapping[str, str]) -> Iterator[tuple[str, Body]]:
        """Yield all objects, each with the name of its collection.

        :param owned: physical id → resource, of the stack: which objects of no project are the stack's
        """
        for it in COLLECTIONS:
            for body in self._listed(it):
                thing = body.get("keypair") or body
                if it.is_common and str(thing.get("id")) not in owned:
                    continue
                yield f"{it.service}: {it.path}", thing
                for path, key in PARTS.get(it.path, ()):
                    yield from self._parts(it, path.format(thing["id"]), key, thing)

    def quotas(self) -> Objects:
        """The project's quotas, without those of volume types, which other stories have."""
        found: Objects = {}
        for service, path, key in QUOTAS:
            told = self._services.api(service).get(f"/{path}/{self._project_id}")[key]
            found[f"{service}: {path}"] = [{LABEL: "", **{name: it for name, it in told.items() if "-" not in name}}]
        return found

    def objects(self, owned: Mapping[str, str], given: str) -> Objects:
        """All objects, in words that two runs share."""
        words = Words({**self._common, **owned}, given)
        found: Objects = {}
        for collection, body in [*self.raw(owned), *((name, it) for name, its in self.quotas().items() for it in its)]:
            label = owned.get(str(body.get("id", body.get("name"))), "") or owned.get(str(body.get("name")), "")
            found.setdefault(collection, []).append({**words.of(body), LABEL: label})
        return found

    def _listed(self, it: Collection) -> list[Body]:
        sent: dict[str, Any] = {"params": {}}
        if it.service == "network" and not it.is_common:
            sent["params"] = {"project_id": self._project_id}
        if it.path == "os-keypairs":
            return [body for user in self._users.values() for body in self._keypairs(user)]
        if it.path == "flavors/detail":
            sent["params"] = {"is_public": "None"}
        if it.path == "types":
            sent["params"] = {"is_public": "None"}
        version = {"compute": COMPUTE, "block_storage": STORAGE}.get(it.service)
        if version:
            sent["microversion"] = version
        return list(self._services.api(it.service).listed(f"/{it.path}", it.key, **sent))

    def _keypairs(self, user: str) -> list[Body]:
        listed = self._services.api("compute").listed(
            "/os-keypairs", "keypairs", params={"user_id": user}, microversion=COMPUTE
        )
        return [it for it in listed if self.project in it["keypair"]["name"]]

    def _parts(self, it: Collection, path: str, key: str, thing: Body) -> Iterator[tuple[str, Body]]:
        version = {"compute": COMPUTE, "block_storage": STORAGE}.get(it.service)
        name = f"{it.service}: {path.replace(str(thing['id']), '…')}"
        try:
            answer = self._services.api(it.service).get(f"/{path}", **({"microversion": version} if version else {}))
        except CloudError:  # a public flavor or type has no list of who may use it
            return
        for body in answer.get(key) or () if key else [answer]:
            if body:
                yield name, {"of": thing["id"], **body}

    def _found_for_everybody(self) -> dict[str, str]:
        """Id → name, of the project, its users, and of what every project sees."""
        found = {self._project_id: "PROJECT", **dict.fromkeys(self._users.values(), "ADMIN")}
        found[self._users[self.project]] = "USER"
        found |= {self.project: "PROJECT NAME", self.cloud.project_id("demo"): "DEMO"}
        everybody = self.cloud.services("admin", "admin")
        for service, path, key, kind in (
            ("network", "/networks", "networks", "network"),
            ("network", "/subnets", "subnets", "subnet"),
            ("image", "/images", "images", "image"),
            ("compute", "/flavors", "flavors", "flavor"),
        ):
            for it in everybody.api(service).listed(path, key):
                name = it["name"] or ""
                if name in SEEDED or name.startswith("m1."):
                    found[str(it["id"])] = f"{kind} {name}"
        groups = everybody.api("network").listed(
            "/security-groups", "security_groups", params={"project_id": self._project_id, "name": "default"}
        )
        return {**found, **{it["id"]: "group default" for it in groups}}
