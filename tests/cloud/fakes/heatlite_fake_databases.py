"""Trove's guests: databases that no server runs. What a guest has is in a file, which Trove's API and its task manager
share.

The guest of an instance whose name ends in ``broken`` can't set up its database.
"""

import contextlib
import fcntl
import json
import pathlib
import threading
import time

from oslo_config import cfg
from trove.common import clients, exception
from trove.instance import models
from trove.instance.service_status import ServiceStatuses

NOTHING = {"databases": {}, "users": {}}
LONGEST_BOOT = 600
"""Seconds until an agent is given up whose server doesn't boot."""
UNKNOWN = {"_character_set": None, "_collate": None}


class Guest:
    """What Trove asks of one instance's guest agent, as far as an instance is created, changed and deleted."""

    def __init__(self, context, id, manager=None):
        self._context, self._id = context, id
        self._file = pathlib.Path(cfg.CONF.config_file[0]).parent / f"{id}.json"

    @contextlib.contextmanager
    def _state(self):
        """Have what there is, alone; what becomes of it is kept."""
        with self._file.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            state = json.loads(file.read() or json.dumps(NOTHING))
            yield state
            file.seek(0)
            file.truncate()
            json.dump(state, file)

    def _becomes(self, status):
        found = models.InstanceServiceStatus.find_by(instance_id=self._id)
        found.set_status(status)
        found.save()

    # --- the database ------------------------------------------------------------------------------------------------

    def prepare(self, memory_mb, packages, databases, users, *, cluster_config=None, **more):
        """Set up the database, or all that a cluster needs to begin, once the server has booted."""
        self.create_database(databases)
        self.create_user(users or ())
        name = models.DBInstance.find_by(id=self._id).name
        ready = ServiceStatuses.INSTANCE_READY if cluster_config else ServiceStatuses.HEALTHY
        becomes = ServiceStatuses.FAILED if name.endswith("broken") else ready
        self._when(self._is_active, becomes)

    def _is_active(self):
        server = models.DBInstance.find_by(id=self._id).compute_instance_id
        return clients.create_nova_client(self._context).servers.get(server).status == "ACTIVE"

    def _is_paused(self):
        return models.InstanceServiceStatus.find_by(instance_id=self._id).get_status() == ServiceStatuses.PAUSED

    def _when(self, happens, status):
        """Report a status as soon as something has happened, as an agent would in its server."""

        def wait():
            end = time.monotonic() + LONGEST_BOOT
            while not happens() and time.monotonic() < end:
                time.sleep(1)
            self._becomes(status)

        threading.Thread(target=wait, daemon=True).start()

    def cluster_complete(self):
        """Be a part of a cluster."""
        self._becomes(ServiceStatuses.HEALTHY)

    def stop_db(self, do_not_start_on_reboot=False):
        """Stop it; with the argument, its server will boot on another flavor, and Trove calls it paused until then."""
        self._becomes(ServiceStatuses.SHUTDOWN)
        if do_not_start_on_reboot:
            self._when(self._is_paused, ServiceStatuses.SHUTDOWN)

    def restart(self):
        """Start it again."""
        self._becomes(ServiceStatuses.HEALTHY)

    def start_db_with_conf_changes(self, config_contents, ds_version):
        """Start it on a server of another flavor."""
        self._becomes(ServiceStatuses.HEALTHY)

    def get_volume_info(self):
        """Say how full the volume is, in GB."""
        return {"used": 0.1, "total": 1.0}

    def reset_configuration(self, *given, **more):
        """Do nothing: there is no file of settings, and no file system."""

    install_cluster = reset_admin_password = write_cluster_configuration_overrides = reset_configuration
    unmount_volume = mount_volume = resize_fs = update_overrides = apply_overrides = reset_configuration

    # --- what is in it -----------------------------------------------------------------------------------------------

    def create_database(self, databases):
        """Create databases."""
        with self._state() as state:
            state["databases"].update({it["_name"]: it for it in databases or ()})

    def delete_database(self, database):
        """Drop a database; nobody may use it any more."""
        with self._state() as state:
            state["databases"].pop(database["_name"], None)
            for user in state["users"].values():
                user["_databases"] = [it for it in user["_databases"] if it["_name"] != database["_name"]]

    def list_databases(self, limit=None, marker=None, include_marker=False):
        """List databases by their names."""
        with self._state() as state:
            return page(state["databases"], limit, marker, include_marker)

    def create_user(self, users):
        """Create users."""
        with self._state() as state:
            state["users"].update({place(it["_name"], it["_host"]): it for it in users})

    def delete_user(self, user):
        """Drop a user."""
        with self._state() as state:
            state["users"].pop(place(user["_name"], user["_host"]), None)

    def list_users(self, limit=None, marker=None, include_marker=False):
        """List users by their names and hosts."""
        with self._state() as state:
            return page(state["users"], limit, marker, include_marker)

    def get_user(self, username, hostname):
        """Return a user; None if there is none."""
        with self._state() as state:
            return state["users"].get(place(username, hostname))

    def change_passwords(self, users):
        """Give users other passwords."""
        with self._state() as state:
            for user in users:
                self._user(state, user["name"], user["host"])["_password"] = user["password"]

    def update_attributes(self, username, hostname, user_attrs):
        """Give a user another name, host or password."""
        with self._state() as state:
            user = self._user(state, username, hostname)
            del state["users"][place(username, hostname)]
            user.update({f"_{key}": it for key, it in user_attrs.items() if it is not None and f"_{key}" in user})
            state["users"][place(user["_name"], user["_host"])] = user

    def list_access(self, username, hostname):
        """List the databases that a user may use."""
        with self._state() as state:
            return [{**UNKNOWN, **it} for it in self._user(state, username, hostname)["_databases"]]

    def grant_access(self, username, hostname, databases):
        """Let a user use more databases."""
        with self._state() as state:
            user = self._user(state, username, hostname)
            there = {it["_name"] for it in user["_databases"]}
            user["_databases"] += [state["databases"][it] for it in databases if it not in there]

    def revoke_access(self, username, hostname, database):
        """Don't let a user use a database any more."""
        with self._state() as state:
            user = self._user(state, username, hostname)
            user["_databases"] = [it for it in user["_databases"] if it["_name"] != database]

    def _user(self, state, name, host):
        found = state["users"].get(place(name, host))
        if found is None:
            raise exception.UserNotFound(uuid=place(name, host))
        return found


def place(name, host):
    """Return how a user is told from others."""
    return f"{name}@{host or '%'}"


def page(things, limit, marker, include_marker):
    """Return a page of things by name, and the name after which the next one begins."""
    names = sorted(it for it in things if marker is None or it > marker or (include_marker and it == marker))
    shown = names[:limit]
    return [things[it] for it in shown], shown[-1] if len(names) > len(shown) else None
