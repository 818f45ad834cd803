"""Agents: what the agent on a server, os-collect-config, needs to find the software deployments for its server.

::

    POLL_SERVER_CFN    keys to sign requests with          POLL_TEMP_URL    a URL of an object in Swift
    POLL_SERVER_HEAT   a user's password                   ZAQAR_MESSAGE    a user's password, and a queue
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from heatlite.exception import CloudConflict, CloudNotFound
from heatlite.resources.builtin.own_user import OwnUser
from heatlite.resources.openstack.swift.temp_url import temp_url
from heatlite.resources.signing import Keys
from heatlite.resources.software import delivery
from heatlite.resources.software.delivery import CONFIG, OBJECT, PASSWORD, PLACE, PUT_URL, QUEUE, URL, USER
from heatlite.resources.software.port import Served


class ForAgents(OwnUser):
    """A server with an agent. ``first_collectors``: what its agent asks in any case, before the transport."""

    first_collectors: ClassVar[tuple[str, ...]] = ()

    def make_credentials(self) -> None:
        """Make what the agent needs to find its deployments, unless it has been made; the metadata tell it."""
        match self.properties[delivery.CONFIG_TRANSPORT]:
            case delivery.POLL_CFN:
                self.make_keys()
            case delivery.POLL_HEAT:
                self._make_login()
            case delivery.POLL_TEMP_URL if PLACE not in self.data:
                self._make_object()
                self.push(())
            case delivery.ZAQAR_MESSAGE if QUEUE not in self.data:
                self._make_queue()
                self.push(())
        self.data_set(CONFIG, self.collect_config())

    def push(self, deployments: Sequence[Mapping[str, Any]]) -> None:
        """Push these deployments to the agent, if the transport is one that pushes."""
        if PLACE in self.data or QUEUE in self.data:
            self.data_set(CONFIG, self.collect_config())
            delivery.push(self.cloud, Served(self.data, self.metadata, deployments), self.uuid)

    def _make_login(self) -> None:
        if PASSWORD not in self.data:
            user, password = self.make_user()
            self.data_set(USER, {"user_id": user.user_id, "project_id": user.project_id, "auth_url": user.auth_url})
            self.data_set(PASSWORD, password)

    def _make_object(self) -> None:
        given = self.properties[delivery.SWIFT_DATA] or {}
        container = f"/{quote(given.get('container') or self.physical_resource_name(), safe='')}"
        name = given.get("object") or self.uuid
        self.cloud.api("object_store").answer("PUT", container)
        place = f"{container}/{quote(name, safe='')}"
        self.data_set(URL, temp_url(self.cloud, self.random, place, "GET"))
        self.data_set(PUT_URL, temp_url(self.cloud, self.random, place, "PUT"))
        self.data_set(OBJECT, name)
        self.data_set(PLACE, place)

    def _make_queue(self) -> None:
        self._make_login()
        self.data_set(QUEUE, self.user_name)
        if queue := delivery.queue_of(self.cloud, self.data, self.uuid):
            queue.make()

    def change_credentials(self, server_id: str) -> None:
        """Make what another transport needs, and push what is deployed; remove what the earlier transport needed."""
        transport = self.properties[delivery.CONFIG_TRANSPORT]
        if transport != delivery.POLL_TEMP_URL:
            self.forget_object()
        if transport != delivery.ZAQAR_MESSAGE:
            self.forget_queue()
        self.make_credentials()
        if served := self.software.served(server_id, self.data):
            self.push(served.deployments)

    @classmethod
    def data_from_heat(cls, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data with what Heat keeps only in what it tells the agent: the user, and the URL of the object."""
        told = metadata.get(CONFIG) or {}
        user = told.get("heat") or told.get("zaqar") or {}
        kept = {key: user[key] for key in ("user_id", "project_id", "auth_url") if user.get(key)}
        found = {**data, USER: kept} if kept else dict(data)
        if put_url := data.get(PUT_URL):
            container, name = urlsplit(str(put_url)).path.split("/")[-2:]
            found |= {PLACE: f"/{container}/{name}", URL: (told.get("request") or {}).get("metadata_url")}
        return {**found, CONFIG: told} if told else found

    def collect_config(self) -> dict[str, Any]:
        """Return the agent's configuration."""
        name, config = self._of_transport()
        collectors = [*self.first_collectors, *([name] if name else []), "local"]
        return {"collectors": collectors, **({name: config} if name else {})}

    def _of_transport(self) -> tuple[str, dict[str, Any]]:
        transport, keys = self.properties[delivery.CONFIG_TRANSPORT], Keys.of(self.data)
        login = {**(self.data.get(USER) or {}), "password": self.data.get(PASSWORD)}
        if transport == delivery.POLL_HEAT and PASSWORD in self.data:
            return "heat", {**login, "stack_id": f"{self.stack_name}/{self.stack_id}", "resource_name": self.name}
        if transport == delivery.ZAQAR_MESSAGE and QUEUE in self.data:
            return "zaqar", {**login, "queue_id": self.data[QUEUE]}
        if transport == delivery.POLL_TEMP_URL and URL in self.data:
            return "request", {"metadata_url": self.data[URL]}
        if transport == delivery.POLL_CFN and keys is not None:
            return "cfn", {
                "metadata_url": self.cloud.metadata_url(),
                "access_key_id": keys.access,
                "secret_access_key": keys.secret,
                "stack_name": self.stack_name,
                "path": f"{self.name}.Metadata",
            }
        return "", {}

    def forget_credentials(self) -> None:
        """Remove all that was made for the agent, the user last."""
        self.forget_object()
        self.forget_queue()
        self.delete_user()

    def forget_object(self) -> None:
        """Delete the object, and its container if it is empty."""
        place = self.data.get(PLACE)
        if place and self.cloud.endpoint("object-store"):
            swift = self.cloud.api("object_store")
            for path in (place, place.rpartition("/")[0]):
                with suppress(CloudNotFound, CloudConflict):
                    swift.delete(path)
        for key in (PLACE, URL, PUT_URL, OBJECT):
            self.data_delete(key)

    def forget_queue(self) -> None:
        """Delete the queue."""
        queue = delivery.queue_of(self.cloud, self.data, self.uuid)
        if queue and self.cloud.endpoint("messaging") and self.cloud.users.find(self.user_name):
            queue.remove()
        self.data_delete(QUEUE)
