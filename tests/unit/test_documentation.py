"""The documentation builds without a warning, and tells of every resource type, command and example there is."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

import pytest

from heatlite import conf
from heatlite.cmd.cli import COMMANDS
from heatlite.resources.registry import Registry

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    pytest.importorskip("furo", reason="the extra [docs] isn't installed")
    pytest.importorskip("myst_parser", reason="the extra [docs] isn't installed")
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-W", "ignore", "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    finished = subprocess.run([*command, str(ROOT / "doc"), str(target)], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return target


def test_every_page_is_built_and_can_be_reached(site: pathlib.Path) -> None:
    pages = {path.stem for path in (ROOT / "doc").glob("*.md")} - {"README"}
    index = (site / "index.html").read_text()
    assert {page for page in pages - {"index"} if f'href="{page}.html"' not in index} == set()
    assert {page for page in pages if not (site / f"{page}.html").exists()} == set()


def test_the_reference_has_every_type_with_its_properties(site: pathlib.Path) -> None:
    page, registry = (site / "resource-types.html").read_text(), Registry.load()
    headings = re.findall(r"<h2>([^<]+)<a", page)
    assert set(registry.names()) <= set(headings)
    for name in registry.names():
        assert all(f">{key}<" in page for key in registry.get(name).properties_schema)


def test_the_reference_says_which_services_its_types_were_tested_with(site: pathlib.Path) -> None:
    page = re.sub(r"<[^>]+>", "", (site / "resource-types.html").read_text())
    pins = dict(re.findall(r"^(\w+)==(.+)$", (ROOT / "tests/cloud/constraints.txt").read_text(), re.MULTILINE))
    for service in ("keystone", "nova", "neutron", "cinder", "glance"):
        assert re.search(rf"{service}\s+{re.escape(pins[service])}\s", page), service
    assert "Service: neutron, with the extension trunk." in page


def test_every_command_and_option_is_told(site: pathlib.Path) -> None:
    page = (site / "command-reference.html").read_text()
    assert [command for command in COMMANDS if f"usage: heatlite {command} " not in page] == []
    page = (site / "configuration.html").read_text()
    told = set(re.findall(r'<span class="pre">(\w+)</span></code>', page))
    assert {option.name for _, options in conf.list_opts() for option in options} <= told


def test_the_release_notes_are_on_their_page(site: pathlib.Path) -> None:
    assert "critical path marked" in (site / "release-notes.html").read_text()


def test_links_between_pages_lead_somewhere() -> None:
    documents = [*(ROOT / "doc").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    broken = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_commands_that_the_pages_show_exist() -> None:
    shown = [
        f"{path.name}: {line}"
        for path in [*(ROOT / "doc").glob("*.md"), ROOT / "README.md"]
        for line in re.findall(r"^\$ (?:\.venv/bin/)?heatlite (?!-)([a-z ]+)", path.read_text(), flags=re.MULTILINE)
        if not any(line.strip().removeprefix("orchestration ").startswith(command) for command in [*COMMANDS, "help"])
    ]
    assert shown == []


def test_release_notes_are_well_formed() -> None:
    pytest.importorskip("reno", reason="the extra [docs] isn't installed")
    command = [sys.executable, "-m", "reno.main", "--quiet", "lint", str(ROOT)]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
