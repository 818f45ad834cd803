"""The template language as a whole, from what a client sends to what its resources get."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import yaml

from heatlite.exception import HeatliteError
from heatlite.template import UNKNOWN, Environment, bind, holds_unknown, load, parse, resolve
from tests.fuzz.limits import soon
from tests.unit.template.build import PSEUDO, FakeResource, World

LARGEST = 524288
EXISTING = FakeResource(values={"output": "a,b", "value": {"a": [1]}, "x": UNKNOWN})


def document(request: dict[str, Any]) -> None:
    """Take or refuse the parts of a request as they come off the wire.

    :raises Exception: what is not a named error
    """
    with soon(), contextlib.suppress(HeatliteError):
        environment = Environment.parse(request.get("params"))
        environment = environment.merge(Environment.parse(environment.to_dict()))
        files = request.get("files")
        carry_out(request.get("template"), environment, files if isinstance(files, dict) else {})


def text(template: str, environment: str) -> None:
    """Take or refuse two texts as they come out of files."""
    with soon(), contextlib.suppress(HeatliteError):
        read = Environment.parse(load(environment, LARGEST))
        raw = load(template, LARGEST)
        assert json.loads(json.dumps(raw, allow_nan=False)) == raw
        carry_out(raw, read, {"setup.sh": "echo hello", "e.yaml": environment})


def carry_out(raw: Any, environment: Environment, files: dict[str, str]) -> None:
    """Parse, bind and resolve, once with resources that exist and once with none."""
    template = parse(raw, files, environment.resource_registry)
    parameters = bind(template, environment, PSEUDO)
    parameters.as_strings()
    template = template.under(parameters)
    for resources in (dict.fromkeys(template.resources, EXISTING), {}):
        world = World(parameters, files, resources)
        for definition in template.resources.values():
            assert len(definition.definition_hash) == 64
            for tree in (definition.properties, definition.metadata, definition.update_policy):
                is_plain(resolve(tree, world))
        for output in template.outputs.values():
            is_plain(resolve(output.value, world))


def is_plain(value: Any) -> None:
    """What comes out is JSON, or not known yet."""
    if not holds_unknown(value):
        json.dumps(value)


def as_yaml(values: Any) -> str:
    """A document as YAML, whatever is in it."""
    try:
        return yaml.dump(values, Dumper=Dumper, allow_unicode=True, sort_keys=False)
    except (yaml.YAMLError, RecursionError, ValueError, UnicodeError):
        return json.dumps(values)


class Dumper(yaml.SafeDumper):
    """It writes a document that is shared by two places twice: anchors come from elsewhere."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
