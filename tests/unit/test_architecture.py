"""The architecture, held by a test that reads the source: who may import whom, and how large a thing may grow.

cmd → engine → { clients, db, rpc, resources, template, notifications } → convergence
                                exception, context, schema, conf and tracing lie below all of them
"""

from __future__ import annotations

import ast
import pathlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pytest

import heatlite
from heatlite.convergence.graph import Graph

ROOT = pathlib.Path(heatlite.__file__).parent
LEAVES = {"exception", "context", "schema", "conf", "tracing"}
MIDDLE = {"clients", "db", "rpc", "resources", "template", "notifications"}
LAYERS = {
    "cmd": {"engine", *MIDDLE, "convergence", "drawing", *LEAVES},
    "engine": {*MIDDLE, "convergence", *LEAVES},
    **{package: {"convergence", *LEAVES} for package in MIDDLE},
    "convergence": {"exception"},
    "drawing": set(),
    "schema": {"exception"},
    "context": {"exception"},
    "conf": {"exception"},
    "exception": set(),
    "tracing": set(),
}
ENGINE_LAYERS = [  # from the lowest; a package imports from those before it
    "common",
    "definitions",
    "ports",
    "decision",
    "membership",
    "shared",
    "traversal",
    "operations",
    "nested",
    "signals",
    "api",
    "heat_import",
    "observability",
    "runtime",
]
FOR_TYPING_ONLY = {("heatlite.context", "heatlite.db.api")}

LONGEST_FILE = 900
LONGEST_FUNCTION = 60
MOST_ARGUMENTS = 8


@dataclass(frozen=True)
class Import:
    """An import: where, of what, whether only type checkers see it, whether it happens as the module is loaded."""

    importer: str
    imported: str
    for_typing: bool
    at_load: bool

    @property
    def packages(self) -> tuple[str, str]:
        return package(self.importer), package(self.imported)


