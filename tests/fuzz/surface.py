"""The RPC surface: every method that an engine serves, and calls of it that no honest client makes. Pure.

    surface()          method → the names of its arguments, read from the endpoints themselves
    drawn(rng, facts)  one call: right arguments, another project's ids, internal arguments, wrong types and sizes

A method that is added is called by the next run: nothing here lists them. What a call is made of is drawn from a seed
alone, so that two deployments can be asked the same.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from heatlite.engine import api
from heatlite.engine.api import arguments
from heatlite.engine.nested import endpoint
from heatlite.engine.runtime import listener, worker
from heatlite.rpc import messages
from heatlite.rpc.client_methods import METHODS, REQUIRED
from tests.fuzz import nasty
from tests.fuzz.good import GOOD, VERSION

ATTACKER, VICTIM = "attackers-project", "victims-project"
INTERNAL = sorted(arguments.OF_ENGINES)
"""Arguments of Heat's methods that only engines have a use for."""
HIDDEN = "hunter-of-the-canary"
"""The value of a hidden parameter of the attacker's own: no reply, log or unencrypted column may have it."""


@dataclass(frozen=True)
class Method:
    """One method: ``namespace`` as a message says it, None for Heat's; ``arguments`` without the context."""

    name: str
    namespace: str | None
    topic: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """What is sent."""

    method: Method
    context: Mapping[str, Any]
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        forged = {name: value for name, value in self.context.items() if HONEST.get(name) != value}
        return f"{self.method.name}({self.arguments!r:.600}) as {forged!r:.200}"


@dataclass
class Facts:
    """What the caller knows of the deployment: the ids of its own and of the other project's."""

    own: dict[str, list[Any]] = field(default_factory=dict)
    others: dict[str, list[Any]] = field(default_factory=dict)

    def any(self, rng: Random, kind: str) -> Any:
        """Some id of a kind, more often another project's than its own; None where there is none."""
        found = rng.choice([self.others, self.others, self.own]).get(kind) or [None]
        return rng.choice(found)


HONEST: dict[str, Any] = {
    "project_id": ATTACKER,
    "tenant_id": ATTACKER,
    "tenant": "attackers",
    "username": "mallory",
    "user_id": "mallory-id",
    "is_admin": False,
    "roles": ["member"],
    "request_id": "req-1",
}
FORGED: dict[str, list[Any]] = {
    "is_admin": ["true", "True", "false", 1, [True], {"is": True}],
    "roles": [["admin"], "admin", None, {"admin": 1}, [["admin"]], 7],
    "tenant_id": [VICTIM, [VICTIM], None],
    "tenant": [VICTIM, {"id": VICTIM}],
    "user_id": ["", ["x"], {"a": 1}, 0, "\ud800", "u" * 70_000],
    "username": [{"a": 1}, ["b"], 0, "\x00", "\ud800", "u" * 70_000, None],
    "user": ["mallory", {"a": 1}],
    "request_id": [{"a": 1}, 0, "\x00", "\ud800", "r" * 70_000, ["x"]],
    "system_scope": ["all", True],
    "trust_id": ["a-trust", 0, {"a": 1}, "t" * 70_000, "\ud800"],
    "auth_token": [0, {"a": 1}, "t" * 70_000],
    "password": [0, {"a": 1}, "p" * 70_000, "\ud800"],
    "auth_url": ["http://127.0.0.1:9/v3", 0, {"a": 1}],
    "region_name": [0, {"a": 1}, "r" * 70_000],
    "trace": [0, "x", {"a": {}}, [1]],
    "trace_info": [0, "x", {"hmac_key": 0}, [1], {"hmac_key": "k", "base_id": [], "parent_id": {}}],
    "project_id": [[ATTACKER], {"id": ATTACKER}, 0, "", None, "\ud800", "p" * 70_000, "\x00"],
    "unknown": [VICTIM],
}


def surface() -> list[Method]:
    """Every method that a client may call, in the order of names."""
    found: list[Method] = []
    for module in sorted(it.name for it in pkgutil.iter_modules(api.__path__)):
        found += _methods(importlib.import_module(f"{api.__name__}.{module}"), messages.ENGINE_TOPIC)
    return sorted(found, key=lambda method: (method.topic, method.namespace or "", method.name))


def internal() -> list[Method]:
    """The methods by which engines call one another, on topics that no client should reach."""
    served = {worker: messages.WORKER_TOPIC, listener: messages.LISTENER_TOPIC, endpoint: messages.NESTED_TOPIC}
    return [method for module, topic in served.items() for method in _methods(module, topic)]


def _methods(module: Any, topic: str) -> list[Method]:
    classes = [it for _, it in inspect.getmembers(module, inspect.isclass) if it.__module__ == module.__name__]
    return [
        Method(name, kind.target.namespace, topic, _arguments(name, function))
        for kind in classes
        if hasattr(kind, "target")
        for name, function in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    ]


