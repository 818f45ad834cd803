"""The devstack plugin, run as stack.sh, unstack.sh and clean.sh run it, with devstack's functions as recorders.

With a checkout of devstack in ``$HEATLITE_DEVSTACK``, by devstack's own functions, so far as they change no machine.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from oslo_config import cfg

from heatlite import conf
from heatlite.db.crypt import raw_key
from heatlite.engine.common import configured
from heatlite.engine.ports import cloud_settings

ROOT = pathlib.Path(__file__).parents[2]
DEVSTACK = ROOT / "devstack"
HERE = pathlib.Path(__file__).parent
CHECKOUT = os.environ.get("HEATLITE_DEVSTACK")
FUNCTIONS = HERE / ("real_functions" if CHECKOUT else "functions")
PLUGIN = [DEVSTACK / name for name in ("settings", "lib/heatlite", "plugin.sh")]
SCRIPTS = [*PLUGIN, HERE / "functions", HERE / "real_functions"]
NAMES = [tuple(line.split()) for line in (HERE / "names").read_text().splitlines() if line and line[0] != "#"]
STACK = ("stack pre-install", "stack install", "stack post-config", "stack extra", "stack test-config")
STARTED = "start h-eng: {bin}/heatlite-engine --config-file {conf}/heatlite.conf"
HEAT_CONF = """[DEFAULT]
stack_user_domain_id = 5d
stack_domain_admin = heat_domain_admin
stack_domain_admin_password = secret

[trustee]
auth_type = password
auth_url = http://127.0.0.1/identity
username = heat
password = pass=word
user_domain_id = default

