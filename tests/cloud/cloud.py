"""A cloud: keystone, glance, placement, nova, neutron and cinder (2026.2, from PyPI), with fake drivers, on loopback.

    install ─▶ a venv in the user's cache, once
    start   ─▶ MariaDB, RabbitMQ ─▶ databases (from the cache, where they were migrated before) ─▶ services ─▶ accounts
    stop    ─▶ everything ends; nothing is left but the venv and the migrated databases

Servers go to ACTIVE with nothing in them, volumes are nowhere, ports are bound at once. Floating IPs and the ports of
routers stay DOWN, for there is no agent. User ``demo`` (member) in the project ``demo``, ``admin`` in ``admin``;
flavors m1.*, images, the networks ``public`` and ``private``.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymysql
from sqlalchemy.engine import make_url

from tests.cloud.configuration import FILES, PASSWORD, REGION, Place, written
from tests.servers import MariaDB, RabbitMQ, ServerUnavailable
from tests.servers.guard import Guard, free_port
from tests.waiting import wait_until

HERE = pathlib.Path(__file__).parent
WANTED = ("keystone", "glance", "openstack-placement", "nova", "neutron", "cinder", "pymysql", "waitress")
PATIENCE = 180.0
DATABASES = ("keystone", "glance", "placement", "nova_api", "nova_cell0", "nova", "neutron", "cinder")
APPLICATIONS = {
    "keystone": "keystone.wsgi.api",
    "glance": "glance.wsgi.api",
    "placement": "placement.wsgi.api",
    "nova": "nova.wsgi.osapi_compute",
    "neutron": "neutron.wsgi.api",
    "cinder": "cinder.wsgi.api",
}
DAEMONS = {
    "nova": ("nova-conductor", "nova-scheduler", "nova-compute"),
    "cinder": ("cinder-scheduler", "cinder-volume", "cinder-backup"),
}
CATALOGUE = (
    ("glance", "image", ""),
    ("placement", "placement", ""),
    ("nova", "compute", "/v2.1"),
    ("neutron", "network", ""),
    ("cinder", "volumev3", "/v3/%(project_id)s"),
    ("cinder", "block-storage", "/v3/%(project_id)s"),
)
FLAVORS = {"m1.tiny": (512, 1, 1), "m1.small": (2048, 1, 20), "m1.medium": (4096, 2, 40), "m1.large": (8192, 4, 80)}
IMAGES = ("cirros", "ubuntu", "fedora", "centos")


def cache() -> pathlib.Path:
    """Where the venv and the migrated databases are kept: another set of releases has another place."""
    home = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    pins = (HERE / "constraints.txt").read_bytes() + b"".join(it.read_bytes() for it in fakes())
    python = f"py{sys.version_info[0]}{sys.version_info[1]}"
    return home / "heatlite" / f"cloud-{hashlib.sha256(pins).hexdigest()[:12]}-{python}"


def fakes() -> list[pathlib.Path]:
    """The files of the fake drivers."""
    return sorted((HERE / "fakes").glob("*.*"))


def install() -> pathlib.Path:
    """The venv with all services, made where it isn't there.

    :raises ServerUnavailable: where it can't be made
    """
    place = cache() / "venv"
    if (place / "complete").exists():
        return place
    pip = [str(place / "bin/pip"), "install", "-q", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as copied:
        shutil.copytree(HERE / "fakes", pathlib.Path(copied) / "fakes")
        steps = (
            [sys.executable, "-m", "venv", str(place)],
            [*pip, "-c", str(HERE / "constraints.txt"), "setuptools", "wheel", *WANTED],
            [*pip, "--no-deps", str(pathlib.Path(copied) / "fakes")],
        )
        try:
            for step in steps:
                subprocess.run(step, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", b"") or b""
            raise ServerUnavailable(f"the cloud can't be installed: {error} {said.decode()[-800:]}") from None
    [drivers] = place.glob("lib/python3*/site-packages/nova/virt")
    shutil.copy(HERE / "fakes/heatlite_fake_compute.py", drivers)
    (place / "complete").touch()
    return place


class Cloud:
    """One cloud. ``started`` is told how far it is."""

    def __init__(self, told: Callable[[str], None] = lambda text: None) -> None:
        self._told = told
        self._mariadb, self._rabbitmq = MariaDB(), RabbitMQ()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._guards: list[Guard] = []
        self.place: Place

    @property
    def auth_url(self) -> str:
        """Keystone's."""
        return f"{self.place.url('keystone')}/v3"

    def start(self) -> None:
        """Bring everything up.

        :raises ServerUnavailable: where something can't be had
        """
        venv = install()
        self._told("installed")
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start(), (self._mariadb, self._rabbitmq)))
        databases = {name: self._mariadb.fresh_database() for name in DATABASES}
        directory = pathlib.Path(tempfile.mkdtemp(prefix="heatlite-cloud-"))
        ports = {name: free_port() for name in APPLICATIONS}
        self.place = Place(directory, venv, self._rabbitmq.fresh_vhost(), databases, ports)
        self._configure()
        self._fill_databases()
        self._told("databases are there")
        self._serve("keystone")
        self._make_accounts()
        for service in APPLICATIONS:
            if service != "keystone":
                self._serve(service)
        for service in APPLICATIONS:
            self._wait(service)
        self._told("services answer")
        self._seed()
        self._told("flavors, images and networks are there")

    def stop(self) -> None:
        """End everything, and remove what it stored."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for guard in self._guards:
            guard.release()
        self._rabbitmq.stop()
        self._mariadb.stop()
        if hasattr(self, "place"):
            shutil.rmtree(self.place.directory, ignore_errors=True)

    def described(self) -> dict[str, Any]:
        """What tests need to know, as JSON."""
        logs = {name: str(self._calls(name)) for name in APPLICATIONS}
        return {"auth_url": self.auth_url, "password": PASSWORD, "region": REGION, "calls": logs}

    # --- configuration and databases --------------------------------------------------------------------------------

    def _configure(self) -> None:
        for service, (name, sections) in FILES.items():
            self.place.etc(service).mkdir(parents=True)
            self.place.state(service).mkdir(parents=True)
            (self.place.etc(service) / name).write_text(written(sections(self.place)))
        shutil.copy(self.place.shipped("nova", "api-paste.ini"), self.place.etc("nova"))  # looked for beside nova.conf
        for directory in ("locks", "logs"):
            self.place.state(directory).mkdir()
        for keys in ("fernet-keys", "credential-keys"):
            (self.place.etc("keystone") / keys).mkdir()

    def _fill_databases(self) -> None:
        """Load what was migrated before, or migrate now and keep that."""
        dumps = cache() / "databases"
        if (dumps / "complete").exists():
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda name: self._sql_file(name, dumps / f"{name}.sql"), DATABASES))
        else:
            with ThreadPoolExecutor(3) as pool:
                migrations = (self._migrate_nova, self._migrate_neutron, self._migrate_others)
                list(pool.map(lambda migrate: migrate(), migrations))
            dumps.mkdir(parents=True, exist_ok=True)
            for name in DATABASES:
                dump = self._client("mariadb-dump", "--skip-comments", database_of(self.place.databases[name]))
                (dumps / f"{name}.sql").write_bytes(dump)
            (dumps / "complete").touch()
        self._map_cells()
        user, group = str(os.getuid()), str(os.getgid())
        for keys in ("fernet_setup", "credential_setup"):
            self._manage("keystone", keys, "--keystone-user", user, "--keystone-group", group)
        url = f"{self.place.url('keystone')}/v3"
        urls = [f"--bootstrap-{it}-url={url}" for it in ("admin", "internal", "public")]
        self._manage(
            "keystone", "bootstrap", f"--bootstrap-password={PASSWORD}", "--bootstrap-region-id", REGION, *urls
        )

    def _migrate_others(self) -> None:
        self._manage("keystone", "db_sync")
        self._manage("glance", "db_sync")
        self._manage("placement", "db", "sync")
        self._manage("cinder", "db", "sync")

    def _migrate_neutron(self) -> None:
        self._command("neutron", "neutron-db-manage", "upgrade", "heads")

    def _migrate_nova(self) -> None:
        self._manage("nova", "api_db", "sync")
        self._manage("nova", "cell_v2", "map_cell0", "--database_connection", self.place.databases["nova_cell0"])
        self._manage("nova", "cell_v2", "create_cell", "--name", "cell1")
        self._manage("nova", "db", "sync")

    def _map_cells(self) -> None:
        """Nova's cells are where this run's databases and broker are."""
        for name, database, broker in (("cell0", "nova_cell0", "none:///"), ("cell1", "nova", self.place.broker)):
            statement = "UPDATE cell_mappings SET database_connection = %s, transport_url = %s WHERE name = %s"
            with self._connection("nova_api") as connection, connection.cursor() as cursor:
                cursor.execute(statement, (self.place.databases[database], broker, name))
                connection.commit()

    def _connection(self, name: str) -> pymysql.Connection:
        url = make_url(self.place.databases[name])
        return pymysql.connect(unix_socket=str(url.query["unix_socket"]), user="root", database=url.database)

    def _sql_file(self, name: str, file: pathlib.Path) -> None:
        self._client("mariadb", database_of(self.place.databases[name]), given=file.read_bytes())

    def _client(self, program: str, *arguments: str, given: bytes | None = None) -> bytes:
        socket = str(make_url(self.place.databases["nova"]).query["unix_socket"])
        command = [program, "--no-defaults", "-uroot", "-S", socket, *arguments]
        done = subprocess.run(command, input=given, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout

    # --- processes --------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        places = {f"OS_{it.upper()}_CONFIG_DIR": str(self.place.etc(it)) for it in FILES}
        own = {"PYTHONWARNINGS": "ignore", "OS_NEUTRON_CONFIG_FILES": "neutron.conf"}
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("OS_", "PYTHON", "VIRTUAL_ENV"))
        }
        return {**clean, **places, **own}

    def _config(self, service: str) -> str:
        return str(self.place.etc(service) / FILES[service][0])

    def _manage(self, service: str, *arguments: str) -> None:
        self._command(service, f"{service}-manage", *arguments)

    def _command(self, service: str, program: str, *arguments: str) -> None:
        command = [str(self.place.venv / "bin" / program), "--config-file", self._config(service), *arguments]
        done = subprocess.run(command, capture_output=True, env=self._environment())
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.decode()[-2000:]}"

    def _calls(self, service: str) -> pathlib.Path:
        return self.place.state("logs") / f"{service}.calls"

    def _serve(self, service: str) -> None:
        arguments = ["--config-file", self._config(service)] if service == "cinder" else []
        log = str(self._calls(service))
        python = [str(self.place.venv / "bin/python"), str(HERE / "serve.py")]
        self._spawn(service, [*python, APPLICATIONS[service], str(self.place.ports[service]), log, *arguments])
        for daemon in DAEMONS.get(service, ()):
            self._spawn(daemon, [str(self.place.venv / "bin" / daemon), "--config-file", self._config(service)])
        if service == "keystone":
            self._wait(service)

    def _spawn(self, name: str, command: list[str]) -> None:
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self._environment()
            )
        self._processes[name] = process
        self._guards.append(Guard(process.pid, str(self.place.directory)))

    def _log(self, name: str) -> pathlib.Path:
        return self.place.state("logs") / f"{name}.log"

    def _wait(self, service: str) -> None:
        """Wait until a service answers, whatever it answers."""
        from urllib import error, request

        def answers() -> bool:
            assert self._processes[service].poll() is None, self._tail(service)
            try:
                request.build_opener(request.ProxyHandler({})).open(self.place.url(service), timeout=20).close()
            except error.HTTPError:
                return True
            except OSError:
                return False
            return True

        wait_until(answers, PATIENCE, f"{service} to answer", lambda: self._tail(service))

    def _tail(self, name: str) -> str:
        return self._log(name).read_text(errors="replace")[-3000:]

    # --- what is there for everybody --------------------------------------------------------------------------------

    def connection(self, user: str, project: str) -> Any:
        """The SDK, as one of the users."""
        import openstack

        return openstack.connect(
            load_yaml_config=False,
            load_envvars=False,
            auth={
                "auth_url": self.auth_url,
                "username": user,
                "password": PASSWORD,
                "project_name": project,
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            region_name=REGION,
        )

    def _make_accounts(self) -> None:
        identity = self.connection("admin", "admin").identity
        names = ("admin", "member", "service", "heat_stack_user")
        roles = {name: identity.find_role(name) or identity.create_role(name=name) for name in names}
        projects = {name: identity.create_project(name=name, domain_id="default") for name in ("demo", "service")}
        demo = identity.create_user(name="demo", password=PASSWORD, domain_id="default")
        identity.assign_project_role_to_user(projects["demo"], demo, roles["member"])
        identity.assign_project_role_to_user(projects["demo"], identity.find_user("admin"), roles["admin"])
        for name in (*APPLICATIONS, "heat"):
            user = identity.create_user(name=name, password=PASSWORD, domain_id="default")
            for role in ("admin", "service"):
                identity.assign_project_role_to_user(projects["service"], user, roles[role])
        domain = identity.create_domain(name="heat")
        boss = identity.create_user(name="heat_domain_admin", password=PASSWORD, domain_id=domain.id)
        identity.assign_domain_role_to_user(domain, boss, roles["admin"])
        for name, kind, path in CATALOGUE:
            service = identity.create_service(name=name, type=kind)
            for interface in ("public", "internal", "admin"):
                url = f"{self.place.url(name)}{path}"
                identity.create_endpoint(service_id=service.id, interface=interface, region_id=REGION, url=url)

    def _seed(self) -> None:
        admin, demo = self.connection("admin", "admin"), self.connection("demo", "demo")
        for name, (ram, vcpus, disk) in FLAVORS.items():
            admin.compute.create_flavor(name=name, ram=ram, vcpus=vcpus, disk=disk)
        for name in IMAGES:
            form = {"disk_format": "raw", "container_format": "bare"}
            admin.image.create_image(name, data=b"\0" * 512, visibility="public", min_disk=0, **form)
        outside = {"provider_network_type": "flat", "provider_physical_network": "public"}
        public = admin.network.create_network(name="public", is_router_external=True, **outside)
        addresses = {"ip_version": 4, "network_id": public.id}
        admin.network.create_subnet(name="public-subnet", cidr="172.24.0.0/16", is_dhcp_enabled=False, **addresses)
        private = demo.network.create_network(name="private")
        demo.network.create_subnet(name="private-subnet", network_id=private.id, ip_version=4, cidr="10.99.0.0/24")
        up = lambda: [it.state for it in admin.compute.services() if it.binary == "nova-compute"] == ["up"]  # noqa: E731
        wait_until(up, PATIENCE, "nova-compute to be up", lambda: self._tail("nova-compute"))


def database_of(url: str) -> str:
    """The name of a database."""
    name = make_url(url).database
    assert name is not None
    return name