def _arguments(name: str, function: Callable[..., Any]) -> tuple[str, ...]:
    if name in METHODS:
        return tuple(METHODS[name].arguments)
    _, _, *parameters = inspect.signature(function).parameters
    return tuple(parameters)


def drawn(rng: Random, facts: Facts, methods: list[Method]) -> Call:
    """One call, that follows from the state of ``rng`` and from the facts."""
    method = rng.choice(methods)
    said = [name for name in method.arguments if rng.random() < chance(method.name, name)]
    arguments = {name: argument(rng, facts, name) for name in said}
    if "template" in arguments and rng.random() < 0.8:
        arguments |= whole(rng)
    if rng.random() < 0.05:
        arguments[rng.choice([*INTERNAL, "colour", "traversal_id", "nodes"])] = odd(rng)
    context = dict(HONEST)
    for name in rng.sample(sorted(FORGED), rng.choice([0] * 12 + [1, 1, 1, 2])):
        context[name] = rng.choice(FORGED[name])
    return Call(method, context, arguments)


def chance(method: str, name: str) -> float:
    """How likely a call has an argument: few have one that is refused in any case, or all that filters a list."""
    if name in INTERNAL:
        return 0.02
    return 0.95 if METHODS.get(method) is None or METHODS[method].arguments.get(name) is REQUIRED else 0.3


def argument(rng: Random, facts: Facts, name: str) -> Any:
    """A value for an argument: mostly one that makes sense."""
    if rng.random() < 0.07:
        return odd(rng)
    if name in BY_NAME:
        return BY_NAME[name](rng, facts)
    return FLAGS[name] if name in FLAGS and rng.random() < 0.5 else rng.choice([None, True, False, True, "", "name"])


def odd(rng: Random) -> Any:
    """A value of a wrong type or of an absurd size."""
    text = rng.choice(nasty.TEXTS)
    return rng.choice(
        [
            rng.choice(nasty.PLAIN),
            rng.choice(nasty.NUMBERS),
            text,
            text,
            [text, 0, {}],
            {text[:50]: text},
            0,
            {"a": 1},
            ["x"] * rng.choice([2, 5_000]),
            {f"k{number}": number for number in range(rng.choice([3, 5_000]))},
            [f"v{number}" for number in range(20_000)],
            "z" * rng.choice([256, 1_000_000]),
            nasty.deepened("x", rng.choice([20, 150]), "deep"),
        ]
    )


def identity(rng: Random, facts: Facts) -> Any:
    """A stack's identity; some have parts of another's, or parts of a wrong type."""
    found = dict(facts.any(rng, "identity") or {})
    if found and rng.random() < 0.3:
        other = facts.any(rng, "identity") or found
        part = rng.choice(sorted(found))
        found[part] = rng.choice([other[part], odd(rng), ATTACKER, str(found[part]).upper(), 0])
    return found


def named(kind: str) -> Callable[[Random, Facts], Any]:
    """Some id of a kind; now and then spelled differently."""

    def draw(rng: Random, facts: Facts) -> Any:
        found = facts.any(rng, kind)
        change = rng.random()
        if isinstance(found, str) and change < 0.25:
            return rng.choice(
                [found.upper(), f"{found} ", found + "\x00", [found], {"id": found}, "%", f"{found}' OR 1"]
            )
        return 0 if change < 0.3 else found

    return draw


def template(rng: Random, facts: Facts) -> Any:
    """A template by itself, good or spoilt."""
    return whole(rng)["template"]


def whole(rng: Random) -> dict[str, Any]:
    """A template with its parameters: good, spoilt, with secrets, or one that asks for very many things."""
    secret = {"parameters": {"pin": HIDDEN}}
    match rng.randrange(6):
        case 0:
            return {"template": rng.choice(HEAVY), "params": {}}
        case 1:
            return {"template": rng.choice([SECRET, KEPT]), "params": secret}
    good = rng.choice(GOOD)
    story = [mutation(rng) for _ in range(rng.choice([0, 0, 1, 2]))]
    return {"template": nasty.spoilt(good["template"], story), "params": good["params"], "files": good["files"]}


def mutation(rng: Random) -> nasty.Mutation:
    """One thing to be done to a document."""
    where, other = rng.randrange(200), rng.randrange(400)
    return nasty.Mutation(rng.choice(nasty.KINDS), where, other, odd(rng), str(rng.choice(nasty.TEXTS)))


def group(count: Any, member: Any = "OS::Heat::Value") -> dict[str, Any]:
    """A template with one group."""
    definition = {"type": member, "properties": {"value": "x"}}
    properties = {"count": count, "resource_def": definition}
    return hot({"group": {"type": "OS::Heat::ResourceGroup", "properties": properties}})


