"""Heat's functional tests (heat-tempest-plugin, and those in Heat's own package), by id, unmodified."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import subprocess

from tests.heat_api import user_data, venvs
from tests.heat_api.cloud import Cloud
from tests.identity.keystone_server import PASSWORD

CONFIGURATION = """
[DEFAULT]
log_file = {place}/tempest.log
[oslo_concurrency]
lock_path = {place}/lock
[auth]
use_dynamic_credentials = true
admin_username = admin
admin_password = {password}
admin_project_name = admin
admin_domain_name = Default
[identity]
uri_v3 = {keystone}
auth_version = v3
region = RegionOne
v3_endpoint_type = public
[service_available]
nova = {has_nova}
neutron = {has_neutron}
glance = {has_glance}
cinder = {has_cinder}
swift = {has_swift}
heat = true
[heat_plugin]
username = demo
password = {password}
project_name = demo
admin_username = admin
admin_password = {password}
admin_project_name = admin
auth_url = {keystone}
user_domain_id = default
project_domain_id = default
user_domain_name = Default
project_domain_name = Default
region = RegionOne
build_interval = 1
build_timeout = 240
hidden_stack_tag = hidden
skip_scenario_tests = false
heat_config_notify_script = {notify}
convergence_engine_enabled = true
minimal_image_ref = cirros
image_ref = fedora
instance_type = m1.small
minimal_instance_type = m1.tiny
fixed_network_name = private
fixed_subnet_name = private-subnet
floating_network_name = public
[heat_features_enabled]
stack_cancel = true
"""
NOTIFY = os.environ.get("HEATLITE_HEAT_CONFIG_NOTIFY", "heat-config-notify")
"""The program by which a server's agent tells of a deployment: no package on PyPI installs it."""
SERVICES = ("nova", "neutron", "glance", "cinder", "swift")
STESTR = """
[DEFAULT]
test_path={site}/heat_integrationtests
top_dir={site}
group_regex=([^\\.]*\\.)*
"""


def run(cloud: Cloud, ids: pathlib.Path, workers: int = 3) -> int:
    """Run the tests whose ids a file has, one a line; the exit status of the run."""
    venv, place = venvs.tempest(), cloud.directory / "tempest"
    for directory in (place / "etc", place / "lock"):
        directory.mkdir(parents=True)
    site = next(venv.glob("lib/python3*/site-packages"))
    has = {f"has_{it}": str(cloud.services is not None and cloud.services.has(it)).lower() for it in SERVICES}
    values = {"place": place, "password": PASSWORD, "keystone": cloud.keystone.url, "notify": NOTIFY, **has}
    (place / "etc/tempest.conf").write_text(CONFIGURATION.format(**values))
    (place / ".stestr.conf").write_text(STESTR.format(site=site))
    wanted = [re.sub(r"\(.*\)$", "", line.strip()) for line in ids.read_text().splitlines() if line.strip()]
    (place / "wanted.txt").write_text("".join(f"^{re.escape(test)}\n" for test in wanted))
    path = f"{venv / 'bin'}:{os.environ['PATH']}"  # one test runs os-collect-config
    environment = {**os.environ, "TEMPEST_CONFIG_DIR": str(place / "etc"), "PYTHONWARNINGS": "ignore", "PATH": path}
    environment["PYTHON"] = str(venv / "bin/python")  # stestr would run the tests by the one that heatlite is run by
    environment.pop("PYTHONPATH", None)
    stestr = str(venv / "bin/stestr")
    subprocess.run([stestr, "init"], cwd=place, env=environment, check=True)
    run = [stestr, "run", "--concurrency", str(workers), "--include-list", "wanted.txt"]
    has_servers = cloud.services is not None and cloud.services.has("nova")
    with user_data.obeyed(cloud.services) if has_servers else contextlib.nullcontext():
        return subprocess.run(run, cwd=place, env=environment).returncode