@dataclass(frozen=True)
class Module:
    """One file of heatlite."""

    path: pathlib.Path

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_migration(self) -> bool:
        """A migration is history: it spells out a whole schema in one function, and isn't changed any more."""
        return "versions" in self.path.parts

    @cached_property
    def source(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    def imports(self) -> Iterator[Import]:
        """Every import in the file, wherever it stands."""
        yield from self._imports(self.tree, for_typing=False, at_load=True)

    def _imports(self, parent: ast.AST, *, for_typing: bool, at_load: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(parent):
            for imported in names_imported(child):
                yield Import(self.name, imported, for_typing, at_load)
            typing = for_typing or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from self._imports(child, for_typing=typing, at_load=at_load and not later)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        yield from (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def names_imported(node: ast.AST) -> Iterator[str]:
    """The modules that a statement imports; of ``from package import name`` both, where ``name`` is a module too."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            inner = [f"{module}.{alias.name}" for alias in names]
            modules = [name for name in inner if is_module(name)]
            yield from modules
            if len(modules) < len(inner):
                yield module
        case ast.ImportFrom():
            raise AssertionError(f"line {node.lineno}: import by the whole name, not relatively")


def is_module(name: str) -> bool:
    path = ROOT.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def package(module: str) -> str:
    """``heatlite.db.api`` → ``db``; nothing for what isn't heatlite's, nor for the package itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == "heatlite" and len(parts) > 1 else ""


MODULES = [Module(path) for path in sorted(ROOT.rglob("*.py"))]
IMPORTS = [it for module in MODULES for it in module.imports()]


def arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    every = function.args
    named = [*every.posonlyargs, *every.args, *every.kwonlyargs, *filter(None, (every.vararg, every.kwarg))]
    return [argument.arg for argument in named if argument.arg not in ("self", "cls")]


def where(module: Module, node: ast.AST) -> str:
    return f"{module.path.relative_to(ROOT.parent)}:{node.lineno} {getattr(node, 'name', '')}"


def test_the_reader_sees_imports_wherever_they_stand():
    """A guard for all the others: nothing would fail them if nothing were seen."""
    found = {(it.importer, it.imported): it for it in IMPORTS}

    assert found["heatlite.convergence.plan", "heatlite.convergence.graph"].at_load
    assert found["heatlite.context", "heatlite.db.api"].for_typing
    assert not found["heatlite.cmd.session", "oslo_config"].at_load
    assert ("heatlite.db.stacks", "heatlite.db.models") in found


def test_only_the_process_knows_the_client_api():
    """The engine converges without it, and a simulated one does."""
    inner = {it.importer for it in IMPORTS if it.imported.startswith("heatlite.engine.api")}
    assert {name for name in inner if not name.startswith("heatlite.engine.api")} == {
        "heatlite.engine.runtime.process",
        "heatlite.engine.runtime.local_reader",  # which answers a list without a process's other parts
    }


def test_every_package_has_its_place():
    assert {package(module.name) for module in MODULES} - {""} <= set(LAYERS)


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_package_imports_only_from_the_layers_below(layer):
    allowed = LAYERS[layer] | {layer}
    wrong = [
        f"{it.importer} imports {it.imported}"
        for it in IMPORTS
        if it.packages[0] == layer
        and it.packages[1] not in allowed | {""}
        and not (it.for_typing and (it.importer, it.imported) in FOR_TYPING_ONLY)
    ]
    assert wrong == []


def engine_package(module: str) -> str:
    """``heatlite.engine.api.replies`` → ``api``; nothing for what isn't the engine's, nor for the package itself."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["heatlite", "engine"] and len(parts) > 2 else ""


def test_every_module_of_the_engine_has_its_layer():
    assert {engine_package(module.name) for module in MODULES} - {""} == set(ENGINE_LAYERS)


def test_a_package_of_the_engine_imports_only_from_the_layers_below():
    height = {name: number for number, name in enumerate(ENGINE_LAYERS)}
    inner = [(it, engine_package(it.importer), engine_package(it.imported)) for it in IMPORTS]

    upward = [
        f"{it.importer} imports {it.imported}"
        for it, importer, imported in inner
        if importer and imported and height[imported] > height[importer]
    ]
    assert upward == []
    assert ("runtime", "api") in {(importer, imported) for _, importer, imported in inner}


def test_the_convergence_core_knows_the_standard_library_and_its_errors_only():
    core = [it for it in IMPORTS if it.packages[0] == "convergence"]

    foreign = {it.imported.split(".")[0] for it in core} - sys.stdlib_module_names
    assert foreign == {"heatlite"}


def test_no_modules_import_one_another_in_a_circle():
    follows: dict[str, list[str]] = {module.name: [] for module in MODULES}
    for it in IMPORTS:
        if it.at_load and not it.for_typing and it.imported in follows and it.imported != it.importer:
            follows[it.importer].append(it.imported)

    Graph(follows).order()


def test_only_commands_read_the_process_wide_configuration():
    readers = [
        where(module, node)
        for module in MODULES
        if package(module.name) != "cmd"
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr == "CONF")
        or (isinstance(node, ast.alias) and node.name == "CONF")
    ]
    assert readers == []


def test_every_module_says_what_its_idea_is():
    assert [module.name for module in MODULES if not ast.get_docstring(module.tree)] == []


def test_no_file_is_over_its_limit():
    lines = {module.name: len(module.source.splitlines()) for module in MODULES}

    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_over_its_limit():
    lengths = {
        where(module, function): (function.end_lineno or 0) - function.lineno + 1
        for module in MODULES
        if not module.is_migration
        for function in module.functions()
    }
    assert {place: length for place, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_no_function_takes_too_many_arguments():
    counts = {
        where(module, function): len(arguments(function)) for module in MODULES for function in module.functions()
    }
    assert {place: count for place, count in counts.items() if count > MOST_ARGUMENTS} == {}