def hot(resources: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """A template with these resources."""
    return {"heat_template_version": VERSION, "resources": resources, **sections}


HEAVY = [
    group(3),
    group(1_001),
    group(200_000),
    group("9" * 30),
    hot({"a": {"type": "OS::Heat::ResourceChain", "properties": {"resources": ["OS::Heat::None"] * 3}}}),
    hot({"a": {"type": "OS::Heat::ResourceChain", "properties": {"resources": ["OS::Heat::None"] * 20_000}}}),
    hot(
        {
            "a": {
                "type": "OS::Heat::AutoScalingGroup",
                "properties": {"min_size": 100_000, "max_size": 200_000, "resource": {"type": "OS::Heat::None"}},
            }
        }
    ),
    hot(
        {
            "v": {
                "type": "OS::Heat::Value",
                "properties": {
                    "value": {"repeat": {"template": "%a%%b%", "for_each": {"%a%": ["x"] * 900, "%b%": ["y"] * 900}}}
                },
            }
        }
    ),
    hot({f"r{number}": {"type": "OS::Heat::None"} for number in range(1_500)}),
]
"""What would make much work."""

SECRET = hot(
    {
        "a": {
            "type": "OS::Heat::TestResource",
            "properties": {"value": {"get_param": "pin"}, "fail": {"get_param": "pin"}},
        },
        "b": {"type": "OS::Heat::RandomString", "properties": {"length": {"get_param": "pin"}}},
        "c": {"type": "OS::Heat::Delay", "properties": {"min_wait": {"get_param": "pin"}}},
        "d": {
            "type": "OS::Heat::ResourceGroup",
            "properties": {
                "count": 2,
                "resource_def": {"type": "OS::Heat::RandomString", "properties": {"length": {"get_param": "pin"}}},
            },
        },
    },
    parameters={"pin": {"type": "string", "hidden": True, "default": ""}},
)
"""Several mistakes at once, each of which tells a hidden value."""

KEPT = hot(
    {
        "d": {
            "type": "OS::Heat::ResourceGroup",
            "properties": {
                "count": 2,
                "resource_def": {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "pin"}}},
            },
        },
    },
    parameters={"pin": {"type": "string", "hidden": True, "default": ""}},
)
"""A hidden value that is given to a group, and so to a nested stack."""


def params(rng: Random, facts: Facts) -> Any:
    """An environment."""
    found = {"parameters": {"size": "2", "name": "abc"}}
    if rng.random() < 0.3:
        found[rng.choice(["resource_registry", "encrypted_param_names", "event_sinks", "parameter_defaults"])] = odd(
            rng
        )
    return rng.choice([None, {}, found, found])


def args(rng: Random, facts: Facts) -> Any:
    """Settings of an operation, and what only engines say in them."""
    found: dict[str, Any] = {"timeout_mins": 5, "disable_rollback": True}
    if rng.random() < 0.3:
        found["existing"] = True
    if rng.random() < 0.3:
        keys = ["tags", "timeout_mins", "clear_parameters", "converge", "adopt_stack_data", "action", "environment"]
        found[rng.choice(keys)] = odd(rng)
    if rng.random() < 0.2:
        found["adopt_stack_data"] = adopted(rng, facts)
    if rng.random() < 0.2:
        found["nested_operation"] = nested(rng, facts)
    return found


def adopted(rng: Random, facts: Facts) -> dict[str, Any]:
    """Data of a stack that is to be taken over, with keys that aren't a client's to set."""
    data = {
        "child_operation_id": facts.any(rng, "traversal"),
        "child_template_id": facts.any(rng, "template_id"),
        "child_follows": facts.any(rng, "traversal"),
        "user_id": "victims-user",
        "password": "x",
    }
    resource = {
        "status": "COMPLETE",
        "action": "CREATE",
        "name": "a",
        "type": rng.choice(["OS::Heat::TestResource", "OS::Heat::Stack", "OS::Heat::ResourceGroup"]),
        "resource_id": rng.choice([facts.any(rng, "stack_id"), facts.any(rng, "physical_id")]),
        "resource_data": data,
        "metadata": {},
    }
    return {"name": "adopted", "template": hot({"a": {"type": resource["type"]}}), "resources": {"a": resource}}