[clients_keystone]
auth_uri = http://127.0.0.1/identity
"""
STRICT = "set -eu; set -o pipefail"
BASICS = {"PATH": os.environ["PATH"], **({"HEATLITE_DEVSTACK": CHECKOUT} if CHECKOUT else {})}


@dataclass
class Devstack:
    """A machine with devstack on it. ``local``: what local.conf sets."""

    directory: pathlib.Path
    local: dict[str, str] = field(default_factory=dict)

    @property
    def conf(self) -> pathlib.Path:
        return self.directory / "etc"

    @property
    def bin(self) -> pathlib.Path:
        return self.directory / "bin"

    def prepare(self, checks: int = 0) -> None:
        """The programs that the plugin calls. ``checks``: the exit status of ``service check``."""
        self.bin.mkdir(exist_ok=True)
        program = self.bin / "heatlite-manage"
        status = f'case "$*" in *"service check"*) exit {checks} ;; esac'
        program.write_text(f'#!/bin/bash\necho "heatlite-manage ${{*:3}}" >>"$RECORD"\n{status}\n')
        program.chmod(0o755)

    def run(self, *phases: str) -> list[str]:
        """Run phases as one script does: settings first, then the plugin for each; what was recorded."""
        record = self.directory / "record"
        record.write_text("")
        variables = {
            "BIN": str(self.bin),
            "RECORD": str(record),
            "DEST": "/opt/stack",
            "HEATLITE_DIR": str(ROOT),
            "HEATLITE_CONF_DIR": str(self.conf),
            "HEATLITE_HEAT_CONF": str(self.directory / "heat.conf"),
            "STACK_USER": str(os.getuid()),
            "DATABASE_BACKENDS": "mysql postgresql",
            "ENABLE_DEBUG_LOG_LEVEL": "True",
            "ENABLED_SERVICES": "key,mysql,rabbit,h-api,h-eng",
            **BASICS,
            **self.local,
        }
        lines = [f'source "{FUNCTIONS}"', f'source "{DEVSTACK}/settings"']
        lines += [f'source "{DEVSTACK}/plugin.sh" {phase}' for phase in phases]
        script = "\n".join([STRICT, *lines])
        done = subprocess.run(["bash", "-c", script], env=variables, capture_output=True, text=True, check=False)
        recorded = record.read_text().splitlines()
        assert done.returncode == 0 or any(line.startswith("die") for line in recorded), done.stderr
        return recorded

    def options(self) -> cfg.ConfigOpts:
        """heatlite.conf as an engine reads it."""
        read = conf.register(cfg.ConfigOpts())
        read([], default_config_files=[str(self.conf / "heatlite.conf")], default_config_dirs=[])
        return read


@pytest.fixture
def devstack(tmp_path: pathlib.Path) -> Devstack:
    machine = Devstack(tmp_path)
    machine.prepare()
    return machine


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(script):
    shellcheck = pathlib.Path(sys.executable).parent / "shellcheck"
    done = subprocess.run([shellcheck, "-x", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_plugin_takes_nothing_from_devstack_that_devstack_does_not_have():
    """What is called but not listed fails in every other test here: nobody has it."""
    text = "\n".join(script.read_text() for script in PLUGIN)
    code = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    read = {name for name in re.findall(r"\$\{?([A-Z_]+)", code) if not name.startswith(("HEATLITE_", "LINENO"))}
    listed = {kind: {name for its, name, _ in NAMES if its == kind} for kind in ("function", "variable")}
    assert read == listed["variable"]
    assert {name for name in listed["function"] if not re.search(rf"\b{name}\b", code)} == set()
    stubs = set(re.findall(r"^(\w+)\(\) *{", (HERE / "functions").read_text(), flags=re.MULTILINE))
    assert stubs - {"record", "sudo"} == listed["function"]


@pytest.mark.skipif(not CHECKOUT, reason="HEATLITE_DEVSTACK says where devstack is")
@pytest.mark.parametrize(("kind", "name", "file"), NAMES, ids=[name for _, name, _ in NAMES])
def test_devstack_has_it(kind, name, file):
    defined = rf"^(function )?{name}( |\()" if kind == "function" else rf"\b{name}(=|\+=|}})"
    assert re.search(defined, (pathlib.Path(CHECKOUT) / file).read_text(), flags=re.MULTILINE)


def test_stack_installs_configures_initializes_and_starts(devstack):
    assert devstack.run(*STACK) == [
        "== Installing heatlite",
        f"pip_install -e {ROOT}",
        "== Configuring heatlite",
        "== Initializing heatlite",
        "recreate_database heatlite",
        "heatlite-manage db_sync",
        "== Starting heatlite",
        STARTED.format(bin=devstack.bin, conf=devstack.conf),
        "heatlite-manage service check --any --wait 60",
    ]


def test_the_configuration_is_one_that_an_engine_takes(devstack):
    devstack.local = {"HEATLITE_ENGINE_WORKERS": "3", "HEATLITE_BACKEND": "eventlet"}
    devstack.run(*STACK)
    read = devstack.options()
    configured.engine_settings(read)
    assert (read.num_engine_workers, read.backend) == (3, "eventlet")
    assert configured.database_settings(read).connection.startswith("mysql+pymysql://root:secret@127.0.0.1/heatlite?")
    configured.vault(read).check()
    assert (devstack.conf / "heatlite.conf").stat().st_mode & 0o077 == 0, "it has passwords in it"


def test_to_stack_again_keeps_the_key_and_makes_the_rest_anew(devstack):
    first = devstack.run(*STACK)
    (key,) = devstack.options().auth_encryption_key
    assert len(raw_key(key)) == 32
    assert devstack.run(*STACK) == first
    assert devstack.options().auth_encryption_key == [key]


def test_engines_reach_keystone_as_heats_plugin_has_set_it_up(devstack):
    (devstack.directory / "heat.conf").write_text(HEAT_CONF)
    devstack.run(*STACK)
    found = cloud_settings.cloud_settings(devstack.options())
    assert found is not None
    assert found.stack_domain is not None
    assert devstack.options().trustee.password == "pass=word"


def test_a_key_that_local_conf_gives_is_taken(devstack):
    devstack.local = {"HEATLITE_AUTH_ENCRYPTION_KEY": "k" * 32}
    devstack.run(*STACK)
    assert devstack.options().auth_encryption_key == ["k" * 32]


def test_the_number_of_engines_has_a_default(devstack):
    devstack.run(*STACK)
    assert devstack.options().num_engine_workers >= 2


def test_unstack_and_clean_may_be_run_at_any_time(devstack):
    assert devstack.run("unstack") == ["stop h-eng"]
    assert devstack.run("clean") == []
    devstack.run(*STACK)
    for _ in range(2):
        assert devstack.run("unstack") == ["stop h-eng"]
        assert devstack.run("unstack", "clean") == ["stop h-eng"]
        assert not devstack.conf.exists()


def test_to_stack_unstack_and_clean_twice_each_is_as_to_do_it_once(devstack):
    first = devstack.run(*STACK)
    written = (devstack.conf / "heatlite.conf").read_text()
    assert devstack.run(*STACK) == first
    assert (devstack.conf / "heatlite.conf").read_text() == written
    assert devstack.run("unstack") == devstack.run("unstack") == ["stop h-eng"]
    assert (devstack.run("clean"), devstack.run("clean")) == ([], [])
    assert devstack.run(*STACK) == first


def test_the_least_local_conf_enables_nothing_that_stacks_do_not_need():
    text = (DEVSTACK / "local.conf.sample").read_text()
    enabled = [word for line in re.findall(r"^enable_service (.*)$", text, flags=re.MULTILINE) for word in line.split()]
    assert enabled == ["key", "mysql", "rabbit", "h-api", "h-api-cfn"]
    assert re.findall(r"^enable_plugin (\w+)", text, flags=re.MULTILINE) == ["heat", "heatlite"]


def test_heats_plugin_finds_h_eng_disabled_until_ours_has_started_it(devstack):
    heats = ["enable_service h-eng", 'run_process h-eng "heat-engine" || true']  # its settings, its plugin
    lines = [f'source "{FUNCTIONS}"', "ENABLED_SERVICES=h-api,h-eng", f'source "{DEVSTACK}/settings"', *heats]
    record = devstack.directory / "record"
    variables = {**BASICS, "RECORD": str(record), "DEST": "/opt/stack", "ENABLED_SERVICES": "mysql"}
    subprocess.run(["bash", "-euc", "\n".join([*lines, 'record "$ENABLED_SERVICES"'])], env=variables, check=True)
    assert record.read_text().splitlines()[-1] == "h-api"
    assert "start" not in record.read_text()


def test_heat_engine_may_stay(devstack):
    devstack.local = {"HEATLITE_REPLACES_HEAT_ENGINE": "False"}
    recorded = devstack.run(*STACK)
    assert recorded[-1] == "heatlite-manage db_sync"
    assert devstack.run("unstack") == []


def test_a_node_without_the_database_leaves_it_alone(devstack):
    devstack.local = {"ENABLED_SERVICES": "h-eng"}
    recorded = devstack.run(*STACK)
    assert "recreate_database heatlite" not in recorded
    assert STARTED.format(bin=devstack.bin, conf=devstack.conf) in recorded


def test_an_engine_that_does_not_start_ends_stack_sh(devstack):
    devstack.prepare(checks=1)
    assert devstack.run(*STACK)[-1] == "die heatlite-engine did not start: journalctl -u devstack@h-eng"
