"""Templates that somebody has, unchanged, each created, updated and deleted on the cloud, with nothing left of it.

``HEATLITE_TEST_CLOUD_TEMPLATES`` names directories. They, and what is in them at any depth, aren't part of the project.
A template runs if all of its types are known, and if it has a resource of the cloud's services. What it names on the
cloud is made for it (``provided``), and what its servers would say is said by a ``guest``.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.cmd.files import Files
from heatlite.exception import Forbidden, HeatliteError, StackValidationFailed
from heatlite.resources.openstack.base import CloudResource
from heatlite.schema.provider import is_template
from tests.cloud.guest import Guest
from tests.cloud.left import everything
from tests.cloud.life import PATIENCE, REGISTRY
from tests.cloud.provided import Provided, values_for
from tests.cloud.reached import Reached
from tests.deployment import InProcess, in_process
from tests.story import Story
from tests.waiting import wait_until

VARIABLE = "HEATLITE_TEST_CLOUD_TEMPLATES"
ENDINGS = (".yaml", ".yml", ".template", ".json")
DIRECTORIES = [pathlib.Path(it) for it in os.environ.get(VARIABLE, "").split(os.pathsep) if it]
FILES = {
    path: str(path.relative_to(directory))
    for directory in DIRECTORIES
    for path in sorted(directory.rglob("*"))
    if path.suffix in ENDINGS and path.is_file()
}
MOST_MISSING = 20
LEAST = 40
LIVED: list[pathlib.Path] = []
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FILES, reason=f"{VARIABLE} names no directory with templates")]
Loaded = tuple[dict[str, Any], dict[str, str]]


def loaded(path: pathlib.Path) -> Loaded | None:
    """Return a template with its files; None if it isn't one that runs here."""
    files = Files()
    try:
        template = files.load_template(str(path))
    except (StackValidationFailed, RecursionError):
        return None
    types = {kind for it in (template, *map(parsed, files.contents.values())) for kind in types_in(it)}
    unknown = {it for it in types if not is_template(it) and it not in REGISTRY.names()}
    of_cloud = [it for it in types - unknown if not is_template(it) and issubclass(REGISTRY.get(it), CloudResource)]
    return (template, files.contents) if of_cloud and not unknown else None


def parsed(text: str) -> Any:
    """Return a file as JSON; None if it is something else."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def types_in(tree: Any) -> Iterator[str]:
    """Yield the types of a template's resources, if it is a template."""
    if isinstance(tree, dict):
        resources = tree.get("resources") or tree.get("Resources")
        for it in resources.values() if isinstance(resources, dict) else ():
            yield from types_of(it)


def types_of(definition: Any) -> Iterator[str]:
    """Yield a resource's type, and those of what is defined in its properties."""
    if isinstance(definition, list):
        for it in definition:
            yield from types_of(it)
    elif isinstance(definition, dict):
        kind = definition.get("type") or definition.get("Type")
        if isinstance(kind, str) and ("::" in kind or kind.endswith(ENDINGS)):
            yield kind
        for it in definition.values():
            yield from types_of(it)


TEMPLATES = {path: found for path in FILES if (found := loaded(path)) is not None}


