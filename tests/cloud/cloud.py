"""A cloud: services of OpenStack 2026.2, from PyPI, with fake drivers, on loopback.

    install ─▶ a venv in the user's cache, once
    start   ─▶ MariaDB, RabbitMQ ─▶ databases (from the cache, where they were migrated before) ─▶ services ─▶ accounts
    stop    ─▶ everything ends; nothing is left but the venv and the migrated databases

``services`` lists them: ten that a run has unless it names some of them, and others that it has if it names them.

Servers go to ACTIVE with nothing in them, volumes are nowhere, ports are bound at once, zones are on no name server.
Floating IPs and the ports of routers stay DOWN, for there is no agent; load balancers are ACTIVE, and OFFLINE. User
``demo`` (member) in the project ``demo``, ``admin`` in ``admin``; flavors m1.*, images, the networks ``public`` and
``private``.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kombu
import pymysql
from amqp.exceptions import NotFound
from sqlalchemy.engine import make_url

from tests.cloud.configuration import NAME_SERVERS, PASSWORD, REGION, RINGS, Place, written
from tests.cloud.services import ALWAYS, SERVICES, chosen
from tests.once import made_once
from tests.servers import MariaDB, RabbitMQ, ServerUnavailable
from tests.servers.guard import Guard, free_port
from tests.waiting import PATIENCE, wait_until

HERE = pathlib.Path(__file__).parent
BESIDES = ("pymysql", "setuptools", "waitress", "wheel")
POOLS = "pools.yaml"
CONNECTIONS = 1000
"""What the services' pools may come to on one MariaDB: at its own limit of 151 a busy Cinder answers 500."""
ROLES_OF_DEMO = ("member", "creator", "load-balancer_member")
FLAVORS = {"m1.tiny": (512, 1, 1), "m1.small": (2048, 1, 20), "m1.medium": (4096, 2, 40), "m1.large": (8192, 4, 80)}
DATASTORES = {"mysql": "8.4", "mariadb": "11.4"}
IMAGES = ("cirros", "ubuntu", "fedora", "centos")


def cache() -> pathlib.Path:
    """Where the venv and the migrated databases are kept: another set of releases has another place."""
    home = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    python = f"py{sys.version_info[0]}{sys.version_info[1]}"
    return home / "heatlite" / f"cloud-{short((HERE / 'constraints.txt').read_bytes())}-{python}"


def short(content: bytes) -> str:
    """A name for what has this content."""
    return hashlib.sha256(content).hexdigest()[:12]


def fakes() -> pathlib.Path:
    """Where the fake drivers are installed, beside the venv: they may change without another venv."""
    files = sorted((HERE / "fakes").glob("*.*"))
    return cache() / f"fakes-{short(b''.join(it.read_bytes() for it in files))}"


def install(services: Collection[str] = ALWAYS) -> pathlib.Path:
    """The venv with these services and those of ``ALWAYS``; what isn't there is installed, by one run at a time.

    :raises ServerUnavailable: where it can't be made
    """
    place = cache() / "venv"
    packages = [name for name in services if name not in ALWAYS]
    try:
        made_once(place, lambda: make_venv(place))
        for name in packages:
            made_once(place / "installed" / name, lambda name=name: add_package(place, name))
        made_once(fakes(), lambda: install_fakes(place))
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise ServerUnavailable(f"the cloud can't be installed: {error} {said.decode()[-800:]}") from None
    [drivers] = place.glob("lib/python3*/site-packages/nova/virt")  # nova looks for its driver only there
    shutil.copy(HERE / "fakes/heatlite_fake_compute.py", drivers)
    return place


def make_venv(place: pathlib.Path) -> None:
    """Install the services of ``ALWAYS``."""
    run(sys.executable, "-m", "venv", "--clear", place)
    run(*pip(place), "uv")  # resolves and installs in a fraction of the time that pip takes
    run(*pinned(place), *(it.package or name for name, it in ALWAYS.items()), *BESIDES)


def add_package(place: pathlib.Path, name: str) -> None:
    """Install another service."""
    run(*pinned(place), SERVICES[name].package or name)
    (place / "installed" / name).mkdir()


def install_fakes(place: pathlib.Path) -> None:
    """Install the fake drivers."""
    with tempfile.TemporaryDirectory() as copied:
        shutil.copytree(HERE / "fakes", pathlib.Path(copied) / "fakes")
        options = ("--no-deps", "--no-build-isolation", "--upgrade", "--target")
        run(*pip(place), *options, fakes(), pathlib.Path(copied) / "fakes")


