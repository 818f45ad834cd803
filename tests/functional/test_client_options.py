"""Every option of Heat's client does here what it does there: each is given once, and its effect is looked for.

``tests/facts/heatclient_commands.json`` has the options; ``tests/unit/cmd/test_like_heats_client.py`` tells why some
aren't here.
"""

from __future__ import annotations

import io
import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from heatlite.cmd.cli import ALIASES, HeatliteApp
from heatlite.rpc.engine_client import EngineClient
from tests.deployment import in_process
from tests.unit.cmd.test_like_heats_client import ABSENT, FACTS
from tests.waiting import PATIENCE, wait_until

FORMATTING = {
    *("--column", "--fit-width", "--format", "--max-width", "--noindent", "--prefix", "--print-empty", "--variable"),
    *("--quote", "--sort-ascending", "--sort-column", "--sort-descending"),
}
"""Options of the library that prints results, which both sides use."""
SERVER = "11111111-2222-3333-4444-555555555555"
FILES = {
    "web.yaml": """
heat_template_version: 2021-04-16
parameters: {size: {type: string, default: small}, text: {type: string, default: none}}
resources:
  disk: {type: OS::Heat::TestResource, properties: {value: {get_param: size}}}
  note: {type: OS::Heat::TestResource, properties: {value: {get_param: text}}}
  inner: {type: inner.yaml}
  handle: {type: OS::Heat::WaitConditionHandle}
outputs: {size: {value: {get_attr: [disk, output]}}}
""",
    "inner.yaml": """
heat_template_version: 2021-04-16
resources: {deep: {type: OS::Heat::RandomString}}
""",
    "one.yaml": """
heat_template_version: 2021-04-16
resources: {disk: {type: OS::Heat::TestResource, properties: {value: small}}}
""",
    "environment.yaml": "parameters: {size: medium}",
    "text.txt": "from a file",
    "signal.json": '{"id": "2", "status": "SUCCESS", "data": "in a file"}',
    "config.yaml": "inputs: [{name: a, type: String}]\noutputs: [{name: result}]\n",
    "script.sh": "echo of the script",
}


@dataclass
class Shell:
    """``heatlite`` with an engine in this process, and which options were given to it."""

    client: EngineClient
    folder: pathlib.Path
    given: set[tuple[str, str]] = field(default_factory=set)

    embedded = False

    def unfinished(self) -> int:
        return 0

    def resume(self) -> None:
        pass

    def close(self) -> None:
        """The engine goes on: the next command needs it."""

    def __call__(self, line: str, status: int = 0) -> str:
        """Run a command line, in which ``@NAME`` is a file; return what it prints."""
        words = [
            word.replace("@", f"{self.folder}/") if word.split("=")[-1].startswith("@") else word
            for word in line.split()
        ]
        out, err = io.StringIO(), io.StringIO()
        ended = HeatliteApp(lambda files: self, stdout=out, stderr=err).run(words)
        assert ended == status, f"{line}\n{out.getvalue()}{err.getvalue()}"
        command = max((it for it in FACTS if line.startswith((it, SAME.get(it, it)))), key=len)
        spellings = {spelling: max(option, key=len) for option in FACTS[command]["options"] for spelling in option}
        self.given |= {(command, spellings[word]) for word in line.split() if word in spellings}
        return out.getvalue() + err.getvalue()


SAME = {theirs: ours for ours, theirs in ALIASES.items()}


@pytest.fixture
def heatlite(tmp_path: pathlib.Path) -> Iterator[Shell]:
    engine = in_process(tmp_path / "state")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    try:
        yield Shell(engine.client, tmp_path)
    finally:
        engine.stop()


def test_every_option_of_heats_client_does_something(heatlite: Shell) -> None:
    describes_the_language(heatlite)
    makes_and_lists_stacks(heatlite)
    looks_at_a_stack(heatlite)
    changes_a_stack(heatlite)
    pauses_and_cancels(heatlite)
    keeps_software(heatlite)
    leaves_and_returns(heatlite)
    theirs = {(name, max(option, key=len)) for name in FACTS for option in FACTS[name]["options"]}
    here = {(name, option) for name, option in theirs if option not in FORMATTING and (name, option) not in ABSENT}
    assert here - heatlite.given == set()


