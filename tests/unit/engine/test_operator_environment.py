"""The operator's environments: read in order, and broken ones keep an engine from starting."""

from __future__ import annotations

import pathlib

import pytest

from heatlite.engine.common import operator_environment
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import DEFAULT_MAPPINGS, Settings
from heatlite.engine.definitions.provider import provider_classes
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.exception import ConfigurationError, StackValidationFailed
from heatlite.resources.registry import Registry
from heatlite.template import Environment

TEMPLATE = """
heat_template_version: 2018-08-31
parameters: {size: {type: number}}
outputs: {said: {value: {get_param: size}}}
"""


def test_files_are_merged_in_the_order_of_their_names(tmp_path: pathlib.Path) -> None:
    (tmp_path / "20-more.yaml").write_text("resource_registry: {B: two, C: two}")
    (tmp_path / "10-base.yaml").write_text("resource_registry: {A: one, B: one}")
    (tmp_path / "README").write_text("resource_registry: {")
    assert operator_environment.read(str(tmp_path), 1000) == {**DEFAULT_MAPPINGS, "A": "one", "B": "two", "C": "two"}


def test_a_directory_that_is_not_there_says_nothing(tmp_path: pathlib.Path) -> None:
    assert operator_environment.read(str(tmp_path / "nope"), 1000) == DEFAULT_MAPPINGS


def test_an_operator_may_map_what_heat_maps_otherwise(tmp_path: pathlib.Path) -> None:
    (tmp_path / "own.yaml").write_text("resource_registry: {'OS::Ceilometer::Alarm': 'OS::Heat::None'}")
    assert operator_environment.read(str(tmp_path), 1000)["OS::Ceilometer::Alarm"] == "OS::Heat::None"


def test_the_templates_on_the_disk_that_types_are_mapped_to_are_read(tmp_path: pathlib.Path) -> None:
    file, gone, broken = (tmp_path / name for name in ("a b.yaml", "gone.yaml", "broken.yaml"))
    file.write_text(TEMPLATE)
    broken.write_text("{")
    urls = [it.as_uri() for it in (file, gone, broken)]
    registry = dict(zip("XYZ", urls, strict=True)) | {"T": "OS::Heat::None", "U": "https://example.com/x.yaml"}
    assert operator_environment.templates(registry, 1000) == {urls[0]: TEMPLATE}


def test_a_type_that_is_an_operators_template_is_as_good_as_any() -> None:
    url = "file:///srv/web.yaml"
    registry = Registry.load().with_others(provider_classes({url: TEMPLATE}))
    settings = Settings(operator_registry={"My::Web": url})
    validator = Validator(registry, settings, Inputs())
    written = {
        "heat_template_version": "2018-08-31",
        "resources": {"web": {"type": "My::Web", "properties": {"size": 3}}},
        "outputs": {"said": {"value": {"get_attr": ["web", "said"]}}},
    }
    submission = Submission(written, {}, Environment())
    assert validator.validate(submission, Identity("", "shop", "p9")).resources["web"].type == url
    assert url not in registry.names()
    written["resources"]["web"]["properties"] = {"colour": "red"}
    with pytest.raises(StackValidationFailed, match="Unknown Property colour"):
        validator.validate(submission, Identity("", "shop", "p9"))


@pytest.mark.parametrize("text", ["resource_registry: {", "wrong: 1", "resource_registry: {A: 7}", "[1]"])
def test_a_broken_one_keeps_the_engine_from_starting(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "10-broken.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"10-broken\.yaml: "):
        operator_environment.read(str(tmp_path), 1000)
