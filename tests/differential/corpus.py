"""A folder of templates, asked of both sides: what does heatlite refuse that Heat accepts?

    python -m tests.differential.corpus FOLDER      HEAT_PYTHON names Heat's Python

Every file that is a template is sent by each side's own client code, with the same values for the parameters that need
one, and an environment file beside it where one fits. A type that needs a cloud is stubbed on both sides with Heat's
schemata. The exit code is 1 where heatlite refuses what Heat accepts, but not on purpose, or where both accept it and
what they make of it differs.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from heatlite import exception
from heatlite import template as language
from heatlite.cmd import environment as environments
from heatlite.cmd.files import VERSION_KEYS, Files
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Attribute
from heatlite.schema import constraints
from tests.differential.compare import Case, Heat
from tests.differential.known import REFUSED_HERE
from tests.differential.our_side import schema_of

ENDINGS = (".yaml", ".yml", ".template", ".json", ".in")
IDENTITY = Identity("", "shop", "p9")
LOCAL = "heatlite.resources.builtin."
"""The package of the types that ask no service of a cloud."""


def templates_in(folder: Path) -> Iterator[Path]:
    """The files under a folder that say of themselves that they are templates."""
    for path in sorted(it for it in folder.rglob("*") if it.suffix in ENDINGS and it.is_file()):
        if any(key in path.read_text(errors="replace") for key in VERSION_KEYS):
            yield path


def document(path: Path) -> Mapping[str, Any]:
    """A YAML file as it is; empty where it isn't one."""
    try:
        found = yaml.load(path.read_text(errors="replace"), Loader=yaml.BaseLoader)  # texts only
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, Mapping) else {}


def values_for(template: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each parameter that needs one, of its type and, as far as that is simple, within its constraints."""
    declared = template.get("parameters") or template.get("Parameters") or {}
    if not isinstance(declared, Mapping):
        return {}
    needed = {
        name: it for name, it in declared.items() if isinstance(it, Mapping) and not {"default", "Default"} & {*it}
    }
    return {name: value_for(it) for name, it in needed.items()}


def value_for(declared: Mapping[str, Any]) -> Any:
    """A value for one parameter."""
    rules = [{key: it for key, it in declared.items() if key not in ("type", "Type")}]
    constraints = declared.get("constraints")
    rules += [it for it in (constraints if isinstance(constraints, list) else []) if isinstance(it, Mapping)]
    found = {key: it for rule in rules for key, it in rule.items()}
    allowed = found.get("allowed_values") or found.get("AllowedValues")
    if isinstance(allowed, list) and allowed:
        return allowed[0]
    limits = {**found, **(found.get("range") or {}), **(found.get("length") or {})}
    match str(declared.get("type") or declared.get("Type")).lower():
        case "number":
            return limits.get("min") or limits.get("MinValue") or "1"
        case "boolean":
            return "true"
        case "json":
            return "{}"
        case "comma_delimited_list" | "commadelimitedlist":
            return "a,b"
    fewest = int(limits.get("min") or limits.get("MinLength") or 1)
    pattern = found.get("allowed_pattern") or found.get("AllowedPattern")
    return "10.0.0.0/24" if pattern and r"\." in pattern else "a" * max(fewest, 8)


def stub(facts: Case) -> type[Resource]:
    """A type of Heat's of which nothing is there but what it takes and gives."""
    parts: Case = {
        "properties_schema": {name: schema_of(it) for name, it in facts["properties"].items()},
        "update_policy_schema": {name: schema_of(it) for name, it in facts["update_policy"].items()},
        "attributes_schema": {name: Attribute() for name in facts["attributes"]},
    }
    if facts["snapshots"]:
        parts["handle_snapshot_delete"] = lambda self, state: None
    return type("Stub", (Resource,), parts)


class Passes:
    """A custom constraint that there is no cloud to ask about."""

    def validate(self, value: Any, cloud: Any) -> bool:
        return True


def stubbed(heat: Heat) -> Registry:
    """The plugins that need no cloud, and a stub for each other type that Heat has; Heat has the same stubs then."""
    for name in heat.answer({"kind": "constraints"})["value"]:
        constraints.installed().setdefault(name, Passes)
    installed, types = Registry.load(), heat.answer({"kind": "types"})["value"]
    stubs = {name: stub(facts) for name, facts in types.items() if not is_local(installed, name)}
    heat.answer({"kind": "stubs", "names": sorted(stubs)})
    return installed.with_others(stubs)


def is_local(installed: Registry, name: str) -> bool:
    """Whether heatlite has a plugin for a type that asks no service of a cloud."""
    return name in installed.names() and installed.get(name).__module__.startswith(LOCAL)


def ours(registry: Registry, case: Case) -> Case:
    """heatlite's answer, in the form of Heat's."""
    try:
        return {"value": accepted(registry, case)}
    except exception.HeatliteError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except Exception as error:
        return {"error": f"INTERNAL {type(error).__name__}", "message": str(error)}


def accepted(registry: Registry, case: Case) -> Any:
    """What a stack of this file would be, if it is valid."""
    files = Files()
    template = files.load_template(case["path"])
    named = [case["environment"]] if case["environment"] else None
    params = environments.load_environments(named, case["parameters"], files, template)
    environment = language.Environment.parse(params)
    validator = Validator(registry, Settings(), Inputs(now=lambda: 0.0, random=random.Random(0)))
    found = validator.validate(Submission(template, files.contents, environment), IDENTITY)
    parameters = language.bind(found, environment, IDENTITY.pseudo)
    shown = parameters.as_strings()
    return {
        "resources": sorted(found.resources),
        "outputs": sorted(found.outputs),
        "parameters": {name: shown[name] for name in found.parameter_schemata},
    }


def compare(folder: Path, heat: Heat) -> Iterator[tuple[Path, Case, Case]]:
    """Each template with both answers."""
    registry = stubbed(heat)
    for path in templates_in(folder):
        case = {"kind": "stack", "path": str(path), "parameters": values_for(document(path)), "environment": None}
        yield path, heat.answer(case), ours(registry, case)


def verdict(heat: Case, ours: Case) -> str:
    """What two answers say together."""
    if "error" in ours:
        return "both refuse" if "error" in heat else "heatlite refuses"
    if "error" in heat:
        return "Heat refuses"
    return "same" if heat["value"] == ours["value"] else "another stack"


def main() -> None:
    """Compare, and tell each difference."""
    folder, told, both = Path(sys.argv[1]), Counter(), Counter()
    with Heat(os.environ["HEAT_PYTHON"]) as heat:
        for path, theirs, answer in compare(folder, heat):
            found = verdict(theirs, answer)
            if found == "heatlite refuses" and path.stem in REFUSED_HERE:
                found = "refused on purpose"
            told[found] += 1
            if found == "both refuse":
                both[f"{theirs['error']} {theirs['message'][:90]}"] += 1
            if found not in ("same", "both refuse", "refused on purpose"):
                print(f"{found}: {path.relative_to(folder)}")
                for who, it in (("Heat", theirs), ("heatlite", answer)):
                    print(f"    {who}: {it.get('error', 'accepts')} {str(it.get('message') or it.get('value'))[:600]}")
    for reason, count in both.most_common():
        print(f"{count:5} both refuse: {reason}")
    print(", ".join(f"{count} {name}" for name, count in told.most_common()))
    sys.exit(1 if told["heatlite refuses"] or told["another stack"] else 0)


if __name__ == "__main__":
    main()