def describes_the_language(heatlite: Shell) -> None:
    found = heatlite("orchestration resource type list --filter name=OS::Heat::Rand")
    assert "OS::Heat::RandomString" in found
    assert "TestResource" not in found
    assert "escription" in heatlite("orchestration resource type list --long")
    assert "length" in heatlite("orchestration resource type show --long OS::Heat::RandomString")
    for kind, word in (("hot", "heat_template_version"), ("cfn", "HeatTemplateFormatVersion")):
        assert word in heatlite(f"orchestration resource type show --template-type {kind} OS::Heat::RandomString")
    version = "heat_template_version.2021-04-16"
    assert "equals" not in heatlite(f"orchestration template function list {version}")
    assert "equals" in heatlite(f"orchestration template function list --with_conditions {version}")
    line = "orchestration template validate -t @web.yaml -e @environment.yaml --show-nested --ignore-errors 99001"
    found = heatlite(f"{line} --parameter text=said -f json")
    assert all(word in found for word in ("medium", "said", "NestedParameters"))


def makes_and_lists_stacks(heatlite: Shell) -> None:
    assert "CREATE" not in heatlite("stack create --dry-run -t @web.yaml web")
    assert "web" not in heatlite("stack list")
    line = "stack create -t @web.yaml -e @environment.yaml --parameter-file text=@text.txt --enable-rollback"
    heatlite(f"{line} --timeout 7 --tags a,b --wait --poll 1 web")
    heatlite("stack create -t @one.yaml --parameter unknown=1 refused", status=1)
    heatlite("stack create -t @one.yaml --wait other")
    shown = json.loads(heatlite("stack show web -f json"))
    assert (shown["timeout_mins"], shown["disable_rollback"], shown["tags"]) == (7, False, ["a", "b"])
    assert shown["parameters"]["size"] == "medium"
    assert shown["parameters"]["text"] == "from a file"

    def names(options: str) -> set[str]:
        return {it["Stack Name"] for it in json.loads(heatlite(f"stack list {options} -f json"))}

    assert names("--tags a,b") == names("--tags a,c --tag-mode any") == {"web"}
    assert names("--tags a --tag-mode not") == names("--tags a,c --tag-mode not-any") == {"other"}
    assert names("--property stack_name=other") == names("--limit 1 --sort stack_name:asc") == {"other"}
    marker = json.loads(heatlite("stack show other -f json"))["id"]
    assert names(f"--marker {marker} --sort stack_name:asc") == {"web"}
    assert names("--short") == names("--hidden") == names("--all-projects") == {"web", "other"}
    assert names("--project nobodys") == set()
    assert "Stack Owner" in heatlite("stack list --long")
    assert any(name.startswith("web-inner") for name in names("--nested"))
    heatlite("stack delete --yes --wait other")
    assert "other" in names("--deleted")
    assert names("") == {"web"}


def looks_at_a_stack(heatlite: Shell) -> None:
    assert "medium" in heatlite("stack show web")
    assert "output_value" not in heatlite("stack show --no-resolve-outputs web")
    assert "deep" not in heatlite("stack resource list web")
    assert "deep" in heatlite("stack resource list --nested-depth 2 --long web")
    found = heatlite("stack resource list --filter name=disk web")
    assert "disk" in found
    assert "note" not in found
    assert '"show"' in heatlite("stack resource show --with-attr show web disk -f json")
    assert "medium" in heatlite("stack output show --all web")
    heatlite("""stack resource signal --data {"id":"1","status":"SUCCESS","data":"said"} web handle""")
    heatlite("stack resource signal --data-file @signal.json web handle")
    found = heatlite("stack resource metadata web handle")
    assert "said" in found
    assert "in a file" in found
    heatlite("stack resource mark unhealthy web disk broken")
    assert "CHECK_FAILED" in heatlite("stack resource list web")
    heatlite("stack resource mark unhealthy --reset web disk")
    assert "CHECK_FAILED" not in heatlite("stack resource list web")
    events = json.loads(heatlite("stack event list --resource disk --sort event_time:asc --limit 2 web -f json"))
    assert len(events) == 2
    rest = heatlite(f"stack event list --marker {events[0].get('id') or events[0]['event_id']} web -f json")
    assert json.loads(rest)
    assert "deep" in heatlite("stack event list --nested-depth 2 web")
    heatlite.embedded = True  # so that it ends when there is nothing more to come
    assert "CREATE_COMPLETE" in heatlite("stack event list --follow web")
    heatlite.embedded = False
    assert "IN_PROGRESS" not in heatlite("stack event list --filter resource_status=COMPLETE web -f json")


