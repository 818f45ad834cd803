"""The documentation builds without a warning, and tells of every resource type, command and example there is."""

from __future__ import annotations

import ast
import functools
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


PAGES = [*sorted((ROOT / "doc").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
SOURCES = sorted((ROOT / "heatlite").rglob("*.py"))
FILES = [
    *(
        f"/{path.relative_to(ROOT)}"
        for top in ("heatlite", "tests", "examples", "doc")
        for path in (ROOT / top).rglob("*.py")
    ),
    "/setup.py",
]
NAMES_OF_TABLES = {"conf", "event", "neutron", "resource", "stack", "waiting"}
"""First words of names with a dot that are tables, kinds and arguments, although modules have these names too."""
NO_MODULES = re.compile(
    r"resources\.\w+\.properties|heat\.common\.|heatlite\.(conf|constraints|keep)$|web\.group\.|.*\.txt$"
)
"""Places in templates, Heat's modules, entry points, tags and files that look like modules of heatlite."""


@functools.cache
def tree(source: pathlib.Path) -> list[ast.AST]:
    """The syntax of a module, walked."""
    return list(ast.walk(ast.parse(source.read_text())))


@functools.cache
def told(path: pathlib.Path) -> str:
    """The prose of a page, or of a module: its docstrings, those of attributes included."""
    if path.suffix == ".md":
        return path.read_text()
    found = (
        node.value.value for node in tree(path) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
    return "\n".join(text for text in found if isinstance(text, str))


@functools.cache
def names_in(source: pathlib.Path) -> set[str]:
    """Every name that a module defines or imports, and the attributes of its classes."""
    names: set[str] = set()
    for node in tree(source):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name.rpartition(".")[2])
    return names


@functools.cache
def modules() -> dict[str, list[tuple[str, set[str]]]]:
    """The last part of a module's name → each such module's name, and the names that it has."""
    found: dict[str, list[tuple[str, set[str]]]] = {}
    for source in SOURCES:
        parts = source.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        found.setdefault(parts[-1], []).append((".".join(parts), names_in(source)))
    return found


def exists(name: str) -> bool:
    """Whether a name with dots is a module, or a module and something in it; it may leave out the first packages."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        for module, names in modules().get(parts[length - 1], []):
            rest = parts[length:]
            if f".{module}".endswith(f".{'.'.join(parts[:length])}") and (not rest or rest[0] in names):
                return True
    return False


def test_the_files_that_pages_and_docstrings_name_exist() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in [*PAGES, *SOURCES]
        for name in re.findall(r"(?<![\w/<~*.:-])((?:[\w-]+/)*[\w-]+\.py)\b", told(path))
        if not any(file.endswith(f"/{name}") for file in FILES)
    ]
    assert missing == []


def test_the_modules_that_pages_and_docstrings_name_exist_and_have_what_is_named() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in [*PAGES, *SOURCES]
        for name in re.findall(r"(?<!`)``?(\w+(?:\.\w+)+)``?(?!`)", told(path))
        if (first := name.partition(".")[0]) in modules() and first not in NAMES_OF_TABLES
        if not name.endswith(".py") and not NO_MODULES.match(name) and not exists(name)
    ]
    assert missing == []


def test_the_functions_that_pages_and_docstrings_name_in_a_file_exist() -> None:
    missing = []
    for path in [*PAGES, *SOURCES]:
        file = ""
        for named, function in re.findall(r"((?:[\w-]+/)*[\w-]+\.py|`)::(\w+)", told(path)):
            file = file if named == "`" else named
            found = [it for it in FILES if it.endswith(f"/{file}")]
            if not any(function in names_in(ROOT / it.removeprefix("/")) for it in found):
                missing.append(f"{path.relative_to(ROOT)}: {file}::{function}")
    assert missing == []


def test_each_guarantee_names_the_tests_that_hold_it() -> None:
    section = (ROOT / "doc/guarantees.md").read_text().partition("\n## ")[0]
    guarantees = re.split(r"\n(?=\d+\. \*\*)", section)[1:]
    assert len(guarantees) >= 6
    assert [it.partition("\n")[0] for it in guarantees if "`tests/" not in it or "::test_" not in it] == []
