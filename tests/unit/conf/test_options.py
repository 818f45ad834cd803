"""Every option says what it does and what it takes; and the sample file says the same."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
from oslo_config import cfg, generator

from heatlite import conf
from heatlite.engine.common import configured
from heatlite.engine.common.settings import Settings

ROOT = pathlib.Path(__file__).parents[3]
SAMPLE = ROOT / "etc" / "heatlite" / "heatlite.conf.sample"
OPTIONS = {f"[{group}] {option.name}": option for group, options in conf.list_opts() for option in options}
UNBOUNDED = (cfg.StrOpt, cfg.MultiStrOpt, cfg.HostAddressOpt, cfg.PortOpt, cfg.ListOpt)
"""Texts, which may have choices."""


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_has_help_a_range_and_a_default(name):
    option = OPTIONS[name]
    assert option.help
    assert option.help[0].isupper()
    assert option.help.endswith(".")
    if isinstance(option, cfg.IntOpt | cfg.FloatOpt):
        assert option.type.min is not None
        assert option.type.min <= option.default
        assert option.type.max is None or option.default <= option.type.max
    elif isinstance(option, cfg.BoolOpt):
        assert option.default in (True, False)
    else:
        assert type(option) in UNBOUNDED
        assert option.default is not None or "Default" in option.help


def test_the_sample_is_what_the_options_are(tmp_path):
    """Where it isn't: tools/config-sample"""
    made = tmp_path / "sample"
    command = ["oslo-config-generator", "--namespace", "heatlite", "--wrap-width", "100", "--output-file", str(made)]
    subprocess.run([pathlib.Path(sys.executable).parent / command[0], *command[1:]], check=True, capture_output=True)
    assert made.read_text() == SAMPLE.read_text()


def test_the_sample_of_rules_is_what_the_rules_are(tmp_path):
    """Where it isn't: tools/config-sample"""
    made = tmp_path / "rules"
    command = ["oslopolicy-sample-generator", "--namespace", "heatlite", "--output-file", str(made)]
    subprocess.run([pathlib.Path(sys.executable).parent / command[0], *command[1:]], check=True, capture_output=True)
    assert made.read_text() == SAMPLE.with_name("policy.yaml.sample").read_text()


def test_an_operators_file_of_rules_is_what_the_generator_tells(tmp_path, monkeypatch):
    rules = tmp_path / "rules.yaml"
    rules.write_text('"resource_types:OS::Nova::Flavor": "role:flavourist"\n')
    (tmp_path / ".heatlite").mkdir()
    (tmp_path / ".heatlite" / "heatlite.conf").write_text(f"[oslo_policy]\npolicy_file = {rules}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    made = tmp_path / "policy.yaml"
    command = ["oslopolicy-policy-generator", "--namespace", "heatlite", "--output-file", str(made)]
    subprocess.run([pathlib.Path(sys.executable).parent / command[0], *command[1:]], check=True)
    assert '"resource_types:OS::Nova::Flavor": "role:flavourist"' in made.read_text()


def test_the_whole_sample_can_be_made(tmp_path):
    made = tmp_path / "whole"
    given = ["--config-file", str(ROOT / "etc/heatlite/config-generator.conf"), "--output-file", str(made)]
    generator.main(given)
    text = made.read_text()
    assert [
        section for section in ("[database]", "[yaql]", "[oslo_messaging_rabbit]", "[profiler]") if section not in text
    ] == []
    assert "#graceful_shutdown_timeout" in text


def test_the_sample_as_it_is_changes_nothing(tmp_path):
    """Every line in it is a comment, and what is commented out are the defaults that engines have."""
    read = conf.register(cfg.ConfigOpts())
    plain = tmp_path / "plain.conf"
    lines = [line.removeprefix("#") for line in SAMPLE.read_text().splitlines() if not line.startswith("# ")]
    plain.write_text("\n".join(line for line in lines if "<None>" not in line and "auth_encryption_key" not in line))
    read([], default_config_files=[str(plain)], default_config_dirs=[])
    by_hand = Settings(local_hops=read.local_hops)  # else none, so that tests see each message
    assert configured.engine_settings(read) == by_hand
