"""A pass over what the ``openstack`` client can do with stacks: every command, in an order in which each has a meaning.

A command is right where it ends with 0 (with something else, where it is to be refused) and says what it has to.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from tests.heat_api.cloud import Cloud

TEMPLATE = """
heat_template_version: 2021-04-16
parameters: {v: {type: string, default: %s}}
resources:
  a: {type: OS::Heat::TestResource, properties: {value: {get_param: v}}}
  b: {type: OS::Heat::RandomString, depends_on: a}
  g: {type: OS::Heat::ResourceGroup, properties: {count: 2, resource_def: {type: OS::Heat::RandomString}}}
outputs:
  o: {value: {get_attr: [a, output]}}
  refs: {value: {get_attr: [g, refs]}}
"""
SETTLES = 60.0  # seconds for an operation that its command doesn't wait for
COMMANDS = """
orchestration template validate -t one.yaml                 => Parameters
stack create --wait --poll 1 -t one.yaml S                  => CREATE_COMPLETE
stack list                                                  => cli-stack
stack show S                                                => CREATE_COMPLETE
stack resource list S                                       => TestResource
stack resource list -n 2 S                                  => RandomString
stack resource show S a                                     => attributes
stack resource metadata S a                                 =>
stack event list S                                          => CREATE_COMPLETE
stack event list --nested-depth 2 S                         => CREATE_COMPLETE
stack output list S                                         => refs
stack output show S o                                       => one
stack template show S                                       => heat_template
stack environment show S                                    => parameters
stack update --wait -t two.yaml S                           => UPDATE_COMPLETE
stack output show S o                                       => two
stack update --dry-run -t one.yaml S                        => updated|unchanged
stack suspend --wait S                                      => SUSPEND_COMPLETE
stack resume --wait S                                       => RESUME_COMPLETE
stack check --wait S                                        => CHECK_COMPLETE
stack snapshot create --name snap S                         =>
stack snapshot list S                                       => COMPLETE
stack snapshot show S SNAPSHOT                              => COMPLETE
stack snapshot restore S SNAPSHOT                           =>
stack show S                                                => RESTORE_COMPLETE
stack snapshot delete -y S SNAPSHOT                         =>
stack resource mark unhealthy S a why-not                   =>
stack resource list S                                       => CHECK_FAILED
stack update --existing --wait -t two.yaml S                => UPDATE_COMPLETE
stack failures list S                                       =>
stack hook poll S                                           !> not IN_PROGRESS
stack file list S                                           =>
stack export S                                              => stack_id|template
stack abandon --output-file left.json S                     =>
stack adopt --wait --adopt-file left.json cli-adopted       => ADOPT_COMPLETE
stack delete -y --wait cli-adopted                          =>
orchestration resource type list                            => OS::Heat::None
orchestration resource type show OS::Heat::TestResource     => properties
orchestration template version list                         => heat_template
orchestration template function list heat_template_version.2021-04-16 => get_attr
orchestration build info                                    => api
orchestration service list                                  !> not authorized
software config create cli-config                           => creation_time
stack list                                                  =>
"""


@dataclass(frozen=True)
class Command:
    """A command, how it is to end, and what it is to say."""

    words: tuple[str, ...]
    refused: bool
    says: str

    @classmethod
    def read(cls, line: str) -> Command:
        """From a line of ``COMMANDS``."""
        command, arrow, says = re.split(r"\s+(=>|!>)\s*", line.strip(), maxsplit=1)
        return cls(tuple(command.split()), arrow == "!>", says)


def run(cloud: Cloud) -> int:
    """Go through all of them, telling each; how many went wrong."""
    for name, value in (("one.yaml", "one"), ("two.yaml", "two")):
        (cloud.directory / name).write_text(TEMPLATE % value)
    wrong, commands = 0, [Command.read(line) for line in COMMANDS.strip().splitlines()]
    for command in commands:
        problem = until_right(cloud, command)
        print("FAIL" if problem else "ok  ", " ".join(command.words), problem, flush=True)
        wrong += bool(problem)
    print(f"{len(commands) - wrong} of {len(commands)} commands")
    return wrong


def until_right(cloud: Cloud, command: Command) -> str:
    """What is wrong with a command; nothing where it is right, at once or once what goes on has ended."""
    reads = command.words[1] in ("show", "list") or command.words[1:3] == ("snapshot", "list")
    end = time.monotonic() + (SETTLES if reads else 0)
    while (problem := once(cloud, command)) and time.monotonic() < end:
        time.sleep(1)
    return problem


def once(cloud: Cloud, command: Command) -> str:
    names = {"S": "cli-stack"}
    if "SNAPSHOT" in command.words:
        names["SNAPSHOT"] = listed(cloud, "stack", "snapshot", "list", "cli-stack")[0]["id"]
    done = openstack(cloud, *(names.get(word, word) for word in command.words))
    said = done.stdout + done.stderr
    if (done.returncode != 0) != command.refused:
        return f"ended with {done.returncode}: {said[-400:]}"
    return "" if re.search(command.says, said) else f"didn't say {command.says}: {said[-400:]}"


def listed(cloud: Cloud, *words: str) -> Any:
    """What a command lists, as JSON."""
    return json.loads(openstack(cloud, *words, "-f", "json").stdout)


def openstack(cloud: Cloud, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the client."""
    command = ["openstack", *words]
    return subprocess.run(command, cwd=cloud.directory, env=cloud.environment(), capture_output=True, text=True)
