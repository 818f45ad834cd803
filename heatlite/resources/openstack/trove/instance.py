"""OS::Trove::Instance: a server with a database.

Trove changes one thing of an instance at a time. So an update sends one change in a step, and looks again until nothing
differs::

    name ─▶ flavor ─▶ size ─▶ databases ─▶ users      RESIZE, REBOOT …: later
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import text
from heatlite.resources.openstack.trove.base import (
    DATASTORE,
    STATES,
    VERSION,
    TroveResource,
    flavor,
    networks,
    short,
    why,
)
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedPattern, Length, Range

NAME, FLAVOR, SIZE, DATABASES, USERS, NETWORKS = "name", "flavor", "size", "databases", "users", "networks"
HOST, PASSWORD, RESTORE = "host", "password", "restore_point"
ANYWHERE = "%"
"""The host of users who may come from anywhere."""
FREE = r"[a-zA-Z0-9_]+[a-zA-Z0-9_@?#\s]*[a-zA-Z0-9_]+"
FREE_NAME = r"[a-zA-Z0-9_\-]+[a-zA-Z0-9_@?#\s\-]*[a-zA-Z0-9_\-]+"
DATABASE = {
    "character_set": Property(Type.STRING, "The character set.", default="utf8"),
    "collate": Property(Type.STRING, "How texts are sorted.", default="utf8_general_ci"),
    NAME: Property(
        Type.STRING, "The name of the database.", required=True, constraints=(Length(max=64), AllowedPattern(FREE_NAME))
    ),
}
USER = {
    NAME: Property(
        Type.STRING,
        "The name of the user.",
        required=True,
        update_allowed=True,
        constraints=(Length(max=16), AllowedPattern(FREE)),
    ),
    PASSWORD: Property(
        Type.STRING, "The password.", required=True, update_allowed=True, constraints=(AllowedPattern(FREE),)
    ),
    HOST: Property(Type.STRING, "Where the user may come from.", default=ANYWHERE, update_allowed=True),
    DATABASES: Property(
        Type.LIST,
        "The databases that the user may use.",
        required=True,
        update_allowed=True,
        constraints=(Length(min=1),),
        schema=Property(Type.STRING, "A database."),
    ),
}


class Instance(TroveResource):
    """A server with a database."""

    path, key, states = "/instances", "instance", STATES
    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        NAME: short("The name of the instance.", update_allowed=True),
        FLAVOR: flavor(update_allowed=True),
        SIZE: Property(
            Type.INTEGER,
            "The size of the volume, in GB.",
            required=True,
            update_allowed=True,
            constraints=(Range(1, 150),),
        ),
        DATABASES: Property(
            Type.LIST,
            "The databases.",
            default=[],
            update_allowed=True,
            schema=Property(Type.MAP, "A database.", schema=DATABASE),
        ),
        USERS: Property(
            Type.LIST, "The users.", default=[], update_allowed=True, schema=Property(Type.MAP, "A user.", schema=USER)
        ),
        "availability_zone": text("The availability zone."),
        RESTORE: Property(Type.STRING, "The id of the backup that it is made from."),
        DATASTORE: Property(Type.STRING, "The kind of database.", constraints=(Length(max=255),)),
        VERSION: Property(Type.STRING, "Its version.", constraints=(Length(max=255),)),
        NETWORKS: networks(),
        "replica_of": text("The id of the instance that it copies."),
        "replica_count": Property(Type.INTEGER, "The number of copies."),
    }
    attributes_schema = {
        "hostname": Attribute("The name of the host.", Type.STRING),
        "href": Attribute("The URL of the instance in Trove.", Type.STRING),
    }

    def validate(self) -> None:
        """Refuse a version without a kind, users of databases that aren't there, and networks without sense.

        :raises StackValidationFailed: saying what is wrong
        """
        if self.known(DATASTORE, VERSION) and self.properties[VERSION] and not self.properties[DATASTORE]:
            raise self.properties_error(f"Not allowed - {VERSION} without {DATASTORE}.")
        if self.known(DATABASES, USERS) and self.properties[USERS]:
            names = {it[NAME] for it in self.properties[DATABASES] or ()}
            if not names:
                message = f"Databases property is required if users property is provided for resource {self.name}."
                raise self.properties_error(message)
            for user in self.properties[USERS]:
                if missing := [it for it in user[DATABASES] if it not in names]:
                    message = (
                        f"Database {missing} specified for user does not exist in databases for resource {self.name}."
                    )
                    raise self.properties_error(message)
        if self.known(NETWORKS):
            self.check_networks(self.properties[NETWORKS])

    def extra_body(self, body: Body) -> Body:
        """Return a body with the volume, the databases and users, the backup and the datastore."""
        given = self.properties
        body["volume"] = {"size": given[SIZE]}
        body[DATABASES] = [dict(it) for it in given[DATABASES] or ()]
        body[USERS] = [as_user(it) for it in given[USERS] or ()]
        if given[RESTORE]:
            body["restorePoint"] = {"backupRef": given[RESTORE]}
        if datastore := self.datastore():
            body["datastore"] = datastore
        if given["replica_count"] is not None:
            body["replica_count"] = given["replica_count"]
        return body

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return what the status means."""
        return why(body)

    def is_broken_in_deletion(self, body: Mapping[str, Any]) -> bool:
        """Return False: Trove shows ERROR while it deletes an instance whose server didn't run."""
        return False

    # --- update ----------------------------------------------------------------------------------------------------

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return nothing: the settling sends one change after another."""
        return {}

    def settle(self, progress: Any) -> bool:
        """Send the next change, if something differs; then the instance is busy."""
        changed = set((progress or {}).get("changed") or ())
        for name, change in (
            (NAME, self._rename),
            (FLAVOR, self._resize),
            (SIZE, self._grow),
            (DATABASES, self._change_databases),
            (USERS, self._change_users),
        ):
            if name in changed and change():
                self._seen = None
                if name in (DATABASES, USERS):  # which are sent at once, and of which passwords can't be read
                    progress["changed"] = sorted(set(progress["changed"]) - {name})
                return False
        return True

    def _rename(self) -> bool:
        wanted = self.properties[NAME] or self.physical_resource_name()
        if self.seen()[NAME] == wanted:
            return False
        self.api.patch(self.one, {self.key: {NAME: wanted}})
        return True

    def _resize(self) -> bool:
        wanted = self.identify("trove.flavor", self.properties[FLAVOR])
        if str(self.seen()[FLAVOR]["id"]) == wanted:
            return False
        self._act({"resize": {"flavorRef": wanted}})
        return True

    def _grow(self) -> bool:
        if self.seen()["volume"]["size"] == self.properties[SIZE]:
            return False
        self._act({"resize": {"volume": {"size": self.properties[SIZE]}}})
        return True

    def _act(self, action: Body) -> None:
        self.api.post(f"{self.one}/action", action)

    def _inner(self, *steps: str) -> str:
        return "/".join((self.one, *(quote(step, safe="") for step in steps)))

    def _names(self, *steps: str) -> set[str]:
        return {str(it[NAME]) for it in self.api.listed(self._inner(*steps), steps[-1])}

    def _change_databases(self) -> bool:
        wanted = {it[NAME]: it for it in self.properties[DATABASES] or ()}
        there = self._names(DATABASES)
        if new := [dict(it) for name, it in wanted.items() if name not in there]:
            self.api.post(self._inner(DATABASES), {DATABASES: new})
        for name in sorted(there - set(wanted)):
            self.api.delete(self._inner(DATABASES, name))
        return True

    def _change_users(self) -> bool:
        wanted = {identity(it): it for it in self.properties[USERS] or ()}
        there = {identity(it) for it in self.api.listed(self._inner(USERS), USERS)}
        if new := [as_user(it) for who, it in wanted.items() if who not in there]:
            self.api.post(self._inner(USERS), {USERS: new})
        for who in sorted(there - set(wanted)):
            self.api.delete(self._inner(USERS, who))
        for who in sorted(there & set(wanted)):
            user = wanted[who]
            self.api.put(self._inner(USERS, who), {"user": {PASSWORD: user[PASSWORD]}})
            granted = self._names(USERS, who, DATABASES)
            if more := [{NAME: it} for it in user[DATABASES] if it not in granted]:
                self.api.put(self._inner(USERS, who, DATABASES), {DATABASES: more})
            for database in sorted(granted - set(user[DATABASES])):
                self.api.delete(self._inner(USERS, who, DATABASES, database))
        return True

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute: the host's name, or the link of the instance."""
        if name == "href":
            return next((it["href"] for it in body.get("links") or () if it["rel"] == "self"), None)
        return super().attribute_of(name, body)


def identity(user: Mapping[str, Any]) -> str:
    """Return how Trove's paths name a user: users of one name may come from several hosts, and are different users."""
    name, host = str(user[NAME]), str(user.get(HOST) or ANYWHERE)
    return name if host == ANYWHERE and "@" not in name else f"{name}@{host}"


def as_user(given: Mapping[str, Any]) -> Body:
    """Return a user as Trove has it."""
    return {**given, DATABASES: [{NAME: it} for it in given[DATABASES]]}