def nested(rng: Random, facts: Facts) -> dict[str, Any]:
    """What one engine tells another of a nested stack, as a client might forge it."""
    return {
        "verb": rng.choice(["CREATE", "UPDATE", "DELETE", "SUSPEND", "CHECK", odd(rng)]),
        "child_id": rng.choice([facts.any(rng, "resource_uuid"), facts.any(rng, "stack_id")]),
        "name": "nested",
        "operation_id": facts.any(rng, "traversal"),
        "follows": rng.choice([None, facts.any(rng, "traversal")]),
        "template_id": facts.any(rng, "template_id"),
        "facade": None,
        "timeout_mins": 1,
        "collects_later": False,
    } | rng.choice(
        [
            {},
            {"owner_id": facts.any(rng, "stack_id"), "nested_depth": -5, "user_creds_id": 1, "deadline": 1e300},
            {"facade": odd(rng)},
        ]
    )


def names(rng: Random, facts: Facts) -> Any:
    """A list of names."""
    return rng.choice(
        [["a"], ["A", "a"], ["a"] * 50_000, [f"t{number}" for number in range(20_000)], [0], [{}], ["\x00"]]
    )


def filters(rng: Random, facts: Facts) -> Any:
    """What a list is filtered by."""
    word = rng.choice(
        ["id", "name", "status", "tenant", "owner_id", "username", "uuid", "resource_name", "action", "type"]
    )
    value = rng.choice([0, "0", None, odd(rng), facts.any(rng, "stack_id"), ["x"] * 70_000, "%", VICTIM])
    return {word: value}


def details(rng: Random, facts: Facts) -> Any:
    """What a signal says."""
    return rng.choice(
        [None, {}, {"unset_hook": odd(rng)}, {"deploy_status_code": odd(rng)}, {"adjustment": 10**9}, "text"]
    )


FLAGS = {"mark_unhealthy": True, "abandon": True, "name": "n", "group": "g"}
"""What a method can't do without."""
Draw = Callable[[Random, Facts], Any]
BY_NAME: dict[str, Draw] = {
    "stack_identity": identity,
    "stack_name": lambda rng, facts: rng.choice([f"s{rng.randrange(1000)}", "VAULT", facts.any(rng, "stack_name")]),
    "stack_id": named("stack_id"),
    "template": template,
    "params": params,
    "files": lambda rng, facts: rng.choice([{}, None, {"f": "x"}, {f"f{n}": "" for n in range(5_000)}, {"f": 0}]),
    "args": args,
    "filters": filters,
    "details": details,
    "resource_name": named("resource_name"),
    "snapshot_id": named("snapshot_id"),
    "config_id": named("config_id"),
    "deployment_id": named("deployment_id"),
    "server_id": named("server_id"),
    "physical_resource_id": named("physical_id"),
    "marker": named("stack_id"),
    "limit": lambda rng, facts: rng.choice([None, 0, 1, "2", 10**6]),
    "sort_keys": lambda rng, facts: rng.choice([None, "name", ["creation_time"], ["stack_name", "id"]]),
    "sort_dir": lambda rng, facts: rng.choice([None, "asc", "desc", "up"]),
    "nested_depth": lambda rng, facts: rng.choice([0, 1, "5", 10**9, True]),
    "output_key": lambda rng, facts: rng.choice(["secret", "o"]),
    "type_name": lambda rng, facts: rng.choice(
        ["OS::Heat::Value", "OS::Keystone::User", "(a+)+$", "OS::.*", "Nothing"]
    ),
    "template_version": lambda rng, facts: rng.choice(["heat_template_version.2021-04-16", "x", "a.b.c"]),
    "tags": names,
    "tags_any": names,
    "not_tags": names,
    "not_tags_any": names,
    "environment_files": names,
    "with_attr": names,
    "going_on": lambda rng, facts: rng.choice([None, [{}], [odd(rng)], []]),
    "digest": lambda rng, facts: rng.choice(["x", "0" * 64]),
    "owner_id": named("stack_id"),
    "user_creds_id": lambda rng, facts: rng.choice([1, 2, 3]),
    "template_id": lambda rng, facts: facts.any(rng, "template_id"),
    "config": lambda rng, facts: rng.choice(["#!/bin/sh", {"a": 1}, None, odd(rng)]),
    "inputs": lambda rng, facts: rng.choice([[], [{"name": "a"}], None, odd(rng)]),
    "outputs": lambda rng, facts: rng.choice([[], [{"name": "a"}], None, odd(rng)]),
    "updated_at": lambda rng, facts: rng.choice(
        [None, "2026-11-20T22:22:30", "9999-99-99", "0001-01-01T00:00:00+14:00"]
    ),
    "operation": nested,
    "traversal_id": named("traversal"),
    "resource_ids": lambda rng, facts: rng.choice([[1], [0, -1], "x", [True], list(range(5_000))]),
    "nodes": lambda rng, facts: rng.choice([[[1, 1]], [[0, 99]], [], "x", [["1", 1]], [[10**30, 1]], [[1, 1]] * 5_000]),
    "resource_status_reason": lambda rng, facts: rng.choice([None, "broken", odd(rng)]),
}
"""Argument → what makes sense for it, or nearly."""
