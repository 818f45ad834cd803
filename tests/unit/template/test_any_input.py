"""Whatever a stranger sends is either taken or refused with an error for people; nothing else ever comes out."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heatlite.exception import HeatliteError
from heatlite.template import UNKNOWN, Environment, bind, parse, resolve
from heatlite.template.dialects import HOT, OUTPUT
from heatlite.template.functions import OF_CONDITIONS, REGISTERED
from heatlite.template.parameter_constraints import FITS
from heatlite.template.parameter_schema import KEYWORDS, TYPES
from tests.unit.template.build import PSEUDO, FakeResource, World

scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "web", "p", "x", "OS::region", "1"])
function_names = st.sampled_from(["if", *(function.name for _, function in (*REGISTERED, *OF_CONDITIONS))])
KEYS = "template params for_each expression data port query keys values min max step offset description web p x"
words = st.sampled_from([*KEYS.split(), *FITS])


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A list, a map, or something that looks like a function."""
    function = st.dictionaries(function_names, inner, min_size=1, max_size=1)
    replacement = st.fixed_dictionaries({"template": inner, "params": inner}).map(lambda it: {"str_replace": it})
    return st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3) | function | replacement


values = st.recursive(scalars, containers, max_leaves=12)


def some_of(keywords: frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A definition with any values for some of its keywords."""
    return st.dictionaries(st.sampled_from(sorted({*keywords, "condition"})), values, max_size=4)


parameters = st.dictionaries(st.just("p"), st.builds(dict, some_of(KEYWORDS), type=st.sampled_from(list(TYPES))))
resources = st.dictionaries(
    st.sampled_from(["web", "x"]), st.builds(dict, some_of(HOT.resource_keywords), type=st.just("T"))
)
outputs = st.dictionaries(st.just("x"), st.builds(dict, some_of(OUTPUT), value=values))
templates = st.fixed_dictionaries(
    {"heat_template_version": st.sampled_from(["2013-05-23", "newton", "pike", "wallaby"])},
    optional={
        "parameters": parameters | values,
        "resources": resources | values,
        "outputs": outputs | values,
        "conditions": st.dictionaries(st.sampled_from(["p", "x", "web"]), values, max_size=3) | values,
        "parameter_groups": values,
        "description": values,
    },
)


@settings(max_examples=200, deadline=None)
@given(templates, st.dictionaries(st.just("p"), values), st.booleans())
def test_any_template_is_taken_or_refused(raw: dict, user_values: dict, exists: bool) -> None:
    world_resources = {"web": FakeResource(values={"x": ["y"], "p": UNKNOWN})} if exists else {}
    with contextlib.suppress(HeatliteError):
        template = parse(raw, {"x": "content"})
        bound = bind(template, Environment(user_values), PSEUDO)
        bound.as_strings()
        template = template.under(bound)
        world = World(bound, {"x": "content"}, world_resources)
        for definition in template.resources.values():
            assert len(definition.definition_hash) == 64
            resolve(definition.properties, world)
            resolve(definition.metadata, world)
        for output in template.outputs.values():
            resolve(output.value, world)


@given(values, values)
def test_any_environment_is_taken_or_refused(raw: Any, registry: Any) -> None:
    with contextlib.suppress(HeatliteError):
        environment = Environment.parse({"parameters": raw, "resource_registry": registry})
        environment.merge(environment).to_dict()
        parse({"heat_template_version": "rocky"}, {}, environment.resource_registry)