def changes_a_stack(heatlite: Shell) -> None:
    assert "deep" in heatlite("stack update --dry-run --show-nested -t @one.yaml web")
    heatlite("stack update --existing --parameter size=large --tags c --timeout 8 --rollback disabled --wait web")
    shown = json.loads(heatlite("stack show web -f json"))
    assert (shown["timeout_mins"], shown["disable_rollback"], shown["tags"]) == (8, True, ["c"])
    assert (shown["parameters"]["size"], shown["parameters"]["text"]) == ("large", "from a file")
    heatlite("stack update --existing --clear-parameter text --converge --wait web")
    assert json.loads(heatlite("stack show web -f json"))["parameters"]["text"] == "none"
    heatlite("stack update -t @web.yaml -e @environment.yaml --parameter-file text=@text.txt --wait web")
    assert json.loads(heatlite("stack show web -f json"))["parameters"]["text"] == "from a file"
    for action in ("suspend", "resume", "check"):
        assert f"{action.upper()}_COMPLETE" in heatlite(f"stack {action} --wait web")
    heatlite("stack snapshot create --name monday web")
    settle(heatlite, "web", "SNAPSHOT_COMPLETE")
    [snapshot] = json.loads(heatlite("stack snapshot list web -f json"))
    assert snapshot["name"] == "monday"
    heatlite(f"stack snapshot delete --yes web {snapshot['id']}")
    assert heatlite("stack failures list --long web").strip() == ""


def pauses_and_cancels(heatlite: Shell) -> None:
    heatlite("stack create -t @web.yaml --pre-create disk --pre-create inner/deep held")
    wait(heatlite, "disk")
    wait(heatlite, "deep", "--nested-depth 2")
    heatlite("stack hook clear --pre-create held disk")
    heatlite("stack hook clear --pre-create held inner/deep")
    settle(heatlite, "held", "CREATE_COMPLETE")
    heatlite("stack update --existing --parameter size=large --pre-update disk held")
    wait(heatlite, "disk")
    heatlite("stack hook clear --pre-update held disk")
    settle(heatlite, "held", "UPDATE_COMPLETE")
    heatlite("stack update --existing --parameter size=huge --pre-update disk held")
    wait(heatlite, "disk")
    heatlite("stack cancel --no-rollback --wait held")
    heatlite("stack hook clear --pre-delete held disk", status=1)
    heatlite("stack delete --yes --wait held")


def wait(heatlite: Shell, name: str, options: str = "") -> None:
    """Wait until a resource pauses."""
    wait_until(lambda: name in heatlite(f"stack hook poll {options} held"), PATIENCE, f"{name} to pause")


def settle(heatlite: Shell, stack: str, state: str) -> None:
    """Wait until a stack is in a state."""
    wait_until(lambda: state in heatlite(f"stack show {stack}"), PATIENCE, state)


def keeps_software(heatlite: Shell) -> None:
    line = "software config create --definition-file @config.yaml --group script --config-file @script.sh setup"
    config = json.loads(heatlite(f"{line} -f json"))
    assert heatlite(f"software config show --config-only {config['id']}").strip() == FILES["script.sh"]
    other = json.loads(heatlite("software config create other -f json"))
    order = [it["id"] for it in json.loads(heatlite("software config list -f json"))]
    assert [it["id"] for it in json.loads(heatlite("software config list --limit 1 -f json"))] == order[:1]
    assert [it["id"] for it in json.loads(heatlite(f"software config list --marker {order[0]} -f json"))] == order[1:]
    line = f"software deployment create first --config {config['id']} --server {SERVER} --action UPDATE"
    made = json.loads(heatlite(f"{line} --input-value a=1 --signal-transport NO_SIGNAL -f json"))
    assert made["action"] == "UPDATE"
    assert made["id"] in heatlite(f"software deployment list --server {SERVER} --long")
    assert "input_values" in heatlite(f"software deployment show --long {made['id']}")
    heatlite(f"software deployment output show --all --long {made['id']}")
    heatlite(f"software deployment delete {made['id']}")
    heatlite(f"software config delete {config['id']} {other['id']}")


def leaves_and_returns(heatlite: Shell) -> None:
    heatlite("stack export --output-file @export.json web")
    heatlite("stack abandon --output-file @left.json web")
    assert json.loads((heatlite.folder / "left.json").read_text())["name"] == "web"
    line = "stack adopt --adopt-file @left.json -e @environment.yaml --parameter text=again --enable-rollback"
    heatlite(f"{line} --timeout 9 --wait back")
    shown = json.loads(heatlite("stack show back -f json"))
    assert (shown["timeout_mins"], shown["disable_rollback"]) == (9, False)
    assert shown["parameters"]["text"] == "again"
