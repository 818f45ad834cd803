"""OS::Nova::Server: a server, with the ports, users and snapshots that belong to it.

::

    create ─▶ user, and a record of ports, in the database ─▶ ports ─▶ POST /servers, marked ─▶ ACTIVE ─▶ tags
    update ─▶ name, metadata, tags ─▶ interfaces ─▶ resize, confirmed ─▶ rebuild ─▶ password      each seen in Nova
    delete ─▶ DELETE ─▶ gone ─▶ its ports, its user

An update makes one missing change at a time and reads Nova in between. So an engine that continues after another
engine's death sees what was done.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from heatlite.exception import (
    CloudConflict,
    CloudError,
    CloudNotFound,
    HeatliteError,
    ResourceInError,
    ResourceUnknownStatus,
)
from heatlite.resources.base import UpdateReplace
from heatlite.resources.builtin.agent import ForAgents
from heatlite.resources.instance import Instance
from heatlite.resources.openstack.base import Body, CloudResource, is_uuid
from heatlite.resources.openstack.marks import KEY, InMetadata
from heatlite.resources.openstack.neutron.addresses import FREED, give_back_addresses
from heatlite.resources.openstack.nova import server_schema as schema
from heatlite.resources.openstack.nova import user_data
from heatlite.resources.openstack.nova.server_devices import devices, devices_v2, validate_devices
from heatlite.resources.openstack.nova.server_networks import OWN_PORTS, TAKEN_OVER, ServerNetworks
from heatlite.resources.openstack.nova.server_validation import validate_networks
from heatlite.resources.openstack.sights import tags_differ
from heatlite.resources.openstack.states import State, states
from heatlite.resources.software import delivery

WITH_TAGS = "2.26"
"""The API version for reading a server: it shows tags, and the id of the flavor (until 2.46)."""
WITHOUT_NETWORKS, WITH_NIC_TAGS, WITH_VOLUME_TYPE, REBUILT_WITH_USER_DATA = "2.36", "2.42", "2.67", "2.57"
"""API versions. WITHOUT_NETWORKS: the last that requires no networks and accepts personality. The others: the first
with the feature in the name."""
IMAGE_ID_TOLD, CONSOLES_OF_ALL_KINDS = "2.45", "2.8"
SNAPSHOT_IMAGE = "snapshot_image_id"
BUSY = ("BUILD", "REBUILD", "RESIZE", "REVERT_RESIZE", "HARD_REBOOT", "REBOOT", "PASSWORD")
REPLACEABLE = ((schema.IMAGE, schema.IMAGE_POLICY), (schema.FLAVOR, schema.FLAVOR_POLICY))
CONSOLES = {
    "novnc": "vnc",
    "xvpvnc": "vnc",
    "spice-html5": "spice",
    "rdp-html5": "rdp",
    "serial": "serial",
    "webmks": "mks",
}
"""Kind of console → protocol."""
SNAPSHOT_KEY = "heat_snapshot"
OF_SERVER = "instance_uuid"
"""The property in which Nova notes the server that an image was made of."""
IMAGE_KEY = "snapshot_key"
"""In the resource's data: the key of the image that the newest snapshot took, or was about to take."""
BY_SNAPSHOT = "snapshot-"
"""In the key of an image that is a snapshot's; others are kept when their server is deleted."""
BAD_REQUEST = 400