@pytest.fixture(scope="module")
def engine(cloud: Reached, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One engine for all."""
    deployment = in_process(tmp_path_factory.mktemp("given"), cloud=cloud.settings)
    yield deployment
    deployment.stop()


@pytest.fixture(scope="module")
def provided(cloud: Reached) -> Iterator[Provided]:
    """What templates name on the cloud."""
    found = Provided(cloud)
    yield found
    found.remove()


def changed(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template with another name for each resource that can be renamed and has no name, and a new volume."""
    is_hot = "resources" in template
    resources, kind, given = (
        (template["resources"], "type", "properties") if is_hot else (template["Resources"], "Type", "Properties")
    )
    found = {}
    for name, it in resources.items():
        schema = {} if is_template(it[kind]) else REGISTRY.get(it[kind]).properties_schema
        renames = is_hot and "name" in schema and schema["name"].update_allowed and "name" not in (it.get(given) or {})
        renamed = {**(it.get(given) or {}), "name": f"renamed-{name}"}
        found[name] = {**it, given: renamed} if renames else it
    found["added"] = {kind: "OS::Cinder::Volume", given: {"size": 1}}
    return {**template, "resources" if is_hot else "Resources": found}


def settled(story: Story, state: str) -> None:
    """Wait until the operation has ended, and act as the servers' programs meanwhile."""
    guest = Guest(story)

    def ended() -> bool:
        guest.act()
        return not story.state().endswith("IN_PROGRESS")

    wait_until(ended, PATIENCE, f"{story.name} to settle", story.explain)
    story.settle(state)


def created(
    story: Story, template: dict[str, Any], cloud: Reached, provided: Provided, **args: Any
) -> dict[str, set[str]]:
    """Create the stack, and make what it names until it is there. Return what there was before the stack."""
    for _ in range(MOST_MISSING):
        before = provided.everything()
        try:
            story.create(template, **args)
            settled(story, "CREATE_COMPLETE")
            return before
        except Forbidden:
            story.context = cloud.context("admin", "demo")  # it has types for administrators
        except AssertionError as failure:
            abandoned(story)
            if not provided.provide_missing(str(failure)):
                raise
        except HeatliteError as refusal:
            if not provided.provide_missing(str(refusal)):
                pytest.skip(f"refused: {refusal}")
    raise AssertionError(f"more than {MOST_MISSING} things are missing")


@pytest.mark.parametrize("path", TEMPLATES, ids=FILES.get)
def test_a_given_template_is_created_updated_and_deleted_with_nothing_left(
    engine: InProcess, provided: Provided, cloud: Reached, path: pathlib.Path
) -> None:
    template, files = TEMPLATES[path]
    story, given = Story(engine), {"files": files, "parameters": values_for(template, provided)}
    story.context = cloud.context("demo", "demo")
    try:
        try:
            before = created(story, template, cloud, provided, **given)
            live(story, template, cloud, **given)
        except pytest.skip.Exception:
            raise
        except BaseException as error:
            abandoned(story)
            provided.seen = None
            if names_elsewhere(template, str(error)):
                pytest.skip(f"it wants what is only on another cloud: {error}")
            raise
        after = everything(cloud)
        assert after == before
        provided.seen = after
        LIVED.append(path)
    finally:
        provided.remove_networks()


def names_elsewhere(template: dict[str, Any], reason: str) -> bool:
    """Tell whether a template wants what no test can know: an id or an address that it has itself, or which network."""
    if "is not an external network" in reason:  # nothing of the parameter told that it is to be one
        return True
    missing = re.search(r"The \w+ \(([0-9a-f-]{36})\) could not be found|IP address (\S+) is not a valid IP", reason)
    return missing is not None and (missing[1] or missing[2]) in json.dumps(template, default=str)


def live(story: Story, template: dict[str, Any], cloud: Reached, **given: Any) -> None:
    """See the stack updated with the same template, updated with another one, and deleted."""
    with cloud.changes() as asked:
        story.update(template, **given)
        settled(story, "UPDATE_COMPLETE")
    assert not asked
    story.update(changed(template), **given)
    settled(story, "UPDATE_COMPLETE")
    story.verify_nothing_left()
    story.delete()
    settled(story, "DELETE_COMPLETE")


def abandoned(story: Story) -> None:
    """Delete the stack of a test that has failed, as far as it can be deleted."""
    with contextlib.suppress(Exception, AssertionError):
        story.delete()
        settled(story, "DELETE_COMPLETE")


def test_forty_of_them_have_lived(request: pytest.FixtureRequest) -> None:
    """Templates that the engine refuses are skipped: some aren't valid for Heat either, some want more than a cloud."""
    if not any(it.path == request.path for it in request.session.items[:-1]):
        pytest.skip("it was run alone")
    assert len(LIVED) >= LEAST
