"""Units and the logrotate example, as the programs that read them see them."""

from __future__ import annotations

import configparser
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from heatlite import conf
from heatlite.cmd import manage
from tests.waiting import PATIENCE

ROOT = pathlib.Path(__file__).parents[3]
UNITS = sorted((ROOT / "etc" / "systemd").iterdir())
PROGRAMS = pathlib.Path(sys.executable).parent


def read(unit: pathlib.Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(unit)
    return parser


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd isn't installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_line(unit, tmp_path):
    for each in UNITS:  # those that one refers to as well; and where heatlite is in this environment
        (tmp_path / each.name).write_text(each.read_text().replace("/usr/bin/heatlite", f"{PROGRAMS}/heatlite"))
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / unit.name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", [it for it in UNITS if it.suffix == ".service"], ids=lambda path: path.name)
def test_a_unit_starts_what_is_installed_with_arguments_that_it_takes(unit):
    started = read(unit)["Service"]["ExecStart"].split()
    assert (PROGRAMS / pathlib.Path(started[0]).name).exists()
    if started[0].endswith("manage"):
        parsed = conf.register(manage.cfg.ConfigOpts())
        parsed.register_cli_opt(manage.cfg.SubCommandOpt("command", handler=manage.add_parsers))
        parsed(started[3:], default_config_files=[], default_config_dirs=[])
        assert parsed.command.age == 90


def test_systemd_waits_longer_for_a_drain_than_an_engine_takes():
    from oslo_service.backend import BackendType, init_backend

    init_backend(BackendType.THREADING)
    from oslo_service import _options

    (drains,) = [option.default for option in _options.service_opts if option.name == "graceful_shutdown_timeout"]
    assert int(read(ROOT / "etc/systemd/heatlite-engine.service")["Service"]["TimeoutStopSec"]) > drains


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="logrotate isn't installed")
def test_logrotate_reads_the_example(tmp_path):
    text = (ROOT / "etc/logrotate.d/heatlite").read_text().replace("/var/log/heatlite", str(tmp_path))
    example = tmp_path / "example"
    example.write_text(text)
    command = ["logrotate", "--debug", "--state", str(tmp_path / "state"), str(example)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0
    assert not re.search(r"^error", done.stderr, re.MULTILINE)