class Server(CloudResource, ForAgents):
    """A server: a virtual machine or a physical one, with a flavor, that boots from an image or a volume."""

    service, path, key, microversion = "compute", "/servers", "server", WITH_TAGS
    whole_list = "/servers/detail"
    mark = InMetadata("metadata", filtered=False)
    is_gone_at_once = False
    shows_deployments = True
    first_collectors = ("ec2",)
    login_user: ClassVar[str | None] = None
    physical_resource_name_limit = 53
    states = states(
        good="ACTIVE",
        pending=f"{' '.join(BUSY)} RESCUE SHUTOFF SUSPENDED VERIFY_RESIZE",
        failed="ERROR",
    )
    properties_schema = schema.PROPERTIES
    attributes_schema = schema.ATTRIBUTES

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._networks: ServerNetworks | None = None

    @property
    def networks(self) -> ServerNetworks:
        """The server's networks, as this step sees them."""
        if self._networks is None:
            self._networks = ServerNetworks(self)
        return self._networks

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Any) -> frozenset[str]:
        """Return the subnets of its networks, as it isn't known in advance which of them gives it an address.

        A network with a floating IP also needs the interfaces of routers on its subnets, and their gateways.
        """
        networks = own.get(schema.NETWORKS)
        given = [it for it in networks if isinstance(it, Mapping)] if isinstance(networks, list) else []
        ways = (others.ways_from_network(it) for it in given if it.get(schema.FLOATING_IP) is not None)
        return others.subnets_of([it.get(schema.NETWORK) for it in given]).union(*ways)

    def validate(self) -> None:
        """Check the disks, the networks and the metadata beyond what a schema can express."""
        super().validate()
        if "deployments" in self.metadata and self._is_for_software():
            message = "deployments key not allowed in resource metadata with user_data_format of SOFTWARE_CONFIG"
            raise self.property_error(schema.USER_DATA_FORMAT, message)
        validate_devices(self)
        validate_networks(self)

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide by the update policies. Whether a name and an id mean the same image or flavor is looked up later."""
        if super().needs_replacement(before, after, changed):
            return True
        if schema.USER_DATA in changed and policy(schema.USER_DATA_POLICY, after, before) == schema.REPLACE:
            return True
        for name, by in REPLACEABLE:
            if name in changed and policy(by, after, before) == schema.REPLACE:
                old, new = before.get(name), after.get(name)
                if not old or not new or is_uuid(old) == is_uuid(new):
                    return True
        return False

    # --- create ----------------------------------------------------------------------------------------------------

    def handle_create(self) -> Any:
        """Record what the server is found by in the database, then create it."""
        progress = {"since": self.now(), "made": False, "is_known": not self._prepares()}
        if progress["is_known"]:
            self._make(progress)
            progress["is_known"] = progress["made"]  # or what is to be taken over isn't in the database yet
        return progress

    def check_create_complete(self, progress: Any) -> bool:
        """Create the server after the record, and wait until it is ACTIVE."""
        if progress and not progress["is_known"]:  # the end of this step records it in the database
            progress["is_known"] = True
            self.poll_in(0)
            return False
        if progress and not progress["made"]:
            if not self._is_made_already(progress):
                self._make(progress)
            return False
        return super().check_create_complete(None if not progress or progress["is_found"] else progress)

    def _prepares(self) -> bool:
        """Tell whether something was created that must be in the database before the server is created."""
        before = dict(self.data)
        if OWN_PORTS not in self.data and any(it.has_own_port for it in self.networks.wanted):
            self.networks.record([])
        if self._is_for_software():
            self.make_credentials()
        return dict(self.data) != before

    def _is_made_already(self, progress: Body) -> bool:
        """Tell whether an engine that died in this step has created the server.

        A step from a progress isn't marked as repeated, so this step has to look. The server's own ports are created
        before it: as long as none of them exists, the server doesn't exist either.
        """
        takes_over = TAKEN_OVER in self.data or FREED in self.data
        if not self._is_for_software() and not self.networks.left_over and not takes_over:
            return False
        found = self.find()
        if found:
            self.resource_id_set(found[0])
            self._delete_others()
            progress["made"] = progress["is_found"] = True
        return bool(found)

    def _make(self, progress: Body) -> Body:
        """Send the creation. If the replaced server has a port or an address of the template, take it away first.

        Nova answers 400 if another server has an address; Neutron's answer is a conflict.
        """
        try:
            progress["is_found"] = super().handle_create() is None
            progress["made"] = True
        except CloudError as error:
            progress["made"] = False
            is_taken = isinstance(error, CloudConflict) or error.kwargs["status"] == BAD_REQUEST
            if self.is_in_use_too_long(progress) or not is_taken or not self.networks.take_over():
                raise
        return progress

    def extra_body(self, body: Body) -> Body:
        """Return a body with fields in Nova's form. A server that boots from a volume has no image."""
        given = self.properties
        body = {"imageRef": "", **body, "metadata": texts(given[schema.METADATA] or {})}
        if given[schema.GROUPS]:
            body["security_groups"] = [{"name": str(it)} for it in given[schema.GROUPS]]
        if given[schema.ADMIN_PASS]:
            body["adminPass"] = given[schema.ADMIN_PASS]
        if given[schema.DEVICES]:
            body["block_device_mapping"] = devices(given[schema.DEVICES])
        if given[schema.DEVICES_V2]:
            body["block_device_mapping_v2"] = devices_v2(given[schema.DEVICES_V2], body["imageRef"], self.identify)
        if given[schema.PERSONALITY]:
            body["personality"] = files(given[schema.PERSONALITY])
        if data := self._user_data():
            body["user_data"] = encoded(data)
        return body

    def create(self, body: Body) -> Body:
        """Create the server with its networks, by the oldest API version that knows all requested fields."""
        nics = self.networks.nics()
        version = self._version()
        if nics is not None:
            body["networks"] = nics
        elif version == WITH_VOLUME_TYPE:
            body["networks"] = "auto"
        hints = self.properties[schema.HINTS]
        sent = {"server": body, **({"os:scheduler_hints": hints} if hints else {})}
        made = self.api.post(self.path, sent, microversion=version)["server"]
        return {"status": "BUILD", **made}

    def _version(self) -> str:
        if any(it["volume_type"] for it in self.properties[schema.DEVICES_V2] or ()):
            return WITH_VOLUME_TYPE
        if self.networks.allocate or any(it.tag for it in self.networks.wanted):
            return WITH_NIC_TAGS
        return WITHOUT_NETWORKS

    def settle(self, progress: Any) -> bool:
        """After a creation, set the tags. After an update, make the next missing change."""
        if progress is not None and "changed" in progress:
            return self._goes_on(progress)
        if progress is None:
            self.networks.find_ports()
        if self.properties[schema.TAGS]:
            self._set_tags()
        return True

    def completed(self, body: Body) -> Body:
        """Return the server without a suffix that some clouds append to the status."""
        return {**body, "status": str(body["status"]).partition("(")[0]}

    def differing(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what differs: the name, and flavor, image, metadata and tags, which have requests of their own."""
        given, self._seen = self.properties, dict(body)
        found = super().differing(body) | tags_differ(given[schema.TAGS], body.get("tags"))
        own = {key: it for key, it in (body.get("metadata") or {}).items() if key != KEY}
        if own != texts(given[schema.METADATA] or {}):
            found[schema.METADATA] = own
        for name, current in ((schema.FLAVOR, body["flavor"].get("id")), (schema.IMAGE, self._image())):
            if given[name] and current and self._id_of(name) != current:
                found[name] = current
        return found

    def is_ready(self) -> bool:
        """Tell whether the server is ACTIVE and Nova has no task for it."""
        if super().is_ready():
            if not self.seen().get(schema.TASK):
                return True
            self._seen = None
            self.wake_on(str(self.resource_id))
        return False

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return Nova's fault."""
        fault = body.get("fault") or {}
        return f"Message: {fault.get('message', 'Unknown')}, Code: {fault.get('code', 'Unknown')}"

    # --- user data -------------------------------------------------------------------------------------------------

    def _is_for_software(self) -> bool:
        return bool(self.properties[schema.USER_DATA_FORMAT] == schema.SOFTWARE_CONFIG)

    def _user_data(self) -> str:
        """Return the user data for the boot."""
        kind, content = self.properties[schema.USER_DATA_FORMAT], self.properties[schema.USER_DATA] or ""
        if kind == schema.CFNTOOLS:
            url = self.cloud.metadata_url()
            return user_data.for_tools(content, dict(self.metadata), url, self.uuid, self.login_user)
        content = delivery.text_of(self.software, content)
        if kind == schema.RAW:
            return content
        metadata = {**self.metadata, "deployments": [], delivery.CONFIG: self.collect_config()}
        return user_data.for_software(content, metadata, self.uuid)

    # --- update ----------------------------------------------------------------------------------------------------

    replaced_if = "it doesn't exist any more or is in ERROR, or if an update policy asks for it"

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change name, metadata and tags; the check makes the longer changes.

        :raises UpdateReplace: by the update policies, or if the server doesn't exist or is in ERROR
        """
        if self.resource_id is None or not self.exists():
            raise UpdateReplace
        self._check_policies(prop_diff)
        return super().handle_update(prop_diff)

    def _check_policies(self, prop_diff: Mapping[str, Any]) -> None:
        current = {schema.IMAGE: self._image(), schema.FLAVOR: self.seen()["flavor"]["id"]}
        for name, by in REPLACEABLE:
            if name in prop_diff and self.properties[by] == schema.REPLACE and current[name] != self._id_of(name):
                raise UpdateReplace
        if schema.IMAGE in prop_diff and not self.properties[schema.IMAGE]:
            raise UpdateReplace
        if self._is_rebuilt_by_data(prop_diff) and not self._image():
            raise UpdateReplace

    def _is_rebuilt_by_data(self, changed: Any) -> bool:
        return schema.USER_DATA in changed and self.properties[schema.USER_DATA_POLICY] == schema.REBUILD

    def _image(self) -> str:
        """Return the id of its image; empty if it booted from a volume."""
        return str((self.seen().get("image") or {}).get("id") or "")

    def _id_of(self, name: str) -> str:
        kind = {schema.IMAGE: "glance.image", schema.FLAVOR: "nova.flavor"}[name]
        return self.identify(kind, self.properties[name]) if self.properties[name] else ""

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the name. Other properties have requests of their own, in ``update_rest`` or ``settle``."""
        return self.fields([schema.NAME]) if schema.NAME in prop_diff else {}

    def change(self, body: Body) -> Body:
        """Send the change and read the server, because the answer lacks fields."""
        super().change(body)
        return self.look(str(self.resource_id))

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change metadata and tags."""
        if schema.METADATA in prop_diff:
            wanted = {**texts(self.properties[schema.METADATA] or {}), KEY: self.uuid}
            made = self.api.put(f"{self.one}/metadata", {"metadata": wanted})
            self._seen = {**self.seen(), "metadata": made["metadata"]}
        if schema.TAGS in prop_diff:
            self._set_tags()

    def _set_tags(self) -> None:
        wanted = {"tags": self.properties[schema.TAGS] or []}
        made = self.api.put(f"{self.one}/tags", wanted, microversion=WITH_TAGS)
        self._seen = {**self.seen(), "tags": made["tags"]}

    def check_update_complete(self, progress: Any) -> bool:
        """Wait until Nova has finished, and make the next change. A stopped or suspended server may be updated too."""
        body = self.seen()
        if self.states is not None and self.states.of(body) is State.FAILED:
            raise ResourceInError(resource_status=body["status"], status_reason=self.fault_of(body))
        if body.get(schema.TASK) or body["status"] in BUSY:
            return self._looks_again()
        if body["status"] == "VERIFY_RESIZE" and schema.FLAVOR in progress["changed"]:
            return self._confirm(progress)
        return self.settle(progress)

    def _looks_again(self) -> bool:
        self._seen = None
        return False

    def _confirm(self, progress: Body) -> bool:
        """Confirm the new size. Nova refuses a second confirmation."""
        if not progress.get("confirmed"):
            try:
                self._act({"confirmResize": None})
            except CloudError as error:
                if not isinstance(error, CloudConflict) and error.kwargs["status"] != BAD_REQUEST:
                    raise
            progress["confirmed"] = True
        return self._looks_again()

    def _act(self, action: Body, version: str | None = WITH_TAGS) -> Any:
        return self.api.post(f"{self.one}/action", action, microversion=version)

    def _goes_on(self, progress: Body) -> bool:
        """Make the first missing change; return True if there is none."""
        changed = progress["changed"]
        if delivery.CONFIG_TRANSPORT in changed and self._is_for_software():
            self.change_credentials(str(self.resource_id))
        if schema.NETWORKS in changed and not progress.get("rewired"):
            if not self.networks.rewire(progress):
                return self._looks_again()
            progress["rewired"] = True
            self._seen = None
        return self._is_resized(progress) and self._is_rebuilt(progress) and self._has_password(progress)

    def _is_resized(self, progress: Body) -> bool:
        """Tell whether the server has its flavor; begin a resize if it hasn't.

        :raises ResourceUnknownStatus: if Nova has given up the resize
        """
        if schema.FLAVOR not in progress["changed"]:
            return True
        wanted, body = self._id_of(schema.FLAVOR), self.seen()
        if body["flavor"]["id"] == wanted:
            return True
        if progress.get("resized"):
            message = f"Resizing to '{self.properties[schema.FLAVOR]}' failed"
            raise ResourceUnknownStatus(result=message, resource_status=body["status"], status_reason="Unknown")
        self._act({"resize": {"flavorRef": wanted}})
        progress["resized"] = True
        return self._looks_again()

    def _is_rebuilt(self, progress: Body) -> bool:
        """Tell whether the server has its image and user data; begin a rebuild if it hasn't."""
        changed = progress["changed"]
        wanted = self._id_of(schema.IMAGE)
        by_image, by_data = schema.IMAGE in changed and wanted != self._image(), self._is_rebuilt_by_data(changed)
        if progress.get("rebuilt") or not (by_image or by_data):
            return True
        body: Body = {"imageRef": wanted or self._image()}
        if self.properties[schema.IMAGE_POLICY] == schema.PRESERVE:
            body["preserve_ephemeral"] = True
        if self.properties[schema.ADMIN_PASS]:
            body["adminPass"] = self.properties[schema.ADMIN_PASS]
        version = WITH_TAGS
        if by_data:
            data, version = self._user_data(), REBUILT_WITH_USER_DATA
            body["user_data"] = encoded(data) if data else None
        elif self.properties[schema.PERSONALITY]:
            body["personality"] = files(self.properties[schema.PERSONALITY])
        self._act({"rebuild": body}, version)
        progress["rebuilt"] = progress["password"] = True
        return self._looks_again()

    def _has_password(self, progress: Body) -> bool:
        if schema.ADMIN_PASS in progress["changed"] and not progress.get("password"):
            if self.properties[schema.ADMIN_PASS]:
                self._act({"changePassword": {"adminPass": self.properties[schema.ADMIN_PASS]}})
            progress["password"] = True
        return True

    # --- delete ----------------------------------------------------------------------------------------------------

    def check_delete_complete(self, progress: Any) -> bool:
        """Tell whether the server is gone; then delete what was created for it."""
        if "image" in progress and not progress.get("is_kept"):
            if not self._is_imaged(progress):
                return False
            progress["is_kept"] = True
        if not super().check_delete_complete(progress):
            return False
        if OWN_PORTS in self.data:
            self.networks.delete_ports()
        if TAKEN_OVER in self.data and not self.networks.give_back_ports(progress):
            return False
        if not give_back_addresses(self, progress):
            return False
        if self._is_for_software():
            self.forget_credentials()
        return True

    def is_broken_in_deletion(self, body: Mapping[str, Any]) -> bool:
        """Tell whether the deletion failed. Delete a soft-deleted server by force.

        The status alone doesn't tell: the server may have been in ERROR before.
        """
        if body["status"] == "SOFT_DELETED":
            self.api.post(f"{self.place(body['id'])}/action", {"forceDelete": None})
        return body["status"] == "ERROR" and not body.get(schema.TASK)

    # --- suspend, resume, snapshots --------------------------------------------------------------------------------

    def handle_suspend(self) -> Any:
        """Begin to suspend the server, unless it is suspended."""
        return self._goes_to("SUSPENDED", "suspend")

    def handle_resume(self) -> Any:
        """Begin to resume the server, unless it is running."""
        return self._goes_to("ACTIVE", "resume")

    def _goes_to(self, status: str, action: str) -> Body:
        if self.resource_id is None:
            raise HeatliteError(msg_fmt=f"Cannot {action} {self.name}, resource_id not set")
        if self.seen()["status"] != status and not self.seen().get(schema.TASK):
            self._act({action: None})
            self._seen = None
        return {}

    def check_suspend_complete(self, progress: Any) -> bool:
        """Tell whether the server is suspended.

        :raises ResourceUnknownStatus: if it has any other final status
        """
        body = self.awaited()
        if body["status"] == "SUSPENDED":
            return True
        if body["status"] != "ACTIVE" and self.states is not None and self.states.of(body) is not State.PENDING:
            message = f"Suspend of server {body['name']} failed"
            raise ResourceUnknownStatus(
                result=message, resource_status=body["status"], status_reason=self.fault_of(body)
            )
        return self._looks_again()

    def check_resume_complete(self, progress: Any) -> bool:
        """Tell whether the server is running."""
        return self.is_ready()

    def handle_snapshot(self) -> Any:
        """Choose the key by which the image is found again.

        The image of the snapshot before is in that snapshot's own data.
        """
        progress = self._new_image(BY_SNAPSHOT)
        self.data_delete(SNAPSHOT_IMAGE)
        self.data_set(IMAGE_KEY, progress["key"])
        return progress

    def _new_image(self, kind: str = "") -> Body:
        return {"image": None, "key": f"{self.uuid}-{kind}{self.random.getrandbits(64):016x}", "is_known": False}

    def check_snapshot_complete(self, progress: Any) -> bool:
        """Begin an image of the server, once its key is in the database, and wait for it."""
        if not self._is_imaged(progress):
            return False
        self.data_set(SNAPSHOT_IMAGE, progress["image"])
        return True

    def _is_imaged(self, progress: Body) -> bool:
        glance = self.cloud.api("image")
        if not progress["is_known"]:
            progress["is_known"] = True
            self.poll_in(0)
            return False
        if progress["image"] is None:
            key = progress["key"]
            left = self._images({SNAPSHOT_KEY: key})
            wanted = {"name": self.physical_resource_name(), "metadata": {SNAPSHOT_KEY: key}}
            made = left[0] if left else self._act({"createImage": wanted}, IMAGE_ID_TOLD)
            progress["image"] = made.get("image_id") or made["id"]
            return self._looks_again()
        image = glance.get(f"/images/{progress['image']}")
        if image["status"] in ("killed", "deleted", "error", "pending_delete"):
            raise ResourceInError(resource_status=image["status"], status_reason="Unknown")
        self._seen = None
        return bool(image["status"] == "active" and not self.seen().get(schema.TASK))

    def handle_snapshot_delete(self, state: Any) -> Any:
        """Begin to create an image of the server, unless it has failed, and then to delete it."""
        deletion = self.handle_delete()
        if self.resource_id is None or state[1] == "FAILED" or not self.exists():
            return deletion
        return {**deletion, **self._new_image()}

    def handle_delete_snapshot(self, restore_data: Mapping[str, Any]) -> None:
        """Delete the image, if it exists; of a snapshot that failed, the one that had begun."""
        data = restore_data.get("resource_data") or {}
        if data.get(SNAPSHOT_IMAGE):
            self._delete_image(data[SNAPSHOT_IMAGE])
        elif data.get(IMAGE_KEY):
            for it in self._images({SNAPSHOT_KEY: data[IMAGE_KEY]}):
                self._delete_image(it["id"])

    def handle_delete_unfinished_snapshot(self) -> None:
        """Delete all images that snapshots have made of the server, which is gone by now."""
        for it in self._images({OF_SERVER: self.resource_id}):
            if str(it.get(SNAPSHOT_KEY)).startswith(f"{self.uuid}-{BY_SNAPSHOT}"):
                self._delete_image(it["id"])

    def _images(self, query: Mapping[str, Any]) -> list[Body]:
        return list(self.cloud.api("image").listed("/images", "images", params=query))

    def _delete_image(self, image_id: str) -> None:
        with suppress(CloudNotFound):
            self.cloud.api("image").delete(f"/images/{image_id}")

    def handle_restore(self, definition: Mapping[str, Any], restore_data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the definition of the same server with the image."""
        key = "Properties" if "Properties" in definition else "properties"
        image = restore_data["resource_data"][SNAPSHOT_IMAGE]
        return {**definition, key: {**(definition.get(key) or {}), schema.IMAGE: image}}

    # --- attributes ------------------------------------------------------------------------------------------------

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute: among them addresses in Heat's order, consoles, and the agent's configuration."""
        match name:
            case schema.ADDRESSES:
                return self.networks.addresses()
            case schema.NETWORKS:
                return self.networks.by_name_and_id(addresses_by_network(body))
            case schema.FIRST_ADDRESS:
                return first_address_of(body)
            case "instance_name":
                return body.get("OS-EXT-SRV-ATTR:instance_name")
            case schema.CONSOLES:
                return {kind: self._console(kind) for kind in CONSOLES}
            case schema.COLLECT_CONFIG:
                return self.collect_config() if self._is_for_software() else {}
        return super().attribute_of(name, body)

    def _console(self, kind: str) -> str:
        """Return the URL of a console, or why there is none."""
        sent = {"remote_console": {"protocol": CONSOLES[kind], "type": kind}}
        try:
            made = self.api.post(f"{self.one}/remote-consoles", sent, microversion=CONSOLES_OF_ALL_KINDS)
        except CloudError as error:
            return f"Cannot get console url: {error}"
        return str(made["remote_console"]["url"])


def policy(name: str, after: Mapping[str, Any], before: Mapping[str, Any]) -> Any:
    """Return an update policy: the new one, or else the old one, or else the default."""
    return after.get(name) or before.get(name) or schema.PROPERTIES[name].default


def texts(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return metadata in Nova's form: a value that isn't a text becomes JSON."""
    return {key: it if isinstance(it, str) else json.dumps(it) for key, it in metadata.items()}


def encoded(text: str) -> str:
    """Return a text in base64."""
    return base64.b64encode(text.encode()).decode()


def files(given: Mapping[str, Any]) -> list[Body]:
    """Return files in Nova's form."""
    return [{"path": path, "contents": encoded(str(content or ""))} for path, content in sorted(given.items())]


def first_address_of(body: Mapping[str, Any]) -> str:
    """Return the first address in Nova's body of a server: on the last network by name, as in Heat. Empty if none."""
    found = addresses_by_network(body)
    return next((found[it][0] for it in sorted(found, reverse=True) if found[it]), "")


def addresses_by_network(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return network → addresses from Nova's body of a server."""
    return {name: [it["addr"] for it in found] for name, found in sorted((body.get("addresses") or {}).items())}