def run(*command: object) -> None:
    """Run a command to its end."""
    subprocess.run([str(it) for it in command], check=True, capture_output=True)


def pip(place: pathlib.Path) -> tuple[object, ...]:
    """How something is installed."""
    return (place / "bin/pip", "install", "-q", "--disable-pip-version-check")


def pinned(place: pathlib.Path) -> tuple[object, ...]:
    """How something is installed in the release that is tested."""
    uv = (place / "bin/uv", "pip", "install", "-q", "--python", place / "bin/python")
    return (*uv, "-c", HERE / "constraints.txt")


class Cloud:
    """One cloud. ``told`` is told how far it is."""

    def __init__(self, told: Callable[[str], None] = lambda text: None) -> None:
        self._told = told
        self.services: tuple[str, ...] = ()
        self._mariadb, self._rabbitmq = MariaDB(), RabbitMQ()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._guards: list[Guard] = []
        self.place: Place

    @property
    def auth_url(self) -> str:
        """Keystone's."""
        return f"{self.place.url('keystone')}/v3"

    def start(self, services: str = "") -> None:
        """Bring these services up, and what they need; all of them without any.

        :raises ServerUnavailable: where something can't be had
        """
        self.services = chosen(services)
        venv = install(self.services)
        self._told("installed")
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start(), (self._mariadb, self._rabbitmq)))
        self._mariadb.ask(f"SET GLOBAL max_connections = {CONNECTIONS}")
        names = [name for service in self.services for name in SERVICES[service].databases]
        databases = {name: self._mariadb.fresh_database() for name in names}
        directory = pathlib.Path(tempfile.mkdtemp(prefix="heatlite-cloud-"))
        ports = {name: free_port() for name in (*SERVICES, *RINGS)}
        self.place = Place(directory, venv, self._rabbitmq.fresh_vhost(), databases, ports)
        self._configure()
        self._fill_databases()
        self._told("databases are there")
        self._serve("keystone")
        self._make_accounts()
        for service in self.services:
            if service != "keystone":
                self._serve(service)
        for service in self.services:
            self._settle(service)
        self._told("services answer")
        self._seed()
        self._told("what everybody finds is there")

    def restart(self, service: str) -> None:
        """End a service's API, and start it again; its daemons go on."""
        api = self._processes[service]
        api.terminate()
        api.wait(PATIENCE)
        self._serve_api(service)
        self._wait(service)

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
        logs = {name: str(self._calls(name)) for name in self.services}
        reached = {"auth_url": self.auth_url, "password": PASSWORD, "region": REGION}
        return {**reached, "calls": logs, "broker": self.place.broker}

    # --- configuration and databases --------------------------------------------------------------------------------

    def _configure(self) -> None:
        for service in self.services:
            self.place.etc(service).mkdir(parents=True)
            self.place.state(service).mkdir(parents=True)
            for name, sections in SERVICES[service].files.items():
                (self.place.etc(service) / name).write_text(written(sections(self.place)))
        home = self.place.etc("homes")
        home.mkdir()
        for service in self.services:
            (home / f".{service}").symlink_to(self.place.etc(service))
        for directory in ("locks", "logs"):
            self.place.state(directory).mkdir()
        for keys in ("fernet-keys", "credential-keys"):
            (self.place.etc("keystone") / keys).mkdir()
        for service in self.services:
            if paste := SERVICES[service].pipeline:
                shutil.copy(self.place.shipped(service, paste), self.place.etc(service))
        if "designate" in self.services:
            (self.place.etc("designate") / POOLS).write_text(NAME_SERVERS)
        if "octavia" in self.services:
            self._certify()
        if "swift" in self.services:
            self._make_rings()

    def _certify(self) -> None:
        """Make the certificate that octavia's amphorae would be made with."""
        etc = self.place.etc("octavia")
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-subj", "/CN=cloud"]
        command = [*made, "-keyout", str(etc / "ca.key"), "-out", str(etc / "ca.pem")]
        subprocess.run(command, check=True, capture_output=True)

    def _make_rings(self) -> None:
        """Make swift's rings: one replica on one directory."""
        (self.place.state("swift") / "disk").mkdir()
        for ring in RINGS:
            builder = [
                str(self.place.venv / "bin/swift-ring-builder"),
                str(self.place.etc("swift") / f"{ring}.builder"),
            ]
            device = f"r1z1-127.0.0.1:{self.place.ports[ring]}/disk"
            for step in (("create", "4", "1", "1"), ("add", device, "1"), ("rebalance",)):
                subprocess.run([*builder, *step], check=True, capture_output=True, env=self._environment())

    def _fill_databases(self) -> None:
        """Load what was migrated before, or migrate now and keep that."""
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(self._fill, self.services))
        if "nova" in self.services:
            self._map_cells()
        user, group = str(os.getuid()), str(os.getgid())
        for keys in ("fernet_setup", "credential_setup"):
            self._manage("keystone", keys, "--keystone-user", user, "--keystone-group", group)
        url = f"{self.place.url('keystone')}/v3"
        urls = [f"--bootstrap-{it}-url={url}" for it in ("admin", "internal", "public")]
        self._manage(
            "keystone", "bootstrap", f"--bootstrap-password={PASSWORD}", "--bootstrap-region-id", REGION, *urls
        )

    def _fill(self, service: str) -> None:
        dumps, is_filled = cache() / "databases" / service, False

        def migrate() -> None:
            nonlocal is_filled
            self._migrate(service)
            dumps.mkdir(exist_ok=True)
            for name in SERVICES[service].databases:
                dump = self._client("mariadb-dump", "--skip-comments", database_of(self.place.databases[name]))
                (dumps / f"{name}.sql").write_bytes(dump)
            is_filled = True

        made_once(dumps, migrate)
        if not is_filled:
            for name in SERVICES[service].databases:
                self._sql_file(name, dumps / f"{name}.sql")
        if command := SERVICES[service].prepares:
            self._command(service, *command)

    def _migrate(self, service: str) -> None:
        if service == "nova":
            self._migrate_nova()
        elif command := SERVICES[service].migration:
            self._command(service, *command)

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
        socket = str(make_url(self.place.databases["keystone"]).query["unix_socket"])
        command = [program, "--no-defaults", "-uroot", "-S", socket, *arguments]
        done = subprocess.run(command, input=given, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout

    # --- processes --------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        places = {f"OS_{it.upper()}_CONFIG_DIR": str(self.place.etc(it)) for it in SERVICES}
        own = {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(fakes()), "OS_NEUTRON_CONFIG_FILES": "neutron.conf"}
        own["HOME"] = str(self.place.etc("homes"))  # where some look for their configuration
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("OS_", "PYTHON", "VIRTUAL_ENV"))
        }
        return {**clean, **places, **own}

    def _config(self, service: str) -> str:
        return str(self.place.etc(service) / next(iter(SERVICES[service].files)))

    def _manage(self, service: str, *arguments: str) -> None:
        self._command(service, f"{service}-manage", *arguments)

    def _command(self, service: str, program: str, *arguments: str) -> None:
        configured = [] if service == "barbican" else ["--config-file", self._config(service)]
        command = [str(self.place.venv / "bin" / program), *configured, *arguments]
        done = subprocess.run(command, capture_output=True, env=self._environment())
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.decode()[-2000:]}"

    def _calls(self, service: str) -> pathlib.Path:
        return self.place.state("logs") / f"{service}.calls"

    def _serve(self, service: str) -> None:
        if service == "swift":
            for server in (*RINGS, "proxy"):
                conf = str(self.place.etc("swift") / f"{server}.conf")
                self._spawn(
                    "swift" if server == "proxy" else f"swift-{server}",
                    [str(self.place.venv / f"bin/swift-{server}-server"), conf],
                )
            return
        self._serve_api(service)
        for daemon in SERVICES[service].daemons:
            self._spawn(daemon, [str(self.place.venv / "bin" / daemon), "--config-file", self._config(service)])
        if service == "keystone":
            self._wait(service)

    def _serve_api(self, service: str) -> None:
        it = SERVICES[service]
        arguments = ["--config-file", self._config(service)] if it.takes_arguments else []
        log = str(self._calls(service))
        python = [str(self.place.venv / "bin/python"), str(HERE / "serve.py")]
        application = it.application or f"paste:{self.place.etc(service) / it.pipeline}"
        self._spawn(service, [*python, application, str(self.place.ports[service]), log, *arguments])

    def _settle(self, service: str) -> None:
        """Wait until all of a service is there, and give it what it needs."""
        self._wait(service)
        if topic := SERVICES[service].topic:
            wait_until(lambda: self._listens(topic), PATIENCE, f"{service} to listen", lambda: self._tail(service))
        if service == "nova":
            wait_until(self._has_a_host, PATIENCE, "nova to map its host", lambda: self._tail("nova"))
        if service == "designate":
            self._manage("designate", "pool", "update", "--file", str(self.place.etc("designate") / POOLS))

    def _has_a_host(self) -> bool:
        """Whether the scheduler has found the compute host: a server that is asked for before fails."""
        with self._connection("nova_api") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM host_mappings")
            return bool(cursor.fetchone()[0])  # type: ignore[index]

    def _listens(self, topic: str) -> bool:
        """Whether somebody takes the messages of a topic: one that is sent before is lost."""
        with kombu.Connection(self.place.broker.replace("rabbit://", "amqp://", 1)) as connection:
            try:
                return bool(connection.channel().queue_declare(topic, passive=True).consumer_count)
            except NotFound:
                return False

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
        names = ("admin", "service", "heat_stack_user", *ROLES_OF_DEMO)
        roles = {name: identity.find_role(name) or identity.create_role(name=name) for name in names}
        projects = {name: identity.create_project(name=name, domain_id="default") for name in ("demo", "service")}
        demo = identity.create_user(name="demo", password=PASSWORD, domain_id="default")
        for role in ROLES_OF_DEMO:
            identity.assign_project_role_to_user(projects["demo"], demo, roles[role])
        identity.assign_project_role_to_user(projects["demo"], identity.find_user("admin"), roles["admin"])
        for name in (*self.services, "heat"):
            user = identity.create_user(name=name, password=PASSWORD, domain_id="default")
            for role in ("admin", "service"):
                identity.assign_project_role_to_user(projects["service"], user, roles[role])
        domain = identity.create_domain(name="heat")
        boss = identity.create_user(name="heat_domain_admin", password=PASSWORD, domain_id=domain.id)
        identity.assign_domain_role_to_user(domain, boss, roles["admin"])
        listed = ((name, *place) for name in self.services for place in SERVICES[name].catalogue)
        for name, kind, path in listed:
            service = identity.create_service(name=name, type=kind)
            for interface in ("public", "internal", "admin"):
                url = f"{self.place.url(name)}{path}"
                identity.create_endpoint(service_id=service.id, interface=interface, region_id=REGION, url=url)

    def _seed(self) -> None:
        admin, demo = self.connection("admin", "admin"), self.connection("demo", "demo")
        if "glance" in self.services:
            for name in IMAGES:
                form = {"disk_format": "raw", "container_format": "bare"}
                admin.image.create_image(name, data=b"\0" * 512, visibility="public", min_disk=0, **form)
        if "trove" in self.services:
            self._offer_databases(admin.image.find_image(IMAGES[0]).id)
        if "neutron" in self.services:
            outside = {"provider_network_type": "flat", "provider_physical_network": "public"}
            public = admin.network.create_network(name="public", is_router_external=True, **outside)
            addresses = {"ip_version": 4, "network_id": public.id}
            admin.network.create_subnet(name="public-subnet", cidr="172.24.0.0/16", is_dhcp_enabled=False, **addresses)
            private = demo.network.create_network(name="private")
            demo.network.create_subnet(name="private-subnet", network_id=private.id, ip_version=4, cidr="10.99.0.0/24")
        if "nova" in self.services:
            for name, (ram, vcpus, disk) in FLAVORS.items():
                admin.compute.create_flavor(name=name, ram=ram, vcpus=vcpus, disk=disk)
            up = lambda: [it.state for it in admin.compute.services() if it.binary == "nova-compute"] == ["up"]  # noqa: E731
            wait_until(up, PATIENCE, "nova-compute to be up", lambda: self._tail("nova-compute"))

    def _offer_databases(self, image: str) -> None:
        """Tell Trove of kinds of databases, and of their image."""
        for name, version in DATASTORES.items():
            self._manage("trove", "datastore_update", name, "")
            self._manage("trove", "datastore_version_update", name, version, name, image, "", "1")
            self._manage("trove", "datastore_update", name, version)


def database_of(url: str) -> str:
    """The name of a database."""
    name = make_url(url).database
    assert name is not None
    return name
